"""Situations of replicas that take the lead in turn, and exit: nothing is to be seen but what one does as it leads."""

import numpy as np
import pytest

from detectors.judge import judge
from detectors.judgement import Verdict
from tests.support.panels import MIB, START, hours, noise, panel_of

T = hours(48)
N = T.size
LASTS = [4.5, 5.5, 5.0, 4.0, 5.2, 4.8]


def _group(shape, *, replicas=3, lasts=LASTS, cpu=6.0, load=None, gap=0.0, killed=False):
    """Each leads for some hours and exits, and the next one takes over; memory above 200 MiB by the hours since.

    gap: hours for which nobody leads; cpu: how many times as much a leader works.
    """
    load = np.ones(N) if load is None else load
    memory, work = np.full((replicas, N), 200 * MIB), np.ones((replicas, N))
    started = np.full((replicas, N), START - 86_400.0)
    oom = np.full((replicas, N), np.nan)
    began, term = -3.0, 0
    while began < 48:
        leads, ends = term % replicas, began + lasts[term % len(lasts)]
        inside, after = (began <= T) & (ends > T), ends <= T
        memory[leads, inside] += shape(T[inside] - began, load[inside]) * MIB
        work[leads, inside] = cpu * load[inside]
        started[leads, after], oom[leads, after] = START + ends * 3600, float(killed)
        began, term = ends + gap, term + 1
    rows = [row + noise(N, MIB, seed) for seed, row in enumerate(memory)]
    works = [0.03 * row * np.exp(noise(N, 0.05, 10 + seed)) for seed, row in enumerate(work)]
    return panel_of(
        rows, cpu=works, start_time=list(started), oom_killed=list(oom), subject=[0] * replicas, limit=900 * MIB
    )


def _leaks(since, load):
    return 30 * since


LEAKS = {
    "three in turn": {},
    "two in turn": {"replicas": 2},
    "five, each for three hours": {"replicas": 5, "lasts": [3.0, 3.4, 2.8, 3.2]},
    "ten hours each": {"lasts": [9.0, 10.5, 10.0, 9.5]},
    "the kernel kills them": {"killed": True},
    "nobody leads for some minutes": {"gap": 0.1},
}


@pytest.mark.parametrize("group", LEAKS.values(), ids=LEAKS)
def test_leaders_that_leak_until_they_exit(group):
    (judged,) = judge(_group(_leaks, **group))
    assert judged.verdict is Verdict.LEAK
    assert judged.growth_bytes_per_hour == pytest.approx(30 * MIB, rel=0.2)


def test_it_is_told_of_terms_and_since_the_first_of_them():
    (judged,) = judge(_group(_leaks))
    assert judged.reasons[0].text.startswith("10 terms of those that lead in turn")
    assert judged.onset_at == pytest.approx(START + 1.5 * 3600, abs=3600)


DAY = 1 + 0.6 * np.sin(2 * np.pi * T / 24)
NO_LEAK = {
    "the state is loaded at once": (lambda since, load: 100.0 + 0 * since, {}),
    "the state is loaded for an hour or two": (lambda since, load: 150 * (1 - np.exp(-since / 1.2)), {}),
    "a cache fills in half of the time": (lambda since, load: 60 * np.minimum(since, 2.5), {}),
    "it is collected each two hours": (lambda since, load: 60 * (since % 2.0), {}),
    "memory follows the leader's load": (lambda since, load: 100 * load, {"load": DAY}),
    "it grows slowly": (lambda since, load: 2 * since, {}),
    "work that is taken up as it comes": (_leaks, {"gap": 3.0}),
}


@pytest.mark.parametrize(("shape", "group"), NO_LEAK.values(), ids=NO_LEAK)
def test_leaders_that_do_not_leak(shape, group):
    assert judge(_group(shape, **group))[0].verdict is not Verdict.LEAK


def test_leaders_that_leaked_until_one_does_not():
    panel = _group(_leaks, lasts=[5.0] * 5 + [40.0])
    now = (T > 22) & (panel.cpu[2] > 0.1)
    panel.rss[2, now] = 210 * MIB + noise(int(now.sum()), MIB)
    panel.working_set[2, now] = panel.rss[2, now]
    assert judge(panel)[0].verdict is not Verdict.LEAK
