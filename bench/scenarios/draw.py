"""From a design to a scenario: run it, look at it, and draw again where a leak could not be seen by anyone."""

from collections.abc import Callable
from dataclasses import dataclass

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
_LEAST_OF_NOISE = 4.0
_LEAST_OF_SWING = 2.5
_LEAST_OF_GRAIN = 3.0
_LEAST_RISES = 3  # a heap that hides the leak but for one step shows a step
_TWELFTHS = 12
_WORTHWHILE = 0.02
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
        rate = _rate(workload, traces) if leak else 0.0
        panel = observe(workload, traces, draw_limit(workload, traces, rate), revisions)
        return Scenario(f"{family}/{seed}", seed, panel, _truth(family, rate, workload, traces, suspect))
    raise ValueError(
        f"{family}: nothing to be seen in {hours:g} hours at a step of {step_seconds:g} seconds; take more"
    )


@dataclass(frozen=True, slots=True)
class _Span:
    """What a life lost in the window from the onset on: bytes lost, bytes seen of them, hours.

    rises: in how many twelfths of that time what is seen rose by a worthwhile part of the whole
    """

    lost: float
    seen: float
    hours: float
    rises: int


def _spans(w: Workload, trace: Trace) -> list[_Span]:
    found = []
    times = w.clock.times[trace.low : trace.high]
    onset = int(np.searchsorted(times, max(w.onset, w.clock.start)))
    for low, high, _ in trace.lives:
        begin = max(low, onset)
        if high - begin >= 2:
            lost, seen = (float(curve[high - 1] - curve[begin]) for curve in (trace.lost, trace.leaked))
            marks = trace.leaked[np.linspace(begin, high - 1, _TWELFTHS + 1).astype(np.int64)]
            rises = int((np.diff(marks) > _WORTHWHILE * max(seen, lost)).sum())
            found.append(_Span(lost, seen, float(times[high - 1] - times[begin]) / HOUR, rises))
    return found


def _rate(w: Workload, traces: list[Trace]) -> float:
    """Bytes/hour that a leaking pod loses, over all lives in which one does."""
    spans = [span for trace in traces for span in _spans(w, trace) if span.lost > 0]
    return sum(span.lost for span in spans) / sum(span.hours for span in spans)


def _present(w: Workload, traces: list[Trace]) -> bool:
    """Whether a pod runs at the end, or did recently, and anything was seen for an hour or a tenth of the window."""
    if w.must_end and not any(_ended(w, trace) for trace in traces):
        return False
    seen = sum(int(np.isfinite(trace.anon[max(w.clock.first - trace.low, 0) :]).sum()) for trace in traces)
    last = max((trace.high for trace in traces), default=0)
    return seen * w.clock.grid.step >= min(HOUR, 0.1 * w.clock.hours * HOUR) and last > w.clock.first


def _ended(w: Workload, trace: Trace) -> bool:
    """Whether the limit, or the process itself at a limit of its own, ended a lifetime in the window."""
    again = any(started >= w.clock.start for _, _, started in trace.lives[1:])
    return again if w.kills_itself else bool(trace.kills)


def _visible(w: Workload, traces: list[Trace]) -> bool:
    """Whether it has grown by a few percent of the level and a few times what the floor is uncertain by."""
    grown = [
        (min(span.lost, span.seen), trace)
        for trace in traces
        for span in _spans(w, trace)
        if span.lost > 0 and span.rises >= _LEAST_RISES
    ]
    if not grown:
        return False
    most, trace = max(grown, key=lambda one: one[0])
    pooled = most * np.sqrt(len(grown))
    enough = most >= _LEAST_OF_LEVEL * float(np.nanmedian(trace.anon + trace.kernel))
    noise = max(_LEAST_OF_NOISE * _floor_noise(w, trace), _LEAST_OF_SWING * w.swing, _LEAST_OF_GRAIN * w.grain)
    return enough and pooled >= noise


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


def _truth(family: str, rate: float, w: Workload, traces: list[Trace], suspect: int | None) -> Truth:
    kills = sum(len(trace.kills) for trace in traces)
    if not rate:
        warmed_up = _warmed_up(w, traces)
        return Truth(family, False, None, 0.0, w.memory_kind, kills, len(traces), 0, None, warmed_up)
    leaking = [trace for trace in traces if any(span.lost > 0 for span in _spans(w, trace))]
    began = min(started for trace in leaking for _, _, started in trace.lives)
    return Truth(
        family,
        True,
        float(max(began, w.onset)),
        rate,
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
