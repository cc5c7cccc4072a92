"""Rolling back without asking: whom, and whom not."""

import time

import pytest

from app.domain.finding import Revisions
from app.domain.mitigation.guards import Mode, Policy
from app.domain.mitigation.model import ActKind, MitigationState
from app.errors import Conflict
from app.services.acts import ActService, By
from app.services.automatic import AutomaticMitigation
from app.storage import incidents
from app.storage.engine import transaction
from tests.support.incident_rows import keep, leak
from tests.support.mitigation_rows import keep_mitigation

POLICY = Policy(mode=Mode.ACT, namespaces=("shop",), automatic=("shop/cart",), automatic_above=0.95)
FRESH = 3600.0


class _Told:
    """What is proposed; `refusal` is what the service says to it."""

    def __init__(self):
        self.proposed = []
        self.refusal = None

    def propose(self, incident_id, wish, actor, reason, *, automatic):
        assert (wish.act, actor, automatic) == (ActKind.ROLLBACK, "leakwatch", True)
        self.proposed.append(incident_id)
        if self.refusal is not None:
            raise self.refusal


@pytest.fixture
def told():
    return _Told()


def _leak(engine, name="cart", *, current="v2", suspect="v2", **more):
    shown = leak(name, **{"probability": 0.97, **more})
    object.__setattr__(shown, "revisions", Revisions(current, suspect, "v1"))
    return keep(engine, shown, suspect=suspect)


def test_what_is_named_sure_and_suspected_is_rolled_back(sqlite_engine, told):
    incident = _leak(sqlite_engine)
    AutomaticMitigation(sqlite_engine, told, POLICY, FRESH).look()
    assert told.proposed == [incident]


@pytest.mark.parametrize(
    ("policy", "shown"),
    [
        pytest.param(Policy(mode=Mode.PROPOSE, automatic=("shop/cart",)), {}, id="proposals alone are allowed"),
        pytest.param(Policy(mode=Mode.ACT), {}, id="nothing is named"),
        pytest.param(POLICY, {"name": "web"}, id="another is named"),
        pytest.param(POLICY, {"probability": 0.9}, id="not sure enough"),
        pytest.param(POLICY, {"suspect": None}, id="no revision is suspected"),
        pytest.param(POLICY, {"current": "v3"}, id="the suspect does not run any more"),
    ],
)
def test_what_is_not(sqlite_engine, told, policy, shown):
    _leak(sqlite_engine, **shown)
    AutomaticMitigation(sqlite_engine, told, policy, FRESH).look()
    assert told.proposed == []


def test_one_that_is_over_is_left_alone(sqlite_engine, told):
    incident = _leak(sqlite_engine)
    ActService(sqlite_engine).resolve(incident, By("ann"), "mended")
    AutomaticMitigation(sqlite_engine, told, POLICY, FRESH).look()
    assert told.proposed == []


@pytest.mark.parametrize(
    "say",
    [
        pytest.param(lambda acts, one: acts.acknowledge(one, By("ann")), id="acknowledged"),
        pytest.param(lambda acts, one: acts.silence(one, By("ann"), time.time() + 3600, "known"), id="silenced"),
    ],
)
def test_one_that_a_person_sees_to_is_left_alone(sqlite_engine, told, say):
    say(ActService(sqlite_engine), _leak(sqlite_engine))
    AutomaticMitigation(sqlite_engine, told, POLICY, FRESH, lambda: time.time() + 2).look()
    assert told.proposed == []


@pytest.mark.parametrize(
    ("last_leak_at", "judged_until"),
    [
        pytest.param(-60.0, 0.0, id="the latest scan did not find it to leak"),
        pytest.param(-FRESH - 60, -FRESH - 60, id="it was not looked at for long"),
    ],
)
def test_one_that_is_not_known_to_leak_now_is_left_alone(sqlite_engine, told, last_leak_at, judged_until):
    incident, now = _leak(sqlite_engine), time.time()
    with transaction(sqlite_engine) as session:
        row = incidents.held(session, incident)
        row.last_leak_at, row.judged_until = now + last_leak_at, now + judged_until
    AutomaticMitigation(sqlite_engine, told, POLICY, FRESH, lambda: now).look()
    assert told.proposed == []


@pytest.mark.parametrize("state", [MitigationState.PROPOSED, MitigationState.WATCHING])
def test_one_that_is_acted_on_already_is_left_alone(sqlite_engine, told, state):
    keep_mitigation(sqlite_engine, _leak(sqlite_engine), state)
    AutomaticMitigation(sqlite_engine, told, POLICY, FRESH).look()
    assert told.proposed == []


def test_what_was_refused_is_not_asked_for_again_at_once(sqlite_engine, told):
    told.refusal = Conflict("its rollout is paused", "resume it first")
    incident, clock = _leak(sqlite_engine), [time.time()]
    automatic = AutomaticMitigation(sqlite_engine, told, POLICY, FRESH, lambda: clock[0])
    automatic.look()
    clock[0] += 599
    automatic.look()
    assert told.proposed == [incident]
    clock[0] += 2
    automatic.look()
    assert told.proposed == [incident, incident]
