"""The life of an incident, decided from what a scan saw. Pure: no database, no clock."""

from dataclasses import dataclass, replace

from app.domain.finding import Finding
from app.domain.incident import Change, Event, EventKind, IncidentState, Standing
from app.durations import format_duration
from detectors.judgement import Verdict


@dataclass(frozen=True, slots=True)
class IncidentPolicy:
    """reopen_within, gone_after: seconds; resolve_after_scans: healthy scans in a row that close an incident."""

    reopen_within: float
    resolve_after_scans: int
    gone_after: float


def on_finding(
    standing: Standing | None, finding: Finding, *, trusted: bool, policy: IncidentPolicy, now: float
) -> Change | None:
    """What a finding makes of the incident of its fingerprint (None: there is none yet). None: nothing at all.

    trusted: the scan was complete and the source kept up. Only a trusted, fully read, healthy finding counts towards
    closing; one that cannot tell breaks the row of healthy ones, since N in a row must be N that could be told. A
    workload whose pods are all gone still stands in the window for a while; it was last seen when they were.
    """
    if finding.verdict is Verdict.LEAK:
        return _leak(standing, finding, policy, now)
    if standing is None:
        return None
    standing = replace(standing, last_seen_at=max(standing.last_seen_at, now - finding.unseen_seconds))
    if standing.state is IncidentState.RESOLVED or not (trusted and finding.fully_read):
        return Change(standing, (), None)
    if finding.verdict is Verdict.INSUFFICIENT_DATA:
        standing = replace(standing, healthy_streak=0)
        return on_absence(standing, policy=policy, now=now) or Change(standing, (), None)
    streak = standing.healthy_streak + 1
    if streak < policy.resolve_after_scans:
        return Change(replace(standing, healthy_streak=streak), (), None)
    return _resolved(replace(standing, healthy_streak=streak), f"healthy in {streak} scans in a row", now)


def on_absence(standing: Standing, *, policy: IncidentPolicy, now: float) -> Change | None:
    """What it means that a scan which covered the workload did not see it. None: nothing yet."""
    if standing.state is IncidentState.RESOLVED or now - standing.last_seen_at < policy.gone_after:
        return None
    return _resolved(standing, f"its workload is gone for {format_duration(now - standing.last_seen_at)}", now)


def _leak(standing: Standing | None, finding: Finding, policy: IncidentPolicy, now: float) -> Change:
    suspect = finding.revisions.suspect
    if standing is None:
        fresh = Standing(
            state=IncidentState.OPEN,
            severity=finding.severity,
            suspect=suspect,
            opened_at=now,
            last_seen_at=now,
            last_leak_at=now,
            resolved_at=None,
            healthy_streak=0,
            occurrences=1,
        )
        return Change(fresh, (Event(EventKind.OPENED, None, "open", _why(finding)),), finding)
    events: list[Event] = []
    updated = replace(standing, last_seen_at=now, last_leak_at=now, healthy_streak=0)
    if standing.state is IncidentState.RESOLVED:
        soon = standing.resolved_at is not None and now - standing.resolved_at <= policy.reopen_within
        kind = EventKind.REOPENED if soon else EventKind.RECURRED
        events.append(Event(kind, "resolved", "open", _why(finding)))
        updated = replace(
            updated,
            state=IncidentState.OPEN,
            resolved_at=None,
            opened_at=standing.opened_at if soon else now,
            occurrences=standing.occurrences + (not soon),
        )
    if finding.severity is not standing.severity:
        text = f"severity {standing.severity.value} became {finding.severity.value}"
        events.append(Event(EventKind.SEVERITY_CHANGED, standing.severity.value, finding.severity.value, text))
    if suspect is not None and suspect != standing.suspect:
        text = f"revision {suspect} is suspected to have brought it"
        events.append(Event(EventKind.SUSPECT_CHANGED, standing.suspect, suspect, text))
    return Change(
        replace(updated, severity=finding.severity, suspect=suspect or standing.suspect), tuple(events), finding
    )


def _resolved(standing: Standing, why: str, now: float) -> Change:
    event = Event(EventKind.RESOLVED, standing.state.value, "resolved", why)
    return Change(replace(standing, state=IncidentState.RESOLVED, resolved_at=now), (event,), None)


def _why(finding: Finding) -> str:
    return "; ".join(reason.text for reason in finding.reasons)
