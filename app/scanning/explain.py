"""A look at one workload, with all that its verdict rests on. Nothing is kept of it."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from app.domain.explanation import Deploy, Explained, Explanation, PodSeries
from app.domain.feedback import NOTHING_SAID, InForce
from app.domain.finding import Finding
from app.prometheus.source import Batch, Control, Reading
from app.scanning.clusters import only_cluster
from app.scanning.knowing import KnownClusters
from app.scanning.one_workload import OneWorkload, Target
from app.scanning.service import make_perform
from app.settings import Settings
from detectors.judgement import Judgement, RowEvidence
from detectors.options import Options


def explain(
    settings: Settings,
    target: Target,
    control: Control,
    *,
    end: float | None,
    known: KnownClusters | None = None,
    said: InForce = NOTHING_SAID,
) -> Explained:
    """Read the target's containers alone, and judge them. end: unix seconds of the window's end, None for the present.

    known: clusters that are asked themselves, of the present. said: what a scan of the present would heed. Raises
    UsageError where there is no such workload or container, else as a scan does.
    """
    seen: list[tuple[Batch, Reading, list[Judgement]]] = []
    perform = make_perform(
        only_cluster(settings),
        end,
        options=Options(explain=True),
        narrowed=lambda source: OneWorkload(source, target),
        watch=lambda batch, reading, judgements: seen.append((batch, reading, judgements)),
        known=known if end is None else None,
    )
    report = perform(control, said)
    judged = [(batch, reading, judgement) for batch, reading, judgements in seen for judgement in judgements]
    explanations = [_explanation(*one, finding) for one, finding in zip(judged, report.findings, strict=True)]
    return Explained(report, tuple(sorted(explanations, key=lambda one: one.finding.identity)))


def _explanation(batch: Batch, reading: Reading, judgement: Judgement, finding: Finding) -> Explanation:
    rows = np.nonzero(reading.panel.subject == judgement.subject)[0].tolist()
    return Explanation(
        finding=finding,
        figures=judgement.figures,
        grid=reading.panel.grid,
        deploys=tuple(_deploys(reading, judgement.subject, rows)),
        pods=tuple(_pods(batch, reading, judgement.evidence)),
        pods_in_window=len(rows),
    )


def _pods(batch: Batch, reading: Reading, evidence: Iterable[RowEvidence]) -> Iterator[PodSeries]:
    for one in evidence:
        container, limit = batch.containers[one.row], float(reading.panel.limit[one.row])
        yield PodSeries(
            pod=container.pod,
            revision=container.revision,
            leaking=one.leaking,
            limit_bytes=limit if np.isfinite(limit) else None,
            memory=one.peak,
            working_set=reading.panel.working_set[one.row],
            floor=one.floor,
            fit=one.fit,
            restarts=one.restarts,
            oom_kills=one.oom_kills,
        )


def _deploys(reading: Reading, subject: int, rows: Sequence[int]) -> Iterator[Deploy]:
    """The first sample of each revision that was not there from the window's start, in order of time."""
    panel = reading.panel
    known = np.isfinite(panel.working_set) | np.isfinite(panel.rss)
    first: dict[int, int] = {}
    for row in rows:
        if known[row].any():
            revision, column = int(panel.revision[row]), int(np.argmax(known[row]))
            first[revision] = min(first.get(revision, column), column)
    # The revision that was there first is no news, even where the series begin late.
    for revision, column in sorted(first.items(), key=lambda item: item[1])[1:]:
        yield Deploy(float(panel.grid.times[column]), reading.revisions[subject][revision])
