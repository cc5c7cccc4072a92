"""From what a replay says of rows and columns to the course of each workload's container, with names and times."""

from collections import defaultdict

import numpy as np

from app.domain.backtest import Course, Evaluation, course_of
from app.domain.finding import Identity, Severity
from app.domain.lifecycle import IncidentPolicy
from app.domain.severity import SeverityPolicy
from app.prometheus.source import Batch, Reading
from app.scanning.moments import Moments
from detectors.judgement import Verdict
from detectors.panel import Floats
from detectors.replay import Replay

_Kills = dict[int, list[tuple[float, str]]]


def courses_of(
    batch: Batch,
    reading: Reading,
    replayed: Replay,
    moments: Moments,
    cluster: str,
    severity: SeverityPolicy,
    incidents: IncidentPolicy,
) -> list[Course]:
    """One course a subject that was there at one of the moments at least."""
    kills = _kills(batch, reading, replayed, moments)
    unseen = _unseen(reading, moments)
    courses = []
    for subject, (namespace, workload, container) in enumerate(reading.subjects):
        if not replayed.present[:, subject].any():
            continue
        evaluations = []
        probability = 0.0
        for index, at in enumerate(moments.times):
            judged = replayed.judgements.get((index, subject))
            urgency = Severity.INFO if judged is None else severity.of(judged)
            if judged is not None and judged.verdict is not Verdict.INSUFFICIENT_DATA:
                probability = judged.probability
            verdict = replayed.verdict(index, subject)
            evaluations.append(Evaluation(at, verdict, probability, urgency, float(unseen[index, subject])))
        identity = Identity(cluster, namespace, workload.name, container)
        courses.append(course_of(identity, workload, evaluations, kills[subject], incidents, moments.window))
    return courses


def _kills(batch: Batch, reading: Reading, replayed: Replay, moments: Moments) -> _Kills:
    """The OOM kills of the period by subject: when the killed container was last seen, and the pod's name."""
    grid, lifetimes = reading.panel.grid, replayed.lifetimes
    kills: _Kills = defaultdict(list)
    for one in np.nonzero(lifetimes.killed)[0]:
        row, at = int(lifetimes.row[one]), float(grid.start + lifetimes.last[one] * grid.step)
        if moments.period.start <= at <= moments.period.end:
            kills[int(reading.panel.subject[row])].append((at, batch.containers[row].pod))
    return kills


def _unseen(reading: Reading, moments: Moments) -> Floats:
    """Seconds since the newest sample of each subject at each moment, shape (moments, subjects)."""
    panel = reading.panel
    known = np.isfinite(panel.working_set) | np.isfinite(panel.rss)
    columns = np.where(known, np.arange(panel.grid.steps), -1)
    ends = moments.columns(panel.grid)
    newest = np.full((len(reading.subjects), ends.size), -1, dtype=np.int64)
    np.maximum.at(newest, panel.subject, np.maximum.accumulate(columns, axis=1)[:, ends])
    return np.asarray((ends - newest).T * panel.grid.step, dtype=np.float64)
