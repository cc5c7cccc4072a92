"""What a backtest found in all, and how that compares with the truth, where it is known."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from app.domain.backtest import Course
from app.domain.scan import Problem, Seconds, Window

_WEEK_SECONDS = 604_800.0

# A workload by namespace and name.
Name = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Truth:
    """How what was flagged compares with what is known to leak. Only workloads that are labelled count.

    false_incidents: of workloads that do not leak; the rate is of their weeks alone
    precision: None where nothing labelled was flagged; recall: None where nothing labelled leaks
    """

    labelled: int
    true_positives: int
    wrongly_flagged: tuple[Name, ...]
    missed: tuple[Name, ...]
    precision: float | None
    recall: float | None
    false_incidents: int
    false_incidents_per_workload_week: float | None


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures over all workloads; a workload with several containers counts once.

    workload_weeks: time in which a verdict could be given, summed over workloads
    faded: flagged workloads that were neither OOM-killed nor still flagged at the end
    median_lead_seconds: of the OOM kills that were warned of, None where there was none
    """

    workloads: int
    workload_weeks: float
    flagged: int
    faded: int
    spans: int
    flaps: int
    incidents: int
    incidents_per_workload_week: float | None
    oom_kills: int
    oom_kills_warned: int
    median_lead_seconds: float | None
    truth: Truth | None


@dataclass(frozen=True, slots=True)
class BacktestReport:
    """What scans at so many times would have found.

    period: from the first evaluation to the last, and the time between two; window: the last evaluation's
    history_seconds: how far before each window was looked; judged: evaluations of a workload's container that were
    worked out, of all `evaluations` that there are of it
    """

    started_at: float
    source: str
    cluster: str
    period: Window
    window: Window
    history_seconds: float
    scans: int
    containers: int
    samples: int
    evaluations: int
    judged: int
    complete: bool
    problems: tuple[Problem, ...]
    seconds: Seconds
    courses: tuple[Course, ...]
    labels: Mapping[Name, bool] | None = None

    @property
    def summary(self) -> Summary:
        """The figures over all workloads."""
        return summary_of(self.courses, self.period.step_seconds, self.labels)


def summary_of(courses: Sequence[Course], every_seconds: float, labels: Mapping[Name, bool] | None) -> Summary:
    """The figures over all workloads. labels: whether each leaks, where that is known."""
    of_workload: dict[Name, list[Course]] = defaultdict(list)
    for course in courses:
        of_workload[course.identity.namespace, course.identity.workload].append(course)
    weeks = {
        name: max(one.judged for one in mine) * every_seconds / _WEEK_SECONDS for name, mine in of_workload.items()
    }
    flagged = {name: mine for name, mine in of_workload.items() if any(one.spans for one in mine)}
    kills = [kill for course in courses for kill in course.oom_kills]
    leads = [kill.lead_seconds for kill in kills if kill.lead_seconds is not None]
    incidents = sum(len(course.incidents) for course in courses)
    return Summary(
        workloads=len(of_workload),
        workload_weeks=sum(weeks.values()),
        flagged=len(flagged),
        faded=sum(all(one.faded or not (one.spans or one.oom_kills) for one in mine) for mine in flagged.values()),
        spans=sum(len(course.spans) for course in courses),
        flaps=sum(course.flaps for course in courses),
        incidents=incidents,
        incidents_per_workload_week=_ratio(incidents, sum(weeks.values())),
        oom_kills=len(kills),
        oom_kills_warned=len(leads),
        median_lead_seconds=median(leads) if leads else None,
        truth=None if labels is None else _truth(of_workload, flagged.keys(), weeks, labels),
    )


def _truth(
    of_workload: Mapping[Name, Sequence[Course]],
    flagged: Collection[Name],
    weeks: Mapping[Name, float],
    labels: Mapping[Name, bool],
) -> Truth:
    known = {name: labels[name] for name in of_workload if name in labels}
    right = [name for name, leaks in known.items() if leaks and name in flagged]
    wrong = [name for name, leaks in known.items() if not leaks and name in flagged]
    missed = [name for name, leaks in known.items() if leaks and name not in flagged]
    false_incidents = sum(len(course.incidents) for name in wrong for course in of_workload[name])
    healthy_weeks = sum(weeks[name] for name, leaks in known.items() if not leaks)
    return Truth(
        labelled=len(known),
        true_positives=len(right),
        wrongly_flagged=tuple(sorted(wrong)),
        missed=tuple(sorted(missed)),
        precision=_ratio(len(right), len(right) + len(wrong)),
        recall=_ratio(len(right), len(right) + len(missed)),
        false_incidents=false_incidents,
        false_incidents_per_workload_week=_ratio(false_incidents, healthy_weeks),
    )


def _ratio(count: float, of: float) -> float | None:
    return count / of if of > 0 else None
