"""The life of an incident, decided from what a scan saw. Pure: no database, no clock."""

from dataclasses import dataclass, replace

from app.domain.finding import Finding, Severity
from app.domain.incident import Change, Event, EventKind, IncidentState, Standing
from app.domain.scan import Window
from app.durations import format_duration
from detectors.judgement import Verdict

# A window that is this much shorter than the one that showed the leak may be too short to show it again.
_COMPARABLE = 0.9

# For so long after a person has resolved an incident, what still shows the leak is taken to be what they knew: a fix
# takes hold, and windows still show what was before it.
TRUSTED_SECONDS = 7200.0


@dataclass(frozen=True, slots=True)
class IncidentPolicy:
    """reopen_within, gone_after: seconds; resolve_after_scans: healthy scans in a row that close an incident."""

    reopen_within: float
    resolve_after_scans: int
    gone_after: float


@dataclass(frozen=True, slots=True)
class Sight:
    """What a scan could see, and when. now: by the clock, unix seconds.

    whole: every pod of every workload it looked at was read, and nothing was left out by a selector.
    """

    window: Window
    now: float
    whole: bool


def on_finding(standing: Standing | None, finding: Finding, sight: Sight, policy: IncidentPolicy) -> Change | None:
    """What a finding makes of the incident of its fingerprint (None: there is none yet). None: nothing at all.

    A window that ends before one that was judged already tells nothing new. Only a healthy finding of a later window,
    as long as the one that showed the leak or wholly after it, and wholly read, counts towards closing; one that cannot
    tell breaks the row of healthy ones, since N in a row must be N that could be told. A workload whose pods are all
    gone still stands in the window for a while; it was last seen when they were.

    What a person resolved is judged for some time to come: a leak that goes on does not reopen it before, unless it is
    more severe than what they resolved.
    """
    at = sight.window.end
    if standing is not None and at < standing.judged_until and not _is_worse(standing, finding, at):
        return None
    if finding.verdict is Verdict.LEAK:
        return _leak(standing, finding, sight, policy)
    if standing is None or at <= standing.judged_until:
        return None
    return _no_leak(standing, finding, sight, policy)


def on_absence(standing: Standing, sight: Sight, policy: IncidentPolicy) -> Change | None:
    """What it means that a scan which covered the workload did not see it. None: nothing yet."""
    if not sight.whole or sight.window.end <= standing.judged_until:
        return None
    return _gone(standing, sight, policy)


def _is_worse(standing: Standing, finding: Finding, at: float) -> bool:
    """Whether data of after it was resolved shows a leak that is more severe than it was."""
    if finding.verdict is not Verdict.LEAK or standing.resolved_at is None or at <= standing.resolved_at:
        return False
    most_severe_first = tuple(Severity)
    return most_severe_first.index(finding.severity) < most_severe_first.index(standing.severity)


def _no_leak(standing: Standing, finding: Finding, sight: Sight, policy: IncidentPolicy) -> Change:
    at = sight.window.end
    seen = max(standing.last_seen_at, at - finding.unseen_seconds)
    standing = replace(standing, last_seen_at=seen, judged_until=at)
    if standing.state is IncidentState.RESOLVED or not (sight.whole and finding.fully_read):
        return Change(standing, (), None)
    if finding.verdict is Verdict.INSUFFICIENT_DATA:
        standing = replace(standing, healthy_streak=0)
        return _gone(standing, sight, policy) or Change(standing, (), None)
    after = sight.window.start >= standing.last_leak_at
    if sight.window.seconds < _COMPARABLE * standing.window_seconds and not after:
        return Change(standing, (), None)
    streak = standing.healthy_streak + 1
    standing = replace(standing, healthy_streak=streak)
    if streak < policy.resolve_after_scans:
        return Change(standing, (), None)
    return _resolved(standing, f"healthy in {streak} scans in a row", sight.now)


def _gone(standing: Standing, sight: Sight, policy: IncidentPolicy) -> Change | None:
    unseen = sight.window.end - standing.last_seen_at
    if standing.state is IncidentState.RESOLVED or unseen < policy.gone_after:
        return None
    standing = replace(standing, judged_until=sight.window.end)
    return _resolved(standing, f"its workload is gone for {format_duration(unseen)}", sight.now)


def _leak(standing: Standing | None, finding: Finding, sight: Sight, policy: IncidentPolicy) -> Change:
    suspect, now, at = finding.revisions.suspect, sight.now, sight.window.end
    if standing is None:
        fresh = Standing(
            state=IncidentState.OPEN,
            severity=finding.severity,
            suspect=suspect,
            opened_at=now,
            last_seen_at=at,
            last_leak_at=at,
            judged_until=at,
            window_seconds=sight.window.seconds,
            resolved_at=None,
            healthy_streak=0,
            occurrences=1,
        )
        return Change(fresh, (Event(EventKind.OPENED, None, "open", _why(finding)),), finding)
    events: list[Event] = []
    updated = replace(
        standing,
        last_seen_at=at,
        last_leak_at=at,
        judged_until=at,
        window_seconds=sight.window.seconds,
        healthy_streak=0,
    )
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
