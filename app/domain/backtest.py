"""What many scans of the past would have said of one workload's container. Pure: no source, no clock."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.finding import Evidence, Finding, Identity, Revisions, Severity, Workload
from app.domain.fingerprint import fingerprint
from app.domain.incident import EventKind, Standing
from app.domain.lifecycle import IncidentPolicy, Sight, on_absence, on_finding
from app.domain.scan import Window
from detectors.judgement import MemoryKind, Verdict

_SEVERITIES = (Severity.INFO, Severity.WARNING, Severity.CRITICAL)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What one scan would have said.

    at: the window's end, unix seconds; verdict: None where nothing of it was in the window
    unseen_seconds: how long before that its newest sample was
    """

    at: float
    verdict: Verdict | None
    probability: float = 0.0
    severity: Severity = Severity.INFO
    unseen_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Span:
    """Flagged from its first to its last evaluation that said "leak", with no "healthy" between. Unix seconds.

    until: the evaluation that said "healthy" again, None where none did: "cannot tell" takes no warning back.
    """

    begin: float
    end: float
    until: float | None

    def in_force(self, at: float) -> bool:
        """Whether somebody would have known at that time."""
        return self.begin <= at and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True)
class OomKill:
    """An OOM kill of a pod. at: unix seconds; lead_seconds: how long it was flagged by then, None where it was not."""

    at: float
    pod: str
    lead_seconds: float | None


@dataclass(frozen=True, slots=True)
class IncidentSpan:
    """An incident as it would have been kept; resolved_at: None where it would still be open. Unix seconds."""

    opened_at: float
    resolved_at: float | None


@dataclass(frozen=True, slots=True)
class Course:
    """One workload's container over the whole period.

    verdicts: one an evaluation, None where nothing of it was in the window; probability: the last that was told
    severity: the most urgent that it was flagged with
    """

    identity: Identity
    workload: Workload
    verdicts: tuple[Verdict | None, ...]
    probability: float
    severity: Severity
    spans: tuple[Span, ...]
    incidents: tuple[IncidentSpan, ...]
    oom_kills: tuple[OomKill, ...]

    @property
    def fingerprint(self) -> str:
        """The identity that its incidents would have had."""
        return fingerprint(self.identity)

    @property
    def flaps(self) -> int:
        """How often a leak was taken back and told again."""
        return max(len(self.spans) - 1, 0)

    @property
    def judged(self) -> int:
        """How many evaluations could tell."""
        return sum(verdict in {Verdict.LEAK, Verdict.HEALTHY} for verdict in self.verdicts)

    @property
    def faded(self) -> bool:
        """Flagged, taken back in the end, and never OOM-killed: maybe a false alarm."""
        return bool(self.spans) and self.spans[-1].until is not None and not self.oom_kills


def course_of(
    identity: Identity,
    workload: Workload,
    evaluations: Sequence[Evaluation],
    kills: Sequence[tuple[float, str]],
    policy: IncidentPolicy,
    window: Window,
) -> Course:
    """The course of one workload's container.

    evaluations: in order of time; kills: (unix seconds, pod); window: the last evaluation's, whose length all have.
    """
    spans = flagged_spans(evaluations)
    told = [one.probability for one in evaluations if one.verdict in {Verdict.LEAK, Verdict.HEALTHY}]
    flagged = [one.severity for one in evaluations if one.verdict is Verdict.LEAK]
    return Course(
        identity=identity,
        workload=workload,
        verdicts=tuple(one.verdict for one in evaluations),
        probability=told[-1] if told else 0.0,
        severity=max(flagged, key=_SEVERITIES.index, default=Severity.INFO),
        spans=spans,
        incidents=incidents_of(identity, workload, evaluations, policy, window) if spans else (),
        oom_kills=tuple(OomKill(at, pod, _lead(spans, at)) for at, pod in sorted(kills)),
    )


def flagged_spans(evaluations: Sequence[Evaluation]) -> tuple[Span, ...]:
    """When it was flagged. Only "healthy" ends a span; where nothing could be told, nothing was taken back."""
    spans: list[Span] = []
    begin: float | None = None
    end = 0.0
    for one in evaluations:
        if one.verdict is Verdict.LEAK:
            begin, end = one.at if begin is None else begin, one.at
        elif one.verdict is Verdict.HEALTHY and begin is not None:
            spans.append(Span(begin, end, one.at))
            begin = None
    if begin is not None:
        spans.append(Span(begin, end, None))
    return tuple(spans)


def incidents_of(
    identity: Identity, workload: Workload, evaluations: Sequence[Evaluation], policy: IncidentPolicy, window: Window
) -> tuple[IncidentSpan, ...]:
    """The incidents that scans at these times would have kept; one that is reopened soon is the same one."""
    incidents: list[IncidentSpan] = []
    standing: Standing | None = None
    for one in evaluations:
        sight = Sight(Window(one.at - window.seconds, one.at, window.step_seconds), one.at, whole=True)
        if one.verdict is not None:
            change = on_finding(standing, _finding(identity, workload, one, one.verdict), sight, policy)
        else:
            change = None if standing is None else on_absence(standing, sight, policy)
        if change is None:
            continue
        standing = change.standing
        for event in change.events:
            if event.kind in {EventKind.OPENED, EventKind.RECURRED}:
                incidents.append(IncidentSpan(one.at, None))
            elif event.kind is EventKind.REOPENED:
                incidents[-1] = IncidentSpan(incidents[-1].opened_at, None)
            elif event.kind is EventKind.RESOLVED:
                incidents[-1] = IncidentSpan(incidents[-1].opened_at, one.at)
    return tuple(incidents)


def _lead(spans: Sequence[Span], at: float) -> float | None:
    return next((at - span.begin for span in spans if span.in_force(at)), None)


def _finding(identity: Identity, workload: Workload, told: Evaluation, verdict: Verdict) -> Finding:
    """What the life cycle wants to know, and nothing that it does not look at."""
    return Finding(
        identity=identity,
        workload=workload,
        fingerprint=fingerprint(identity),
        verdict=verdict,
        probability=told.probability,
        severity=told.severity,
        growth_bytes_per_hour=0.0,
        growth_interval=(0.0, 0.0),
        onset_at=None,
        current_bytes=0.0,
        limit_bytes=None,
        time_to_limit=None,
        memory_kind=MemoryKind.ANON,
        pods_observed=0,
        pods_leaking=0,
        restarts=0,
        oom_kills=0,
        revisions=Revisions(None, None, None),
        reasons=(),
        evidence=Evidence((), ()),
        fully_read=True,
        unseen_seconds=told.unseen_seconds,
    )
