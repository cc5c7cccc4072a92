"""Without asking, on a real control plane: only what is named is done, under the same guards as what people ask for."""

import pytest

from app.domain.mitigation.model import MitigationState, Way
from app.services.acts import By
from app.services.automatic import AutomaticMitigation
from app.services.incidents import IncidentService
from tests.support.leaking_workloads import image_of, incident_of, rolled_out_twice
from tests.support.mitigating import acting
from tests.support.mitigation_rows import keep_mitigation

S = MitigationState
V1, V2 = "shop/cart:v1", "shop/cart:v2"
HELM = {"meta.helm.sh/release-name": "cart", "meta.helm.sh/release-namespace": "shop"}


class _Automatic:
    """The service that looks by itself, and what it has done."""

    def __init__(self, plane, namespace, engine, **settings):
        self.act = acting(plane, engine, **{"mitigation_automatic": (f"{namespace}/cart",)} | settings)
        self._looks = AutomaticMitigation(engine, self.act.service, self.act.carrier.policy, 3600.0)

    def look(self):
        self._looks.look()
        return self.act.service.page((), None, None, 10).mitigations


@pytest.fixture
def make(control_plane, namespace, sqlite_engine):
    made = []

    def automatic(**settings):
        made.append(_Automatic(control_plane, namespace, sqlite_engine, **settings))
        return made[-1]

    yield automatic
    for one in made:
        one.act.clusters.close()


@pytest.fixture
def path(control_plane, namespace):
    return rolled_out_twice(control_plane, namespace)


def test_a_named_workload_is_rolled_back_and_the_timeline_says_that_nobody_was_asked(
    control_plane, namespace, sqlite_engine, make, path
):
    incident, automatic = incident_of(sqlite_engine, namespace), make()
    (one,) = automatic.look()
    assert (one.state, one.automatic, one.approved_by) == (S.APPROVED, True, "leakwatch")
    assert "v2 is suspected" in one.reason
    automatic.act.until(one, rolled_out=True)
    assert image_of(control_plane, path) == V1
    said = [one.event.text for one in IncidentService(sqlite_engine).detail(incident).timeline]
    assert any("nobody had to be asked" in text for text in said)
    assert len(automatic.look()) == 1, "it is not done twice"


@pytest.mark.parametrize(
    ("settings", "before"),
    [
        pytest.param({"mitigation_automatic": ("other/cart",)}, None, id="another is named"),
        pytest.param({"mitigation_automatic_percent": 98}, None, id="it is 97 % sure, and 98 are needed"),
        pytest.param({"mitigation_namespaces": ("other",)}, None, id="named, in a namespace that is not allowed"),
        pytest.param({"mitigation_acts": ("restart",)}, None, id="rollbacks are not allowed"),
        pytest.param({"mitigation_a_day": 0}, None, id="no more today"),
        pytest.param({"mitigation_stop": True}, None, id="the emergency stop as a setting"),
        pytest.param({}, lambda act, engine, incident: act.service.stop(By("ann"), "enough"), id="the emergency stop"),
        pytest.param(
            {},
            lambda act, engine, incident: keep_mitigation(engine, incident, S.NO_EFFECT, proposed_at=32_000_000_000.0),
            id="an act did not help before",
        ),
    ],
)
def test_what_a_guard_speaks_against_is_not_even_proposed(
    control_plane, namespace, sqlite_engine, make, path, settings, before
):
    incident, automatic = incident_of(sqlite_engine, namespace), make(**settings)
    if before is not None:
        before(automatic.act, sqlite_engine, incident)
    assert [one for one in automatic.look() if one.automatic] == []
    assert image_of(control_plane, path) == V2


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"spec": {"paused": True}}, id="paused"),
        pytest.param({"spec": {"template": {"spec": {"nodeSelector": {"no": "such-node"}}}}}, id="rolling"),
    ],
)
def test_one_that_is_paused_or_rolls_is_left_alone(control_plane, namespace, sqlite_engine, make, path, change):
    incident_of(sqlite_engine, namespace)
    control_plane.merge(path, change)
    assert make().look() == ()


def test_what_is_kept_elsewhere_waits_for_a_person(control_plane, namespace, sqlite_engine, make):
    path = rolled_out_twice(control_plane, namespace, annotations=HELM)
    incident_of(sqlite_engine, namespace)
    (one,) = make().look()
    assert (one.state, one.plan.way) == (S.PROPOSED, Way.BY_HAND)
    assert image_of(control_plane, path) == V2
