"""What scans of the past would have said: the whole time is read once, and judged as of many moments."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from app.domain.backtest import Course
from app.domain.backtest_report import BacktestReport, Name
from app.domain.lifecycle import IncidentPolicy
from app.domain.scan import Problem, Seconds
from app.domain.severity import SeverityPolicy
from app.errors import SourceError
from app.prometheus.source import Batch, Control, Plan, Reading, ScanRequest, Source
from app.scanning.courses import courses_of
from app.scanning.moments import Moments
from app.scanning.scan import FAILURES_IN_A_ROW
from detectors.options import Options
from detectors.panel import Grid, History
from detectors.replay import Replay, reconsider, replay


@dataclass(frozen=True, slots=True)
class Policies:
    """When a leak is urgent, when incidents close and come back, and what counts as a leak."""

    severity: SeverityPolicy
    incident: IncidentPolicy
    options: Options


@dataclass(slots=True)
class _Tally:
    """What has come together so far."""

    courses: list[Course] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    samples: int = 0
    evaluations: int = 0
    judged: int = 0
    read_seconds: float = 0.0
    judge_seconds: float = 0.0
    failures: int = 0
    whole: bool = True


@dataclass(frozen=True, slots=True)
class _Run:
    """One backtest under way."""

    source: Source
    plan: Plan
    request: ScanRequest
    moments: Moments
    policies: Policies
    control: Control
    tally: _Tally

    def batch(self, batch: Batch) -> None:
        """Read one batch and judge it as of every moment."""
        reading = self._read(batch)
        if reading is None:
            return
        columns = self.moments.columns(self.plan.grid)
        ends, steps = columns.tolist(), self.moments.window_steps
        limits = None if reading.limits is None else reading.limits.at(columns, steps)
        started = time.monotonic()
        replayed = replay(reading.panel, ends, steps, self.policies.options, limits=limits)
        self.tally.judge_seconds += time.monotonic() - started
        past = self._past(batch, reading, replayed)
        started = time.monotonic()
        if past is not None:
            blocks = int(self.request.history_seconds // past.step)
            replayed = reconsider(
                reading.panel, ends, steps, past, blocks, replayed, self.policies.options, limits=limits
            )
        policies = self.policies
        self.tally.courses += courses_of(
            batch, reading, replayed, self.moments, self.request.cluster, policies.severity, policies.incident
        )
        self.tally.evaluations += int(replayed.present.sum())
        self.tally.judged += len(replayed.judgements)
        self.tally.judge_seconds += time.monotonic() - started

    def _read(self, batch: Batch) -> Reading | None:
        tally, started = self.tally, time.monotonic()
        try:
            reading = self.source.read(self.plan, batch, self.control)
        except SourceError as error:
            tally.failures += 1
            if not error.retryable or tally.failures >= FAILURES_IN_A_ROW or len(self.plan.batches) == 1:
                raise
            tally.whole = False
            text = f"{len(batch.containers)} containers could not be read: {error}"
            tally.problems.append(Problem("batch_unread", text))
            return None
        finally:
            tally.read_seconds += time.monotonic() - started
        tally.failures = 0
        tally.samples += reading.samples
        tally.problems += reading.problems
        tally.whole = tally.whole and not reading.unread
        return reading

    def _past(self, batch: Batch, reading: Reading, replayed: Replay) -> History | None:
        """What the suspects held before the last window, as far back as the first scan would have looked: one query.

        The panel holds most of that time already, but only a sample a step; a scan asks for the lowest of all.
        """
        rows = np.nonzero(np.isin(reading.panel.subject, replayed.suspects))[0]
        if not rows.size or self.request.history_seconds <= 0:
            return None
        window = self.moments.window
        plan = replace(self.plan, grid=Grid(window.start, window.step_seconds, self.moments.window_steps))
        seconds = self.request.history_seconds + self.moments.period.seconds
        started = time.monotonic()
        try:
            answer = self.source.history(plan, [batch.containers[row] for row in rows], seconds, self.control)
        except SourceError as error:
            text = f"the time before the windows could not be read: {error}"
            self.tally.problems.append(Problem("history_unread", text))
            return None
        finally:
            self.tally.read_seconds += time.monotonic() - started
        if answer is None:
            return None
        history, problems = answer
        self.tally.problems += problems
        low, high = np.full((2, reading.panel.rows, history.low.shape[1]), np.nan)
        low[rows], high[rows] = history.low, history.high
        return History(history.step, low, high)


def backtest(
    source: Source,
    request: ScanRequest,
    moments: Moments,
    policies: Policies,
    control: Control,
    started_at: float,
    labels: Mapping[Name, bool] | None = None,
) -> BacktestReport:
    """Read once all that the request covers, and judge it as of each moment. started_at: unix seconds.

    request: from the begin of the first window to the end of the last; labels: which workloads leak, where known. A
    batch that cannot be read makes the report incomplete, and two in a row end it. Raises SourceError, ScanAbandoned,
    RecordingError.
    """
    began = time.monotonic()
    plan = source.plan(request, control)
    planned = time.monotonic()
    tally = _Tally(problems=list(plan.problems))
    run = _Run(source, plan, request, moments, policies, control, tally)
    done = 0
    control.progress(done, plan.containers)
    for batch in plan.batches:
        control.check()
        run.batch(batch)
        done += len(batch.containers)
        control.progress(done, plan.containers)
    return BacktestReport(
        started_at=started_at,
        source=source.name,
        cluster=request.cluster,
        period=moments.period,
        window=moments.window,
        history_seconds=request.history_seconds,
        scans=moments.count,
        containers=plan.containers,
        samples=tally.samples,
        evaluations=tally.evaluations,
        judged=tally.judged,
        complete=tally.whole,
        problems=tuple(dict.fromkeys(tally.problems)),
        seconds=Seconds(planned - began, tally.read_seconds, tally.judge_seconds),
        courses=tuple(tally.courses),
        labels=labels,
    )
