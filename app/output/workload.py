"""The JSON documents of workloads: the API answers with them, the command writes them."""

from app.domain.workload import JudgedWorkload, PastVerdict
from app.output.document import Document, rfc3339


def workload_document(workload: JudgedWorkload) -> Document:
    """The latest verdict on a workload's container."""
    identity = workload.identity
    return {
        "fingerprint": workload.fingerprint,
        "cluster": identity.cluster,
        "namespace": identity.namespace,
        "workload": identity.workload,
        "container": identity.container,
        "verdict": workload.verdict.value,
        "probability": round(workload.probability, 4),
        "growth_bytes_per_hour": round(workload.growth_bytes_per_hour, 1),
        "judged_at": rfc3339(workload.judged_at),
        "scan_id": workload.scan_id,
        "finding": dict(workload.finding),
    }


def past_document(past: PastVerdict) -> Document:
    """One line of its history."""
    return {
        "id": past.id,
        "at": rfc3339(past.at),
        "scan_id": past.scan_id,
        "verdict": past.verdict.value,
        "probability": round(past.probability, 4),
        "growth_bytes_per_hour": round(past.growth_bytes_per_hour, 1),
        "current_bytes": round(past.current_bytes),
    }
