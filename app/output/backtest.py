"""The JSON document of a backtest: a contract, as a scan's is. Fields may be added, none renamed."""

from app.domain.backtest import Course
from app.domain.backtest_report import BacktestReport, Name, Truth
from app.output.document import Document, rfc3339


def backtest_document(report: BacktestReport) -> Document:
    """The whole document; `workloads` are those that were flagged or OOM-killed, in the order of `notable`."""
    return {
        "backtest": _looked_at(report),
        "summary": _summary(report),
        "workloads": [course_document(report, course) for course in notable(report)],
    }


def notable(report: BacktestReport) -> list[Course]:
    """What was flagged, in order of time, and then what was OOM-killed without ever being flagged."""
    chosen = [course for course in report.courses if course.spans or course.oom_kills]
    return sorted(chosen, key=lambda one: (one.spans[0].begin if one.spans else float("inf"), one.identity))


def course_document(report: BacktestReport, course: Course) -> Document:
    """One workload's container. lead_seconds of a kill is null where it had not been flagged."""
    name = (course.identity.namespace, course.identity.workload)
    return {
        "fingerprint": course.fingerprint,
        "cluster": course.identity.cluster,
        "namespace": course.identity.namespace,
        "workload": {"kind": course.workload.kind, "name": course.workload.name},
        "container": course.identity.container,
        "severity": course.severity.value,
        "first_flagged_at": rfc3339(course.spans[0].begin) if course.spans else None,
        "flagged_at_end": bool(course.spans) and course.spans[-1].until is None,
        "faded": course.faded,
        "probability": round(course.probability, 4),
        "flaps": course.flaps,
        "spans": [
            {"from": rfc3339(one.begin), "to": rfc3339(one.end), "until": _time(one.until)} for one in course.spans
        ],
        "incidents": [
            {"opened_at": rfc3339(one.opened_at), "resolved_at": _time(one.resolved_at)} for one in course.incidents
        ],
        "oom_kills": [
            {
                "at": rfc3339(one.at),
                "pod": one.pod,
                "warned": one.lead_seconds is not None,
                "lead_seconds": None if one.lead_seconds is None else round(one.lead_seconds),
            }
            for one in course.oom_kills
        ],
        "verdicts": [None if verdict is None else verdict.value for verdict in course.verdicts],
        "label": None if report.labels is None else _label(report.labels.get(name)),
    }


def _looked_at(report: BacktestReport) -> Document:
    return {
        "started_at": rfc3339(report.started_at),
        "source": report.source,
        "cluster": report.cluster,
        "period": {
            "start": rfc3339(report.period.start),
            "end": rfc3339(report.period.end),
            "every_seconds": report.period.step_seconds,
        },
        "window": {
            "lookback_seconds": report.window.seconds,
            "step_seconds": report.window.step_seconds,
            "history_seconds": report.history_seconds,
        },
        "scans": report.scans,
        "containers": report.containers,
        "samples": report.samples,
        "evaluations": report.evaluations,
        "evaluations_judged": report.judged,
        "complete": report.complete,
        "problems": [{"code": problem.code, "text": problem.text} for problem in report.problems],
        "seconds": {
            "plan": round(report.seconds.plan, 3),
            "read": round(report.seconds.read, 3),
            "judge": round(report.seconds.judge, 3),
        },
    }


def _summary(report: BacktestReport) -> Document:
    summary = report.summary
    return {
        "workloads": summary.workloads,
        "workload_weeks": round(summary.workload_weeks, 3),
        "flagged_workloads": summary.flagged,
        "faded_workloads": summary.faded,
        "flagged_spans": summary.spans,
        "flaps": summary.flaps,
        "incidents": summary.incidents,
        "incidents_per_workload_week": _rounded(summary.incidents_per_workload_week),
        "oom_kills": {
            "total": summary.oom_kills,
            "warned": summary.oom_kills_warned,
            "median_lead_seconds": None if summary.median_lead_seconds is None else round(summary.median_lead_seconds),
        },
        "truth": None if summary.truth is None else _truth(summary.truth),
    }


def _truth(truth: Truth) -> Document:
    return {
        "labelled_workloads": truth.labelled,
        "true_positives": truth.true_positives,
        "wrongly_flagged": [_name(name) for name in truth.wrongly_flagged],
        "missed": [_name(name) for name in truth.missed],
        "precision": _rounded(truth.precision),
        "recall": _rounded(truth.recall),
        "false_incidents": truth.false_incidents,
        "false_incidents_per_workload_week": _rounded(truth.false_incidents_per_workload_week),
    }


def _label(leaks: bool | None) -> str | None:
    return None if leaks is None else ("leak" if leaks else "no_leak")


def _name(name: Name) -> str:
    return "/".join(name)


def _time(seconds: float | None) -> str | None:
    return None if seconds is None else rfc3339(seconds)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
