"""The JSON document of a scan: a contract that other tools rely on. Fields may be added, none renamed."""

import math
from typing import Any

from app.domain.cost import Cost
from app.domain.finding import Finding
from app.domain.scan import Problem, ScanReport, ShardResult
from app.output import times
from app.output.facts import facts_document
from app.output.rollout import rollout_document

Document = dict[str, Any]
rfc3339 = times.rfc3339


def document_of(report: ScanReport, findings: list[Finding]) -> Document:
    """The whole document, with the given findings of the report."""
    return {"scan": scan_document(report), "findings": [finding_document(finding) for finding in findings]}


def scan_document(report: ScanReport) -> Document:
    """What was looked at, how well it went, where the time went, and what it cost the server."""
    return scan_summary(report) | {"cost": cost_document(report.cost)}


def scan_summary(report: ScanReport) -> Document:
    """What was looked at, how well it went, and where the time went."""
    return {
        "started_at": rfc3339(report.started_at),
        "source": report.source,
        "cluster": report.cluster,
        "window": {
            "start": rfc3339(report.window.start),
            "end": rfc3339(report.window.end),
            "step_seconds": report.window.step_seconds,
        },
        "containers": report.containers,
        "workloads": report.workloads,
        "samples": report.samples,
        "complete": report.complete,
        "problems": [{"code": problem.code, "text": problem.text} for problem in report.problems],
        "seconds": {
            "plan": round(report.seconds.plan, 3),
            "read": round(report.seconds.read, 3),
            "judge": round(report.seconds.judge, 3),
            "record": round(report.seconds.record, 3),
        },
        "clusters": [_cluster(one) for one in report.shards or (ShardResult(report.cluster, report),)],
    }


def _cluster(shard: ShardResult) -> Document:
    """What came of one cluster; null where it could not be read. seconds: of its plan, read and judging."""
    report = shard.report
    problems = [Problem("cluster_unread", shard.error)] if report is None else report.problems
    spent = None if report is None else report.seconds.plan + report.seconds.read + report.seconds.judge
    return {
        "name": shard.cluster,
        "complete": report is not None and report.complete,
        "problems": [{"code": problem.code, "text": problem.text} for problem in problems],
        "source": report and report.source,
        "containers": report and report.containers,
        "workloads": report and report.workloads,
        "samples": report and report.samples,
        "seconds": None if spent is None else round(spent, 3),
    }


def cost_document(cost: Cost) -> Document:
    """What a scan cost the server that it read."""
    return {
        "queries": cost.queries,
        "samples": cost.samples,
        "bytes": cost.bytes,
        "seconds": round(cost.seconds, 3),
    }


def finding_document(finding: Finding) -> Document:
    """One finding. growth_bytes_per_hour is of one leaking pod; time_to_limit_seconds is null without a limit."""
    until = finding.time_to_limit
    return {
        "fingerprint": finding.fingerprint,
        "cluster": finding.identity.cluster,
        "namespace": finding.identity.namespace,
        "workload": {"kind": finding.workload.kind, "name": finding.workload.name},
        "container": finding.identity.container,
        "verdict": finding.verdict.value,
        "probability": round(finding.probability, 4),
        "severity": finding.severity.value,
        "growth_bytes_per_hour": round(finding.growth_bytes_per_hour, 1),
        "growth_interval": [round(bound, 1) for bound in finding.growth_interval],
        "onset_at": None if finding.onset_at is None else rfc3339(finding.onset_at),
        "current_bytes": round(finding.current_bytes),
        "limit_bytes": None if finding.limit_bytes is None else round(finding.limit_bytes),
        "time_to_limit_seconds": None
        if until is None
        else {"p10": round(until.p10), "p50": round(until.p50), "p90": round(until.p90)},
        "memory_kind": finding.memory_kind.value,
        "pods": {"observed": finding.pods_observed, "leaking": finding.pods_leaking},
        "restarts": finding.restarts,
        "oom_kills": finding.oom_kills,
        "revision": {
            "current": finding.revisions.current,
            "suspect": finding.revisions.suspect,
            "previous": finding.revisions.previous,
            "rollout": rollout_document(finding.revisions),
        },
        "reasons": [{"code": reason.code, "text": reason.text} for reason in finding.reasons],
        "fully_read": finding.fully_read,
        "floor_bytes": None if finding.floor_bytes is None else round(finding.floor_bytes),
        "onset_interval": None if finding.onset_interval is None else _interval(*finding.onset_interval),
        "kubernetes": facts_document(finding.facts, finding.container_facts),
    }


def _interval(low: float, high: float) -> list[str | None]:
    """Two times, null where the first is not known."""
    return [rfc3339(low) if math.isfinite(low) else None, rfc3339(high)]
