"""What rules on scraped programs share: telling targets apart, and whose pod a target is. Pure."""

from alert_rules.conventions import POD_OWNER

# One target, however many jobs scrape it. `cluster` is empty where nobody sets it; `pod` is, outside Kubernetes.
TARGET = "cluster, namespace, pod, instance"
# One container: for programs that tell of themselves, so that `container` is their own and not an exporter's.
CONTAINER = "cluster, namespace, pod, container"
POD = "cluster, namespace, pod"

# Who it is, in a description.
AT_TARGET = "{{ $labels.namespace }}/{{ $labels.pod }} ({{ $labels.instance }})"
AT_CONTAINER = "{{ $labels.namespace }}/{{ $labels.pod }} ({{ $labels.container }})"


def of_workload(expr: str) -> str:
    """The same series with a label `workload`, where it is known which one their pod belongs to; else as they are.

    expr: leaves at least the labels of `POD`. It is the workload of the pod that is scraped: an exporter with a pod
    of its own has one of its own.
    """
    return f"(({expr}) * on ({POD}) group_left (workload) {POD_OWNER}) or (({expr}) unless on ({POD}) {POD_OWNER})"


def matching(*matchers: str) -> str:
    """Label matchers in braces; empty ones are left out, and the braces where there is none."""
    given = ",".join(one for one in matchers if one)
    return f"{{{given}}}" if given else ""


def number(value: float) -> str:
    """A figure as PromQL reads it, with every digit, in whatever unit it is."""
    return str(int(value)) if value == int(value) else repr(value)
