"""The JSON document of what a cluster tells of a workload, and what people are told of it, from the document."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.domain.workload_facts import ContainerFacts, WorkloadFacts
from app.output.times import rfc3339
from detectors.words import amount

Document = dict[str, Any]


def facts_document(facts: WorkloadFacts | None, container: ContainerFacts | None) -> Document | None:
    """Null where the cluster was not asked, or does not know the workload."""
    if facts is None:
        return None
    wanted, ready = facts.replicas
    return {
        "owners": [{"kind": one.kind, "name": one.name} for one in facts.owners],
        "replicas": {"wanted": wanted, "ready": ready},
        "pods": facts.pods,
        "revision": facts.revision and {"number": facts.revision[0], "created_at": rfc3339(facts.revision[1])},
        "paused": facts.paused,
        "rolling": facts.rolling,
        "qos": list(facts.qos),
        "priority_classes": list(facts.priority_classes),
        "node_pools": list(facts.node_pools),
        "instance_types": list(facts.instance_types),
        "autoscaler": facts.scaler
        and {
            "name": facts.scaler.name,
            "min": facts.scaler.least,
            "max": facts.scaler.most,
            "current": facts.scaler.current,
        },
        "disruption_budgets": [
            {"name": one.name, "min_available": one.least, "max_unavailable": one.most_down, "allowed": one.allowed}
            for one in facts.budgets
        ],
        "manager": facts.manager,
        "kills": [{"pod": one.pod, "container": one.container, "at": rfc3339(one.at)} for one in facts.kills],
        "container": None if container is None else _container(container),
    }


def facts_told(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is known, by name and in words; what is not is left out. facts: the document."""
    told = [
        ("owned by", ", ".join(f"{one['kind']} {one['name']}" for one in facts["owners"])),
        ("replicas", _replicas(facts)),
        ("autoscaler", _scaler(facts["autoscaler"])),
        *(("budget", _budget(one)) for one in facts["disruption_budgets"]),
        ("memory", _memory(facts["container"])),
        ("QoS", ", ".join(facts["qos"])),
        ("priority", ", ".join(facts["priority_classes"])),
        ("node pool", ", ".join(facts["node_pools"])),
        ("instances", ", ".join(facts["instance_types"])),
        ("managed by", facts["manager"] or ""),
        ("revision", _revision(facts["revision"])),
        ("kills", _kills(facts["kills"])),
    ]
    yield from ((name, words) for name, words in told if words)


def _replicas(facts: Mapping[str, Any]) -> str:
    wanted, ready = facts["replicas"]["wanted"], facts["replicas"]["ready"]
    if wanted is None:
        return ""
    return ", ".join([f"{ready} of {wanted} ready", *(name for name in ("paused", "rolling") if facts[name])])


def _scaler(scaler: Mapping[str, Any] | None) -> str:
    return "" if scaler is None else f"{scaler['name']}, {scaler['min']} to {scaler['max']}"


def _budget(budget: Mapping[str, Any]) -> str:
    least, most_down = budget["min_available"], budget["max_unavailable"]
    rule = f"at least {least} available" if least else f"at most {most_down} unavailable"
    allowed = "" if budget["allowed"] is None else f"; {budget['allowed']} may be disturbed now"
    return f"{budget['name']}: {rule}{allowed}"


def _revision(revision: Mapping[str, Any] | None) -> str:
    return "" if revision is None else f"{revision['number']}, made {revision['created_at']}"


def _kills(kills: list[Mapping[str, Any]]) -> str:
    if not kills:
        return ""
    what = "evicted" if kills[0]["container"] is None else "OOM killed"
    return f"{len(kills)} known, the last: {kills[0]['pod']} {what} at {kills[0]['at']}"


def _container(container: ContainerFacts) -> Document:
    return {
        "image": container.image,
        "memory_limit_bytes": _whole(container.memory_limit_bytes),
        "memory_request_bytes": _whole(container.memory_request_bytes),
        "cpu_limit": container.cpu_limit,
        "cpu_request": container.cpu_request,
    }


def _memory(container: Mapping[str, Any] | None) -> str:
    if container is None:
        return ""
    limit, request = container["memory_limit_bytes"], container["memory_request_bytes"]
    told = ["no limit" if limit is None else f"limit {amount(limit)}"]
    return ", ".join([*told, "no request" if request is None else f"request {amount(request)}"])


def _whole(amount_bytes: float | None) -> int | None:
    return None if amount_bytes is None else round(amount_bytes)
