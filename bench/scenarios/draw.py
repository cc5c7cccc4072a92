"""From a design to a scenario: run it, look at it, and draw again where a leak could not be seen by anyone."""

from collections.abc import Callable

import numpy as np

from bench.scenarios.clock import HOUR
from bench.scenarios.observe import draw_limit, observe
from bench.scenarios.rng import generator
from bench.scenarios.simulate import Trace, simulate
from bench.scenarios.truth import Scenario, Truth
from bench.scenarios.workload import Workload
from detectors.panel import Floats, Ints

_ATTEMPTS = 60
_LEAST_OF_LEVEL = 0.03
_LEAST_OF_NOISE = 3.0
_LEAST_OF_SWING = 1.5
_RECENT_SECONDS = 48 * HOUR


def scenario(
    family: str,
    leak: bool,
    design: Callable[[np.random.Generator, float, float], Workload],
    seed: int,
    hours: float,
    step_seconds: float,
) -> Scenario:
    """The first draw whose pods are seen and whose leak, if any, is visible in principle.

    Raises ValueError where no draw is: the window is too short for the family.
    """
    for attempt in range(_ATTEMPTS):
        workload = design(generator(family, seed, attempt), hours, step_seconds)
        traces = simulate(workload)
        if not _present(workload, traces) or (leak and not _visible(workload, traces)):
            continue
        revisions, suspect = _revisions(workload, traces)
        panel = observe(workload, traces, draw_limit(workload, traces), revisions)
        return Scenario(f"{family}/{seed}", seed, panel, _truth(family, leak, workload, traces, suspect))
    raise ValueError(
        f"{family}: nothing to be seen in {hours:g} hours at a step of {step_seconds:g} seconds; take more"
    )


def growth(w: Workload, trace: Trace) -> list[tuple[float, float]]:
    """(bytes leaked, hours leaking) of each life of a pod within the window, from the onset on."""
    found = []
    times = w.clock.times[trace.low : trace.high]
    onset = int(np.searchsorted(times, max(w.onset, w.clock.start)))
    for low, high, _ in trace.lives:
        begin = max(low, onset)
        if high - begin >= 2:
            gained = trace.leaked[high - 1] - trace.leaked[begin]
            found.append((float(gained), float(times[high - 1] - times[begin]) / HOUR))
    return found


def _present(w: Workload, traces: list[Trace]) -> bool:
    """Whether a pod runs at the end, or did recently, and anything was seen for an hour or a tenth of the window."""
    seen = sum(int(np.isfinite(trace.anon[max(w.clock.first - trace.low, 0) :]).sum()) for trace in traces)
    last = max((trace.high for trace in traces), default=0)
    return seen * w.clock.grid.step >= min(HOUR, 0.1 * w.clock.hours * HOUR) and last > w.clock.first


def _visible(w: Workload, traces: list[Trace]) -> bool:
    """Whether it has grown by a few percent of the level and a few times what the floor is uncertain by."""
    grown = [(gain, trace) for trace in traces for gain, _ in growth(w, trace) if gain > 0]
    if not grown:
        return False
    most, trace = max(grown, key=lambda one: one[0])
    pooled = most * np.sqrt(len(grown))
    enough = most >= _LEAST_OF_LEVEL * float(np.nanmedian(trace.anon + trace.kernel))
    return enough and pooled >= _LEAST_OF_NOISE * _floor_noise(w, trace) and pooled >= _LEAST_OF_SWING * w.swing


def _floor_noise(w: Workload, trace: Trace) -> float:
    """Standard deviation of the lowest memory of a block, half an hour or a sixth of a life, from block to block."""
    rest: Floats = (trace.anon + trace.kernel - trace.leaked)[max(w.clock.first - trace.low, 0) :]
    rest = rest[np.isfinite(rest)]
    length = float(np.median([high - low for low, high, _ in trace.lives]))
    block = max(int(min(1800 / w.clock.grid.step, length / 6)), 1)
    floors = rest[: rest.size // block * block].reshape(-1, block).min(axis=1)
    return float(np.median(np.abs(np.diff(floors)))) * 1.05 if floors.size > 1 else 0.0


def _revisions(w: Workload, traces: list[Trace]) -> tuple[Ints, int | None]:
    """The revisions of the rows, counted from those still seen, and which of them brought the leak."""
    seen = sorted({trace.pod.revision for trace in traces})
    suspect = seen.index(w.suspect) if w.suspect in seen else None
    return np.array([seen.index(trace.pod.revision) for trace in traces], dtype=np.int64), suspect


def _truth(family: str, leak: bool, w: Workload, traces: list[Trace], suspect: int | None) -> Truth:
    kills = sum(len(trace.kills) for trace in traces)
    if not leak:
        warmed_up = _warmed_up(w, traces)
        return Truth(family, False, None, 0.0, w.memory_kind, kills, len(traces), 0, None, warmed_up)
    leaking = [trace for trace in traces if any(gain > 0 for gain, _ in growth(w, trace))]
    spans = [span for trace in leaking for span in growth(w, trace)]
    rate = sum(gain for gain, _ in spans) / max(sum(hours for _, hours in spans), 1e-9)
    began = min(started for trace in leaking for _, _, started in trace.lives)
    return Truth(
        family,
        True,
        float(max(began, w.onset)),
        float(rate),
        w.memory_kind,
        kills,
        len(traces),
        len(leaking),
        suspect,
        False,
    )


def _warmed_up(w: Workload, traces: list[Trace]) -> bool:
    recent = w.clock.end - _RECENT_SECONDS
    starts = [started + w.transient_hours * HOUR for trace in traces for _, _, started in trace.lives]
    return bool(max(starts) <= recent and all(end <= recent for _, end in w.transients))
