"""Two people who decide on one act at the same time, on either database."""

import pytest

from app.domain.mitigation.guards import Mode, Policy
from app.domain.mitigation.model import MitigationState
from app.errors import Conflict, Outdated
from app.mitigating.reach import Clusters
from app.services.acts import By
from app.services.incidents import IncidentService
from app.services.mitigations import MitigationService
from tests.support.at_once import at_once
from tests.support.incident_rows import keep, leak
from tests.support.mitigation_rows import keep_mitigation

S = MitigationState


@pytest.fixture
def service(engine):
    return MitigationService(engine, Clusters(lambda cluster: None), Policy(mode=Mode.ACT), 3600.0)


@pytest.fixture
def incident(engine):
    return keep(engine, leak("cart"))


@pytest.fixture
def proposed(engine, incident):
    return keep_mitigation(engine, incident)


def _events(engine, incident):
    return [one.event.kind.value for one in IncidentService(engine).detail(incident).timeline]


def test_who_approves_what_the_other_has_approved_changes_nothing(engine, service, incident, proposed):
    decided = at_once(*(lambda who=who: service.approve(proposed, By(who)) for who in ("ann", "bob")))
    assert sorted(one.changed for one in decided) == [False, True]
    assert _events(engine, incident).count("mitigation_approved") == 1


def test_who_has_read_another_version_is_told(engine, service, incident, proposed):
    def approve(who):
        try:
            return service.approve(proposed, By(who, frozenset({1}))).changed
        except Outdated:
            return "outdated"

    assert sorted(map(str, at_once(lambda: approve("ann"), lambda: approve("bob")))) == ["True", "outdated"]


def test_one_who_approves_and_one_who_rejects_are_not_both_right(engine, service, incident, proposed):
    def decide(decided):
        try:
            return decided(proposed, By("ann")).changed
        except Conflict:
            return False

    at_once(lambda: decide(service.approve), lambda: decide(service.reject))
    # To reject what is approved, and not begun, is allowed; to approve what is rejected is not.
    assert service.one(proposed).state is S.REJECTED
    assert _events(engine, incident)[-1] == "mitigation_ended"
