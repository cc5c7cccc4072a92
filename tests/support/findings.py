"""Findings and reports for tests, with what matters to them set and the rest plain."""

from typing import Any

from app.domain.cost import Cost
from app.domain.finding import Evidence, Finding, Identity, PodEvidence, Revisions, Severity, Workload
from app.domain.fingerprint import fingerprint
from app.domain.scan import Problem, ScanReport, Seconds, Window
from detectors.judgement import MemoryKind, Quantiles, Reason, Verdict

MIB = 1024**2
NOW = 1_800_000_000.0


def finding(
    name: str = "cart",
    verdict: Verdict = Verdict.LEAK,
    *,
    cluster: str = "",
    namespace: str = "shop",
    container: str = "app",
    severity: Severity = Severity.WARNING,
    suspect: str | None = None,
    fully_read: bool = True,
    pod: str | None = None,
    **more: Any,
) -> Finding:
    """One finding."""
    identity = Identity(cluster, namespace, name, container)
    plain: dict[str, Any] = {
        "probability": 0.97 if verdict is Verdict.LEAK else 0.1,
        "growth_bytes_per_hour": 5.0 * MIB,
        "growth_interval": (4.0 * MIB, 6.0 * MIB),
        "onset_at": NOW - 36_000.0,
        "current_bytes": 400.0 * MIB,
        "limit_bytes": 512.0 * MIB,
        "time_to_limit": Quantiles(60_000.0, 80_000.0, 100_000.0),
        "memory_kind": MemoryKind.ANON,
        "pods_observed": 9,
        "pods_leaking": 7,
        "restarts": 4,
        "oom_kills": 3,
        "unseen_seconds": 0.0,
        "floor_bytes": 390.0 * MIB,
        "reasons": (Reason("rising_floor", "the floor rose by 84 MiB"),),
        "evidence": Evidence(
            (NOW - 600.0, NOW - 300.0, NOW),
            (PodEvidence(pod or f"{name}-1", "v2", True, (1, None, 3), (2, None, 4), (NOW - 450.0,), (NOW - 450.0,)),),
        ),
    }
    return Finding(
        identity=identity,
        workload=Workload("Deployment", name),
        fingerprint=fingerprint(identity),
        verdict=verdict,
        severity=severity,
        revisions=Revisions("v2", suspect, "v1" if suspect else None),
        fully_read=fully_read,
        **(plain | more),
    )


def report(
    *findings: Finding,
    seen: tuple[str, ...] = (),
    complete: bool = True,
    cluster: str = "",
    namespaces: tuple[str, ...] = (),
    selector: str = "",
    problems: tuple[Problem, ...] = (),
    end: float = NOW,
    heeded: frozenset[int] = frozenset(),
) -> ScanReport:
    """A report of these findings; `seen` names further workloads of namespace shop that were there."""
    there = {one.identity for one in findings} | {Identity(cluster, "shop", name, "app") for name in seen}
    return ScanReport(
        started_at=NOW,
        finished_at=NOW + 1,
        cluster=cluster,
        source="query_range",
        namespaces=namespaces,
        selector=selector,
        window=Window(end - 172_800, end, 300.0),
        containers=len(there),
        workloads=len(there),
        samples=1000,
        complete=complete,
        problems=problems,
        seconds=Seconds(0.1, 0.2, 0.3, 0.0),
        findings=findings,
        cost=Cost(5, 2000, 30_000, 0.4),
        seen=frozenset(there),
        heeded=heeded,
    )
