"""What people said is no leak: on both sides of each boundary, and in the verdict."""

from dataclasses import replace

import numpy as np
import pytest

from detectors.acceptance import highest_accepted, weigh
from detectors.judge import judge
from detectors.judgement import MemoryKind, Verdict
from detectors.options import Options
from detectors.panel import Accepted
from tests.support.panels import MIB, START, hours, noise, panel_of

NONE = float("nan")
ACCEPTED = Accepted(np.array([5.0 * MIB]), np.array([400.0 * MIB]))


def _weigh(*, growth=4.8, low=4.0, floor=410.0, limit=NONE, accepted=ACCEPTED):
    """MiB and MiB/h."""
    return weigh(accepted, 0, growth * MIB, low * MIB, floor * MIB, limit * MIB)


@pytest.mark.parametrize(
    ("seen", "exceeds"),
    [
        ({"growth": 5.0, "low": 5.0, "floor": 400.0}, False),
        ({"growth": 9.0, "low": 7.5}, False),
        ({"growth": 9.0, "low": 7.51}, True),
        ({"growth": 20.0, "low": 1.0}, False),
        ({"growth": 9.0, "low": NONE}, False),
        ({"floor": 600.0}, False),
        ({"floor": 601.0}, True),
        ({"floor": 700.0, "limit": 1000.0}, False),
        ({"floor": 701.0, "limit": 1000.0}, True),
        ({"floor": 420.0, "limit": 410.0}, False),
        ({"floor": 421.0, "limit": 410.0}, True),
        ({"floor": 599.0, "limit": 400.0}, False),
        ({"floor": 601.0, "limit": 400.0}, True),
        ({"floor": 100.0, "limit": 300.0}, False),
        ({"floor": NONE}, False),
    ],
    ids=[
        "just as it was",
        "half as fast again",
        "faster than that",
        "perhaps four times as fast, perhaps not",
        "an interval that is not known",
        "half as much again, no limit",
        "more than that",
        "halfway to the limit",
        "beyond halfway",
        "close under the limit, as much as memory wanders by",
        "close under the limit, more than that",
        "accepted at the limit, half as much again",
        "accepted at the limit, more than that",
        "a limit that was lowered below what was accepted",
        "a floor that is not known",
    ],
)
def test_what_clearly_exceeds(seen, exceeds):
    weighed = _weigh(**seen)
    assert (weighed.exceeded, weighed.reason.code) == (exceeds, "exceeds_accepted" if exceeds else "accepted")


@pytest.mark.parametrize(
    "accepted",
    [None, Accepted(np.array([NONE]), np.array([NONE])), Accepted(np.array([5.0]), np.array([NONE]))],
    ids=["of nothing", "not of this subject", "of half of it"],
)
def test_where_nobody_has_said_so_nothing_is_weighed(accepted):
    assert _weigh(accepted=accepted) is None


@pytest.mark.parametrize(("low", "exceeds"), [(0.0, False), (0.1, True), (-0.1, False)])
@pytest.mark.parametrize("growth", [0.0, -1.0], ids=["flat", "falling"])
def test_where_no_growth_was_accepted_any_that_is_sure_exceeds(growth, low, exceeds):
    accepted = Accepted(np.array([growth]), np.array([400.0 * MIB]))
    assert _weigh(low=low, accepted=accepted).exceeded is exceeds


def test_the_room_is_that_to_the_limit_in_force_now():
    assert highest_accepted(400.0, 800.0) == 600.0
    assert highest_accepted(400.0, 1600.0) == 1000.0


@pytest.mark.parametrize(
    ("seen", "text"),
    [
        ({}, "a person said it's no leak at up to 5.0 MiB/h and 400 MiB; it grows 4.8 MiB/h and stands at 410 MiB"),
        (
            {"growth": 10.0, "low": 9.0, "floor": 700.0},
            "it exceeds what a person said is no leak, at up to 5.0 MiB/h and 400 MiB: "
            "it grows 10.0 MiB/h (at least 9.0 MiB/h) and stands at 700 MiB",
        ),
        (
            {"floor": 700.0},
            "it exceeds what a person said is no leak, at up to 5.0 MiB/h and 400 MiB: it stands at 700 MiB",
        ),
    ],
    ids=["within", "by both", "by its level"],
)
def test_the_words(seen, text):
    assert _weigh(**seen).reason.text == text


T = hours(48)
N = T.size
LIMIT = 600 * MIB
LEAK = 100 * MIB + 3 * MIB * T + noise(N, MIB)


def _accepted(*judgements):
    """All that was found, said to be no leak."""
    return Accepted(
        np.array([one.growth_bytes_per_hour for one in judgements]), np.array([one.floor_bytes for one in judgements])
    )


def _again(panel, before, **changed):
    """The verdict once the finding on `before` was accepted."""
    return judge(replace(panel, accepted=_accepted(*judge(before)), **changed))


def test_what_was_accepted_is_healthy_and_says_why():
    panel = panel_of([LEAK], limit=LIMIT)
    (judged,) = _again(panel, panel)
    assert (judged.verdict, [one.code for one in judged.reasons]) == (Verdict.HEALTHY, ["accepted"])
    assert judged.probability <= 0.2
    assert (judged.pods_leaking, judged.evidence, judged.onset_at) == (0, (), None)


def test_what_was_accepted_is_healthy_however_low_the_threshold():
    panel = panel_of([LEAK], limit=LIMIT)
    accepted = replace(panel, accepted=_accepted(*judge(panel)))
    assert judge(accepted, Options(threshold=0.1))[0].verdict is Verdict.HEALTHY


@pytest.mark.parametrize(
    ("memory", "reason"),
    [(100 * MIB + 6 * MIB * T + noise(N, MIB), "grows"), (300 * MIB + 3 * MIB * T + noise(N, MIB), "stands at")],
    ids=["twice as fast", "far above"],
)
def test_what_exceeds_it_is_a_leak_and_says_so_first(memory, reason):
    (judged,) = _again(panel_of([memory], limit=LIMIT), panel_of([LEAK], limit=LIMIT))
    assert (judged.verdict, judged.reasons[0].code) == (Verdict.LEAK, "exceeds_accepted")
    assert reason in judged.reasons[0].text
    assert "rising_floor" in {one.code for one in judged.reasons}


def test_after_a_restart_the_same_growth_is_accepted_from_below():
    late = np.where(T < 20, 250 * MIB + 3 * MIB * T, 40 * MIB + 3 * MIB * T) + noise(N, MIB)
    started = START + np.where(T < 20, -86_400.0, 20 * 3600.0)
    (judged,) = _again(panel_of([late], start_time=[started], limit=LIMIT), panel_of([LEAK + 20 * MIB], limit=LIMIT))
    assert (judged.verdict, judged.reasons[0].code) == (Verdict.HEALTHY, "accepted")


def test_the_others_are_judged_as_ever():
    panel = panel_of([LEAK, LEAK], limit=LIMIT)
    first, second = judge(panel)
    accepted = Accepted(np.array([NONE, second.growth_bytes_per_hour]), np.array([NONE, second.floor_bytes]))
    judged = judge(replace(panel, accepted=accepted))
    assert (judged[0].reasons, judged[0].probability) == (first.reasons, first.probability)
    assert [one.verdict for one in judged] == [Verdict.LEAK, Verdict.HEALTHY]


def test_what_does_not_leak_needs_no_acceptance():
    flat = panel_of([100 * MIB + noise(N, MIB)], limit=LIMIT)
    (judged,) = judge(replace(flat, accepted=ACCEPTED))
    assert "accepted" not in {one.code for one in judged.reasons}


def test_that_it_was_accepted_is_said_before_page_cache():
    panel = panel_of([LEAK], cache=[40 * MIB * T])
    (judged,) = _again(panel, panel)
    assert [one.code for one in judged.reasons] == ["accepted"]
    assert judged.memory_kind is MemoryKind.PAGE_CACHE


def _loop(phase_hours):
    """Climbs from 100 to 200 MiB in two hours, is killed, and starts again."""
    life = np.floor((T + phase_hours) / 2)
    start = START + (life * 2 - phase_hours) * 3600
    memory = 100 * MIB + 50 * MIB * (T + phase_hours - life * 2) + noise(N, MIB)
    killed = np.where(T > 2, 1.0, np.nan)
    return panel_of([memory], start_time=[start], oom_killed=[killed], limit=210 * MIB)


@pytest.mark.parametrize(("said", "seen"), [(0.3, 1.9), (1.9, 0.3)], ids=["said early", "said late"])
def test_a_loop_of_restarts_is_accepted_at_whatever_moment_it_is_said(said, seen):
    (judged,) = _again(_loop(seen), _loop(said))
    assert (judged.verdict, judged.reasons[0].code) == (Verdict.HEALTHY, "accepted")


def test_the_floor_is_that_of_the_pods_that_leak():
    (judged,) = judge(panel_of([LEAK, 500 * MIB + noise(N, MIB)], subject=[0, 0], limit=LIMIT))
    assert judged.pods_leaking == 1
    assert judged.floor_bytes == pytest.approx(LEAK[-1], rel=0.05)


def test_another_pod_that_leaks_at_a_higher_level_exceeds():
    before = panel_of([LEAK, 100 * MIB + noise(N, MIB)], subject=[0, 0], limit=LIMIT)
    higher = 400 * MIB + 3 * MIB * T + noise(N, MIB, 3)
    (judged,) = _again(panel_of([LEAK, higher], subject=[0, 0], limit=LIMIT), before)
    assert judged.verdict is Verdict.LEAK
