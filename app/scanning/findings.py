"""From a detector's judgements, which know rows and numbers, to findings, which know names."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.domain.finding import Evidence, Finding, Identity, PodEvidence, Revisions, Workload
from app.domain.fingerprint import fingerprint
from app.domain.severity import SeverityPolicy
from app.prometheus.source import Batch, Reading
from app.scanning.presence import Presence
from detectors.judgement import Judgement, RowEvidence
from detectors.panel import Floats, Grid, Ints, Panel

_MAX_POINTS = 240
# Pods that run are not scraped at the same second.
_SAME_TIME_STEPS = 2
_JOBS = frozenset({"Job", "CronJob"})


def findings_of(
    batch: Batch, reading: Reading, judgements: Sequence[Judgement], cluster: str, policy: SeverityPolicy
) -> list[Finding]:
    """One finding a judgement, in the same order."""
    presence = Presence.of(reading.panel)
    rows_of = _grouped(reading.panel.subject, len(reading.subjects))
    peers: dict[str, list[Ints]] = defaultdict(list)
    for (namespace, _, _), rows in zip(reading.subjects, rows_of, strict=True):
        peers[namespace].append(rows)
    answers = {namespace: presence.answers(np.concatenate(rows)) for namespace, rows in peers.items()}
    told = _Told(batch, reading, presence, answers, cluster, policy)
    return [_finding(told, judgement, rows_of[judgement.subject]) for judgement in judgements]


@dataclass(frozen=True, slots=True)
class _Told:
    """What all findings of a batch have in common. answers: whether kube-state-metrics does, by namespace."""

    batch: Batch
    reading: Reading
    presence: Presence
    answers: Mapping[str, bool]
    cluster: str
    policy: SeverityPolicy


def _grouped(subject: Ints, subjects: int) -> list[Ints]:
    """The rows of each subject, in order."""
    ordered = np.argsort(subject, kind="stable")
    return np.split(ordered, np.searchsorted(subject[ordered], np.arange(1, subjects)))[:subjects]


def _finding(told: _Told, judgement: Judgement, rows: Ints) -> Finding:
    reading = told.reading
    namespace, workload, container = reading.subjects[judgement.subject]
    identity = Identity(told.cluster, namespace, workload.name, container)
    answers = told.answers[namespace]
    return Finding(
        identity=identity,
        workload=workload,
        fingerprint=fingerprint(identity),
        verdict=judgement.verdict,
        probability=judgement.probability,
        severity=told.policy.of(judgement),
        growth_bytes_per_hour=judgement.growth_bytes_per_hour,
        growth_interval=judgement.growth_interval,
        onset_at=judgement.onset_at,
        current_bytes=judgement.current_bytes,
        limit_bytes=judgement.limit_bytes,
        time_to_limit=judgement.time_to_limit,
        memory_kind=judgement.memory_kind,
        pods_observed=judgement.pods_observed,
        pods_leaking=judgement.pods_leaking,
        restarts=judgement.restarts,
        oom_kills=judgement.oom_kills,
        revisions=_revisions(reading, judgement, rows),
        reasons=judgement.reasons,
        evidence=_evidence(told.batch, reading.panel.grid, judgement.evidence),
        fully_read=_is_fully_read(told, workload, rows, answers=answers),
        unseen_seconds=told.presence.unseen_seconds(rows, answers=answers),
        floor_bytes=judgement.floor_bytes,
        onset_interval=judgement.onset_interval,
        current_began_at=judgement.current_began_at,
    )


def _is_fully_read(told: _Told, workload: Workload, rows: Ints, *, answers: bool) -> bool:
    """Whether all was read of every pod that runs. Pods of jobs end by nature, and stay known when they have."""
    if not told.reading.unread.isdisjoint(rows.tolist()):
        return False
    return workload.kind in _JOBS or not told.presence.hides_a_pod(rows, answers=answers)


def _revisions(reading: Reading, judgement: Judgement, rows: Ints) -> Revisions:
    names = reading.revisions[judgement.subject]
    current = names[running_revision(reading.panel, rows)] if names else None
    if judgement.suspect_revision is None:
        return Revisions(current, None, None)
    suspect = judgement.suspect_revision
    return Revisions(current, names[suspect], names[suspect - 1] if suspect else None)


def running_revision(panel: Panel, rows: Ints) -> int:
    """The revision of the pod that began last, of those seen last: after a roll-back it is an old one again."""
    known = np.isfinite(panel.working_set[rows]) | np.isfinite(panel.rss[rows])
    steps = known.shape[1]
    first = np.where(known.any(axis=1), known.argmax(axis=1), -1)
    last = np.where(known.any(axis=1), steps - 1 - known[:, ::-1].argmax(axis=1), -1)
    seen_last = last >= last.max() - _SAME_TIME_STEPS
    newest = np.lexsort((panel.revision[rows], np.where(seen_last, first, -2)))[-1]
    return int(panel.revision[rows][newest])


def _evidence(batch: Batch, grid: Grid, rows: Sequence[RowEvidence]) -> Evidence:
    if not rows:
        return Evidence((), ())
    every, times = _thinned(grid)
    return Evidence(times, tuple(_pod(batch, row, every) for row in rows))


def _pod(batch: Batch, evidence: RowEvidence, every: int) -> PodEvidence:
    container = batch.containers[evidence.row]
    return PodEvidence(
        pod=container.pod,
        revision=container.revision,
        leaking=evidence.leaking,
        floor=_reduced(evidence.floor, every, np.fmin),
        peak=_reduced(evidence.peak, every, np.fmax),
        restarts=evidence.restarts,
        oom_kills=evidence.oom_kills,
        fit=_reduced(evidence.fit, every, np.fmin),
        node=container.node,
    )


def _thinned(grid: Grid) -> tuple[int, tuple[float, ...]]:
    """How many steps make a point, and the time at which each point begins."""
    every = max(-(-grid.steps // _MAX_POINTS), 1)
    return every, tuple(grid.times[::every].tolist())


def _reduced(values: Floats, every: int, pick: np.ufunc) -> tuple[int | None, ...]:
    """The lowest or highest value of each point, whole bytes, None where there is no sample."""
    padded = np.full(-(-values.size // every) * every, np.nan)
    padded[: values.size] = values
    picked = pick.reduce(padded.reshape(-1, every), axis=1)
    known = np.isfinite(picked)
    whole: list[int | None] = np.where(known, picked, 0.0).astype(np.int64).tolist()
    for point in np.flatnonzero(~known).tolist():
        whole[point] = None
    return tuple(whole)
