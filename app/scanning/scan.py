"""One scan, from a source to a report. Follow it here: plan, read, judge, batch by batch.

While one batch is judged the next is read: of two cores the server has one, and the network is seldom idle.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace

import numpy as np

from app.domain.feedback import NOTHING_SAID, InForce
from app.domain.finding import Finding, Identity
from app.domain.scan import Problem, ScanReport, Seconds, Window
from app.domain.severity import SeverityPolicy
from app.errors import SourceError
from app.prometheus.client import reading_threads
from app.prometheus.source import Batch, Control, Plan, Reading, ScanRequest, Source
from app.scanning.accepted import with_accepted
from app.scanning.findings import findings_of
from detectors.judge import judge, judge_again
from detectors.judgement import Judgement, Verdict
from detectors.options import Options
from detectors.panel import History

# A server that fails twice in a row is down; asking on for every batch would only take long.
FAILURES_IN_A_ROW = 2
_MAX_LAG_SECONDS = 900.0

# Is told of each batch once it is judged: its containers, their series, and what was made of them.
Watch = Callable[[Batch, Reading, list[Judgement]], None]
# The findings of a batch with what else is known of them, in the same order.
Inform = Callable[[Batch, Reading, Sequence[Judgement], Sequence[Finding]], list[Finding]]


@dataclass(slots=True)
class _Tally:
    """What has come together so far. read_seconds is the reading thread's to write, past_seconds the other's."""

    findings: list[Finding] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    samples: int = 0
    read_seconds: float = 0.0
    past_seconds: float = 0.0
    judge_seconds: float = 0.0
    newest: float = -np.inf
    failures: int = 0
    whole: bool = True


def scan(
    source: Source,
    request: ScanRequest,
    policy: SeverityPolicy,
    options: Options,
    control: Control,
    started_at: float,
    said: InForce = NOTHING_SAID,
    watch: Watch = lambda batch, reading, judgements: None,
    inform: Inform = lambda batch, reading, judgements, findings: list(findings),
) -> ScanReport:
    """Look once at all that the request covers.

    started_at: unix seconds; said: feedback to heed; watch, inform: see Watch and Inform.
    A batch that cannot be read makes the report incomplete, and two in a row end the scan. Raises SourceError,
    ScanAbandoned, RecordingError.
    """
    began = time.monotonic()
    plan = source.plan(request, control)
    planned = time.monotonic()
    tally = _Tally(problems=list(plan.problems))
    tally.whole = all(problem.code != "server_warning" for problem in plan.problems)
    done = 0
    control.progress(done, plan.containers)
    with reading_threads(1, control) as reader:
        coming: list[Future[Reading]] = []
        for number, batch in enumerate(plan.batches):
            control.check()
            # Never more than one ahead: memory is bounded by two batches.
            wanted = plan.batches[number + len(coming) : number + 2]
            coming += [reader.submit(_read, source, plan, one, control, tally) for one in wanted]
            _scan_batch(
                source, plan, batch, coming.pop(0), request, policy, options, control, tally, said, watch, inform
            )
            done += len(batch.containers)
            control.progress(done, plan.containers)
    _note_lag(plan, tally)
    _note_silence(tally)
    seen = _seen(plan, request.cluster)
    return ScanReport(
        started_at=started_at,
        finished_at=started_at + time.monotonic() - began,
        cluster=request.cluster,
        source=source.name,
        namespaces=request.namespaces,
        selector=request.selector,
        window=Window(plan.grid.start, plan.grid.end, plan.grid.step),
        containers=plan.containers,
        workloads=len({(one.namespace, one.workload) for one in seen}),
        samples=tally.samples,
        complete=tally.whole,
        problems=tuple(dict.fromkeys(tally.problems)),
        seconds=Seconds(planned - began, tally.read_seconds + tally.past_seconds, tally.judge_seconds),
        findings=tuple(tally.findings),
        cost=control.cost.total(),
        seen=seen,
        heeded=frozenset(feedback.id for feedback in said.values()),
    )


def _read(source: Source, plan: Plan, batch: Batch, control: Control, tally: _Tally) -> Reading:
    started = time.monotonic()
    try:
        return source.read(plan, batch, control)
    finally:
        tally.read_seconds += time.monotonic() - started


def _scan_batch(
    source: Source,
    plan: Plan,
    batch: Batch,
    coming: Future[Reading],
    request: ScanRequest,
    policy: SeverityPolicy,
    options: Options,
    control: Control,
    tally: _Tally,
    said: InForce,
    watch: Watch,
    inform: Inform,
) -> None:
    try:
        reading = with_accepted(coming.result(), request.cluster, said)
    except SourceError as error:
        tally.failures += 1
        if not error.retryable or tally.failures >= FAILURES_IN_A_ROW or len(plan.batches) == 1:
            raise
        tally.whole = False
        tally.problems.append(Problem("batch_unread", f"{len(batch.containers)} containers could not be read: {error}"))
        return
    tally.failures = 0
    judged = time.monotonic()
    judgements = judge(reading.panel, options)
    tally.judge_seconds += time.monotonic() - judged
    reading, judgements = _look_back(source, plan, batch, reading, judgements, request, options, control, tally)
    tally.samples += reading.samples
    tally.problems += reading.problems
    tally.whole = tally.whole and not reading.unread
    tally.newest = max(tally.newest, _newest(reading))
    found = findings_of(batch, reading, judgements, request.cluster, policy)
    tally.findings += inform(batch, reading, judgements, found)
    watch(batch, reading, judgements)


def _look_back(
    source: Source,
    plan: Plan,
    batch: Batch,
    reading: Reading,
    judgements: list[Judgement],
    request: ScanRequest,
    options: Options,
    control: Control,
    tally: _Tally,
) -> tuple[Reading, list[Judgement]]:
    """Judge again those that seem to leak, now with their past before the window: most only climb back to a level."""
    suspects = [judgement.subject for judgement in judgements if judgement.verdict is Verdict.LEAK]
    if not suspects or request.history_seconds <= 0:
        return reading, judgements
    rows = np.nonzero(np.isin(reading.panel.subject, suspects))[0]
    started = time.monotonic()
    try:
        answer = source.history(plan, [batch.containers[row] for row in rows], request.history_seconds, control)
    except SourceError as error:
        tally.problems.append(Problem("history_unread", f"the time before the window could not be read: {error}"))
        return reading, judgements
    finally:
        tally.past_seconds += time.monotonic() - started
    if answer is None:
        return reading, judgements
    history, problems = answer
    tally.problems += problems
    shape = (reading.panel.rows, history.low.shape[1])
    whole = History(history.step, np.full(shape, np.nan), np.full(shape, np.nan))
    whole.low[rows], whole.high[rows] = history.low, history.high
    reading = replace(reading, panel=replace(reading.panel, history=whole))
    started = time.monotonic()
    again = judge_again(reading.panel, judgements, suspects, options)
    tally.judge_seconds += time.monotonic() - started
    return reading, again


def _note_lag(plan: Plan, tally: _Tally) -> None:
    """A source whose newest sample is old shows a past, not a present: nothing may be closed by it."""
    lag = plan.grid.end - tally.newest
    if np.isfinite(lag) and lag > max(_MAX_LAG_SECONDS, 3 * plan.grid.step):
        tally.whole = False
        tally.problems.append(
            Problem("source_lags", f"the newest sample is {lag / 60:.0f} min older than the window's end")
        )


def _note_silence(tally: _Tally) -> None:
    """Of a pod that runs unseen nothing is known, however healthy the others are."""
    silent = [finding for finding in tally.findings if not finding.fully_read]
    if silent and tally.whole:
        one = silent[0].identity
        text = f"pods seem to run unseen, of {len(silent)} workloads in all, such as {one.namespace}/{one.workload}"
        tally.problems.append(Problem("silent_pods", text))


def _newest(reading: Reading) -> float:
    known = (np.isfinite(reading.panel.working_set) | np.isfinite(reading.panel.rss)).any(axis=0)
    return float(reading.panel.grid.times[known].max(initial=-np.inf))


def _seen(plan: Plan, cluster: str) -> frozenset[Identity]:
    return frozenset(
        Identity(cluster, container.namespace, container.workload.name, container.container)
        for batch in plan.batches
        for container in batch.containers
    )
