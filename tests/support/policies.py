"""What network policies let through, reckoned as Kubernetes says it is."""

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Peer:
    """A pod, or an address outside. namespace: its name, which is also its label."""

    labels: Mapping[str, str] = field(default_factory=dict)
    namespace: str = ""
    address: str = ""


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Whether a label selector fits. Only what the chart writes, labels to match, is known."""
    assert set(selector) <= {"matchLabels"}
    return all(labels.get(name) == value for name, value in selector.get("matchLabels", {}).items())


def lets_out(policies: Sequence[Mapping[str, Any]], pod: Peer, to: Peer, port: int, protocol: str = "TCP") -> bool:
    """Whether a pod may connect there, as far as its own policies go."""
    return _lets(policies, "Egress", "to", pod, to, port, protocol)


def lets_in(policies: Sequence[Mapping[str, Any]], pod: Peer, by: Peer, port: int, protocol: str = "TCP") -> bool:
    """Whether a pod may be connected to from there, as far as its own policies go."""
    return _lets(policies, "Ingress", "from", pod, by, port, protocol)


def chosen(policies: Sequence[Mapping[str, Any]], pod: Peer) -> list[Mapping[str, Any]]:
    """The policies that are about a pod."""
    return [
        one
        for one in policies
        if one["metadata"]["namespace"] == pod.namespace and selects(one["spec"]["podSelector"], pod.labels)
    ]


def _lets(
    policies: Sequence[Mapping[str, Any]], way: str, key: str, pod: Peer, other: Peer, port: int, protocol: str
) -> bool:
    ours = [one for one in chosen(policies, pod) if way in one["spec"]["policyTypes"]]
    rules = [rule for one in ours for rule in one["spec"].get(way.lower()) or []]
    return not ours or any(_fits(rule, key, pod, other, port, protocol) for rule in rules)


def _fits(rule: Mapping[str, Any], key: str, pod: Peer, other: Peer, port: int, protocol: str) -> bool:
    ports = rule.get("ports")
    if ports and not any(one["port"] == port and one["protocol"] == protocol for one in ports):
        return False
    return not rule.get(key) or any(_is(one, pod, other) for one in rule[key])


def _is(peer: Mapping[str, Any], pod: Peer, other: Peer) -> bool:
    if "ipBlock" in peer:
        # Addresses of pods are no business of a block's: the plug-ins differ on it, and nothing may rely on it.
        network = ipaddress.ip_network(peer["ipBlock"]["cidr"])
        return bool(other.address) and ipaddress.ip_address(other.address) in network
    if other.address:
        return False
    wanted = peer.get("namespaceSelector")
    there = (
        other.namespace == pod.namespace
        if wanted is None
        else selects(wanted, {"kubernetes.io/metadata.name": other.namespace})
    )
    return there and selects(peer.get("podSelector", {}), other.labels)
