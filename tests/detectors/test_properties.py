"""What holds of any series: units, clocks and levels do not matter, and more of a leak is never less of one."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.judge import judge
from detectors.judgement import Verdict
from detectors.options import Options
from detectors.panel import Grid, Panel
from tests.support.panels import MIB, START, STEP, hours, noise, panel_of, walk

LEVEL = 256 * MIB
LIMIT = 4096 * MIB
NONE = float("nan")

steady = settings(derandomize=True, deadline=None, max_examples=40)
seeds = st.integers(0, 10_000)
lasting = st.sampled_from([24, 36, 48])
rates = st.floats(0.05, 10.0)

# Bytes by hours since the window's start, of a rate in MiB/h.
SHAPES = {
    "flat": lambda t, rate: 0 * t,
    "straight": lambda t, rate: rate * MIB * t,
    "late": lambda t, rate: rate * MIB * np.maximum(t - 0.6 * t[-1], 0),
    "stopping": lambda t, rate: rate * MIB * np.minimum(t, 0.4 * t[-1]),
    "step": lambda t, rate: 20 * rate * MIB * (t > 0.4 * t[-1]),
    "warm-up": lambda t, rate: 30 * rate * MIB * (1 - np.exp(-t / 4)),
    "daily": lambda t, rate: 10 * rate * MIB * (1 + np.sin(2 * np.pi * t / 24)),
    "saw": lambda t, rate: rate * MIB * t + 20 * rate * MIB * ((t / 5) % 1.0),
}
shapes = st.sampled_from(sorted(SHAPES))


def _series(shape, rate, seed, lasts):
    """A series of 12 samples an hour; with some wander, so that not all is plain."""
    t = hours(lasts)
    return LEVEL + SHAPES[shape](t, rate) + noise(t.size, MIB, seed) + walk(t.size, 0.05 * MIB, seed + 1)


def _cpu(seed, lasts):
    t = hours(lasts)
    return np.abs(1 + 0.5 * np.sin(2 * np.pi * t / 24) + noise(t.size, 0.1, seed))


def _one(memory, limit=LIMIT, **more):
    (judged,) = judge(panel_of([memory], limit=limit, **more))
    return judged


def _comparable(judged):
    """Without the arrays of the evidence, which do not compare."""
    return replace(judged, evidence=(), figures=())


@steady
@given(shapes, rates, seeds, lasting, st.integers(-6, 12), st.booleans())
def test_scaling_all_bytes_scales_the_growth_and_leaves_the_probability(shape, rate, seed, lasts, power, with_cpu):
    factor = 2.0**power
    memory, cpu = _series(shape, rate, seed, lasts), [_cpu(seed, lasts)] if with_cpu else None
    small, large = _one(memory, cpu=cpu), _one(factor * memory, factor * LIMIT, cpu=cpu)
    assert large.verdict is small.verdict
    assert large.probability == pytest.approx(small.probability, rel=1e-6, abs=1e-9)
    assert large.growth_bytes_per_hour == pytest.approx(factor * small.growth_bytes_per_hour, rel=1e-6)


@steady
@given(shapes, rates, seeds, st.integers(-10_000, 10_000))
def test_shifting_time_changes_nothing_but_times(shape, rate, seed, steps):
    panel = panel_of([_series(shape, rate, seed, 48)], limit=LIMIT, cpu=[_cpu(seed, 48)])
    by = steps * STEP
    moved = replace(panel, grid=Grid(START + by, STEP, panel.grid.steps), start_time=panel.start_time + by)
    (before,), (after,) = judge(panel), judge(moved)
    assert (before.onset_at is None) is (after.onset_at is None)
    if before.onset_at is not None:
        assert after.onset_at == pytest.approx(before.onset_at + by, abs=1e-3)
        assert after.onset_interval == pytest.approx([one + by for one in before.onset_interval], abs=1e-3)
    assert after.current_began_at == pytest.approx(before.current_began_at + by, abs=1e-3)
    without = {"onset_at": None, "onset_interval": None, "current_began_at": None}
    assert _comparable(replace(after, **without)) == _comparable(replace(before, **without))


@steady
@given(shapes, rates, seeds, st.integers(0, 4096), st.booleans())
def test_adding_a_constant_to_memory_never_makes_a_leak(shape, rate, seed, more, limited):
    memory, limit = _series(shape, rate, seed, 48), LIMIT if limited else NONE
    before, after = _one(memory, limit), _one(memory + more * MIB, limit + more * MIB)
    assert before.verdict is Verdict.LEAK or after.verdict is Verdict.HEALTHY


@steady
@given(st.floats(1.0, 8.0), seeds, st.integers(12, 46), st.integers(2, 24))
def test_a_longer_straight_leak_is_never_less_probable(rate, seed, lasts, more):
    t = hours(72)
    memory = LEVEL + rate * MIB * t + noise(t.size, 0.3 * MIB, seed)
    short, long = (_one(memory[: int(12 * upto)]) for upto in (lasts, min(lasts + more, 72)))
    assert long.probability >= short.probability - 0.02


@steady
@given(st.sampled_from(["flat", "warm-up", "straight"]), seeds, st.integers(0, 2**31), st.booleans())
def test_dropping_a_tenth_of_the_samples_never_flips_a_clear_case(shape, seed, lost, whole_scrape):
    memory, cpu = _series(shape, 4.0, seed, 48), _cpu(seed, 48)
    dropped = np.random.default_rng(lost).random(memory.size) < 0.1
    before = _one(memory, cpu=[cpu])
    after = _one(np.where(dropped, np.nan, memory), cpu=[np.where(dropped & whole_scrape, np.nan, cpu)])
    assert not 0.1 < before.probability < 0.9
    assert after.verdict is before.verdict


absurd = st.sampled_from([NONE, np.inf, -np.inf, 0.0, -1.0, 1e-300, 1.0, 1e17, 1e18, 1.7e308, -1.7e308])


@st.composite
def _broken_panels(draw):
    """A panel of one or two rows in which anything may be anything; times may repeat, that is, the step may be 0."""
    rows, steps = draw(st.integers(1, 2)), draw(st.sampled_from([1, 2, 3, 9, 72, 288]))
    rng = np.random.default_rng(draw(seeds))

    def values():
        kind = draw(st.sampled_from(["plain", "absurd", "constant", "sparse", "mixed"]))
        plain = LEVEL * rng.random((rows, steps))
        if kind in {"absurd", "constant"}:
            return np.full((rows, steps), draw(absurd))
        if kind == "plain":
            return plain
        few = rng.random((rows, steps)) < (0.05 if kind == "mixed" else 0.98)
        return np.where(few, draw(absurd) if kind == "mixed" else NONE, plain)

    return Panel(
        grid=Grid(START, draw(st.sampled_from([STEP, 0.0, 1.0, 1e6])), steps),
        working_set=values(),
        rss=values(),
        cache=values(),
        cpu=values(),
        start_time=draw(st.sampled_from([0.0, START])) + values() / MIB,
        restarts=np.floor(values() / (64 * MIB)),
        oom_killed=values(),
        limit=np.full(rows, draw(absurd)),
        subject=np.array([0, draw(st.integers(0, 1))][:rows]),
        revision=np.arange(rows),
    )


@steady
@given(_broken_panels(), st.booleans())
def test_no_input_however_broken_raises_or_warns(panel, explain):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        judged = judge(panel, Options(explain=explain))
    for one in judged:
        assert 0 <= one.probability <= 1
        assert np.isfinite([one.growth_bytes_per_hour, *one.growth_interval, one.current_bytes]).all()
        assert one.reasons
