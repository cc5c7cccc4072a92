"""An incident's evidence as a document that a chart can be drawn from as it is."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from app.domain.incident import Incident, KeptEvidence
from app.output.document import Document, rfc3339
from detectors.panel import Floats, Ints

_QUANTILES = ("p10", "p50", "p90")


def plot_document(incident: Incident, moment: str, kept: KeptEvidence, points: int) -> Document:
    """The series of a moment in at most so many points, what was made of them, and where they lead. See PlotModel."""
    content = kept.content
    # Evidence of before these were kept with it: of the latest finding they are known, of an earlier one they are not.
    known = {**incident.finding, "judged_at": incident.standing.last_leak_at} if moment == "latest" else {}
    figures: Mapping[str, Any] = content.get("figures", known)
    times = np.array(content["times"], dtype=np.float64)
    begins = bins(times.size, points)
    return {
        "incident_id": incident.id,
        "moment": moment,
        "at": rfc3339(kept.at),
        "times_unix_seconds": times[begins].tolist(),
        "pods": [_pod(pod, begins) for pod in content["pods"]],
        "deploys": _deploys(content["pods"], times),
        "onset_at": figures.get("onset_at"),
        "growth_bytes_per_hour": figures.get("growth_bytes_per_hour"),
        "limit_bytes": figures.get("limit_bytes", incident.finding.get("limit_bytes")),
        "forecast": _forecast(figures),
    }


def bins(size: int, points: int) -> Ints:
    """Where each of at most so many bins of a series begins, all of them as long as each other but for one step."""
    return np.arange(min(size, points)) * size // max(min(size, points), 1)


def reduced(values: Sequence[float | None], begins: Ints, pick: np.ufunc) -> list[int | None]:
    """What `pick` (np.fmin, np.fmax) finds in each bin, so that no extreme is lost; None where nothing is known."""
    series: Floats = np.array(values, dtype=np.float64)
    if begins.size == 0 or series.size == 0:
        return []
    picked = pick.reduceat(series, begins)
    return [round(value) if np.isfinite(value) else None for value in picked.tolist()]


def _pod(pod: Mapping[str, Any], begins: Ints) -> Document:
    fit = pod.get("fit") or [None] * len(pod["floor"])
    return {
        "pod": pod["pod"],
        "revision": pod["revision"],
        "leaking": pod["leaking"],
        "floor_bytes": reduced(pod["floor"], begins, np.fmin),
        "peak_bytes": reduced(pod["peak"], begins, np.fmax),
        "fit_bytes": reduced(fit, begins, np.fmin),
        "restarts_unix_seconds": list(pod["restarts"]),
        "oom_kills_unix_seconds": list(pod["oom_kills"]),
    }


def _deploys(pods: Sequence[Mapping[str, Any]], times: Floats) -> list[Document]:
    """The first sample of each revision but the first, in order of time; each on the point that it was seen in."""
    first: dict[str | None, float] = {}
    for pod in pods:
        there = np.isfinite(np.array(pod["peak"], dtype=np.float64))
        if there.any():
            at = float(times[int(np.argmax(there))])
            first[pod["revision"]] = min(first.get(pod["revision"], at), at)
    news = sorted(first.items(), key=lambda item: item[1])[1:]
    return [{"at": rfc3339(at), "revision": revision} for revision, at in news]


def _forecast(figures: Mapping[str, Any]) -> Document | None:
    """Straight lines from where memory stood to the limit; each value is null once its line has come there."""
    until, limit = figures.get("time_to_limit_seconds"), figures.get("limit_bytes")
    if until is None or limit is None:
        return None
    begin, level = float(figures["judged_at"]), min(float(figures["current_bytes"]), float(limit))
    ends = np.array([begin + until[name] for name in _QUANTILES])
    times = np.concatenate(([begin], ends))
    lines: Document = {"times_unix_seconds": times.tolist()}
    for name, end in zip(_QUANTILES, ends.tolist(), strict=True):
        share = (times - begin) / max(end - begin, 1.0)
        values = level + (limit - level) * np.minimum(share, 1.0)
        lines[f"{name}_bytes"] = [
            round(value) if at <= end else None for at, value in zip(times.tolist(), values.tolist(), strict=True)
        ]
    return lines
