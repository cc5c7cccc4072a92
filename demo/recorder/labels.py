"""The truth about each program of a recording: what it leaks is known, how fast is measured."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demo.recorder.program import Program
from demo.recorder.samples import NAMESPACE, PodSamples
from demo.recorder.traffic import DILUTION

_SECONDS_AN_HOUR = 3600 / DILUTION
_SHORTEST_LIFE_SECONDS = 60
_WARM_SECONDS = 30


def label(program: Program, pods: Sequence[PodSamples]) -> dict[str, Any]:
    """The label of a program, from the samples of its pods in the order of their replicas."""
    leak = program.leak
    told: dict[str, Any] = {
        "leak": leak is not None,
        "family": program.family,
        "namespace": NAMESPACE,
        "workload": program.workload,
        "container": "app",
        "runtime": program.runtime,
        "limit_bytes": float(program.limit_bytes),
        "memory_kind": program.memory_kind,
        "onset_s": leak.onset_hours * 3600 if leak else None,
        "leak_bytes_per_hour": None,
        "oom_kills": int(sum(np.nanmax(pod.values["oom_kills"]) for pod in pods)),
        "pods": program.replicas,
        "held_back": program.held_back,
        "note": program.note,
    }
    if leak:
        measured = float(np.mean([leak_bytes_per_hour(program, pods[i]) for i in leak.replicas]))
        told["leak_bytes_per_hour"] = round(measured) if math.isfinite(measured) else None
    if program.ambiguous:
        told["ambiguous"] = program.ambiguous
    return told


def leak_bytes_per_hour(program: Program, pod: PodSamples) -> float:
    """Growth of what a leaking program leaks, bytes an hour of cluster time, from the onset on.

    The mean of its lives, by their length. A life's growth is that of its floor: the 10th percentile of its last tenth
    less that of its first, after it has warmed up. NaN when no life lasted a minute.
    """
    memory = pod.values["kernel" if program.memory_kind == "kernel" else "rss"]
    since = (program.leak.onset_hours if program.leak else 0.0) * _SECONDS_AN_HOUR - pod.first_second
    lives = [life for life in _lives(pod) if life.size >= _SHORTEST_LIFE_SECONDS]
    growth, length = 0.0, 0.0
    for life in lives:
        warm = life[(life >= since) & (life >= life[0] + _WARM_SECONDS)]
        if warm.size < _SHORTEST_LIFE_SECONDS // 2:
            continue
        first, *_, last = np.array_split(memory[warm], 10)
        growth += float(np.nanpercentile(last, 10) - np.nanpercentile(first, 10))
        length += 0.9 * warm.size / _SECONDS_AN_HOUR
    return growth / length if length else float("nan")


def _lives(pod: PodSamples) -> list[NDArray[np.int64]]:
    """Indices of each life's samples."""
    started = pod.values["started_at"]
    known = np.flatnonzero(np.isfinite(started))
    ends = np.flatnonzero(np.diff(started[known]) != 0) + 1
    return np.split(known, ends)
