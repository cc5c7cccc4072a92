"""How long a canary is watched, and what ends it."""

import pytest

from app.domain.gate import Answer, ContainerGate, Question
from app.errors import ScanAbandoned, SourceRefused, SourceUnreachable, UnknownRevision
from app.prometheus.source import Control
from app.scanning.gate.watch import watch
from detectors.canary.outcome import Comparison, Outcome, Side

QUESTION = Question("shop", "cart", "v1", "v2")
SIDE = Side(1, 600.0, None, None, None, None, 0)


def _answer(outcome):
    comparison = Comparison(outcome, 0.5, None, None, (), (), SIDE, SIDE, None)
    return Answer(QUESTION, 0.0, (ContainerGate("app", "v1", "v2", comparison),))


def _watch(*steps, seconds=30.0, control=None):
    told, left = [], iter(steps)

    def look():
        step = next(left)
        if isinstance(step, Exception):
            raise step
        return _answer(step)

    return watch(look, seconds, control or Control(), lambda *one: told.append(one), every=0.001), told


@pytest.mark.parametrize("outcome", [Outcome.PASS, Outcome.FAIL])
def test_it_ends_as_soon_as_it_can_be_told(outcome):
    answer, told = _watch(Outcome.INCONCLUSIVE, Outcome.INCONCLUSIVE, outcome)
    assert answer.outcome is outcome
    assert len(told) == 3


def test_without_a_wait_it_looks_once():
    answer, told = _watch(Outcome.INCONCLUSIVE, seconds=0.0)
    assert answer.outcome is Outcome.INCONCLUSIVE
    assert len(told) == 1


@pytest.mark.parametrize("error", [SourceUnreachable("gone"), UnknownRevision("canary: not there")])
def test_what_may_come_is_asked_for_again(error):
    answer, told = _watch(error, Outcome.PASS)
    assert answer.outcome is Outcome.PASS
    assert told[0][0] is None


@pytest.mark.parametrize(
    ("error", "seconds"), [(SourceRefused("401"), 30.0), (SourceUnreachable("gone"), 0.0), (UnknownRevision("no"), 0.0)]
)
def test_what_waiting_does_not_help_is_raised(error, seconds):
    with pytest.raises(type(error)):
        _watch(error, seconds=seconds)


def test_told_to_stop_it_stops():
    control = Control()
    control.cancelled.set()
    with pytest.raises(ScanAbandoned):
        _watch(Outcome.INCONCLUSIVE, control=control)
