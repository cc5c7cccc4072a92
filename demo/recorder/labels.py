"""The truth about each program of a recording: what it leaks is known, how fast is measured."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demo.recorder.program import Leak, Program
from demo.recorder.samples import NAMESPACE, PodSamples
from demo.recorder.traffic import DILUTION

_SECONDS_AN_HOUR = 3600 / DILUTION
_WARM_SECONDS, _SHORTEST_SECONDS = 30, 30


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
        rates = [leak_bytes_per_hour(leak, pods[replica]) for replica in leak.replicas]
        told["leak_bytes_per_hour"] = round(np.mean(rates)) if np.isfinite(rates).all() else None
    if program.ambiguous:
        told["ambiguous"] = program.ambiguous
    return told


def leak_bytes_per_hour(leak: Leak, pod: PodSamples) -> float:
    """What a pod leaks, bytes an hour of cluster time, from the onset to the end of the recording.

    Known from the requests it served where the program's source tells what one leaves behind, else measured. NaN when
    it did not run since the onset, or not long enough to measure.
    """
    if leak.bytes_a_request is None:
        return growth_bytes_per_hour(pod, leak.onset_hours)
    asked = pod.values["asked"][_since(pod, leak.onset_hours) :]
    asked = asked[np.isfinite(asked)]
    hours = asked.size / _SECONDS_AN_HOUR
    return float(leak.bytes_a_request * (asked[-1] - asked[0]) / hours) if asked.size else float("nan")


def growth_bytes_per_hour(pod: PodSamples, onset_hours: float = 0.0) -> float:
    """Growth of a pod's anonymous memory and of what the kernel holds for it, bytes an hour of cluster time.

    The mean of its lives, by their length. A life's growth is that of its floor: the 10th percentile of its last tenth
    less that of its first, after it has warmed up. NaN when no life lasted a minute.
    """
    memory = pod.values["rss"] + pod.values["kernel"]
    growth, length = 0.0, 0.0
    for life in _lives(pod):
        warm = life[(life >= _since(pod, onset_hours)) & (life >= life[0] + _WARM_SECONDS)]
        if warm.size >= _SHORTEST_SECONDS:
            first, *_, last = np.array_split(memory[warm], 10)
            growth += float(np.nanpercentile(last, 10) - np.nanpercentile(first, 10))
            length += 0.9 * warm.size / _SECONDS_AN_HOUR
    return growth / length if length else float("nan")


def _since(pod: PodSamples, onset_hours: float) -> int:
    """Index of the pod's first sample after the onset."""
    return max(0, round(onset_hours * _SECONDS_AN_HOUR) - pod.first_second)


def _lives(pod: PodSamples) -> list[NDArray[np.int64]]:
    """Indices of each life's samples."""
    started = pod.values["started_at"]
    known = np.flatnonzero(np.isfinite(started))
    ends = np.flatnonzero(np.diff(started[known]) != 0) + 1
    return np.split(known, ends)
