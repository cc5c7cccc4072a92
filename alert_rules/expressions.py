"""Pieces of PromQL that packs share: selectors, durations, the workload of a pod, thresholds with exceptions. Pure."""

from collections import defaultdict
from collections.abc import Iterable

from alert_rules import conventions as names
from alert_rules.pack import Options, Threshold

# What tells one container of one pod from another, and what is left of it when pods come and go.
POD = "cluster, namespace, pod, container"
WORKLOAD = "cluster, namespace, workload, container"
_UNITS = (("d", 86400), ("h", 3600), ("m", 60))


def selector(metric: str, *matchers: str) -> str:
    """A metric with label matchers; each may hold several, separated by commas, or be empty."""
    given = ",".join(one for one in matchers if one)
    return f"{metric}{{{given}}}" if given else metric


def number(value: float) -> str:
    """A number as PromQL takes it, with no digit lost."""
    return format(value, ".15g")


def duration(seconds: float) -> str:
    """A duration as PromQL takes it, in the greatest unit that divides it; at least a second."""
    whole = max(1, round(seconds))
    for unit, size in _UNITS:
        if whole % size == 0:
            return f"{whole // size}{unit}"
    return f"{whole}s"


def of_workload(expr: str) -> str:
    """`expr`, one series a pod or container, with the label of the workload that the pod belongs to.

    A pod whose owner is not known drops out: what has no workload cannot be told to anyone.
    """
    return f"({expr}) * on (cluster, namespace, pod) group_left (workload) {names.POD_OWNER}"


def compared(series: str, comparison: str, threshold: Threshold, options: Options) -> str:
    """`series > threshold`, with the values that some namespaces and workloads have of their own.

    series: the bare name of a recorded metric with labels namespace and workload; comparison: `>`, `<` and so on.
    Every series is compared once: the cases have no series in common, and leave none out.
    """
    cases = _cases(threshold, options)
    return " or ".join(f"{selector(series, matchers)} {comparison} {number(value)}" for matchers, value in cases)


def _cases(threshold: Threshold, options: Options) -> list[tuple[str, float]]:
    usual = options.value(threshold)
    whole: dict[str, float] = {}
    single: dict[str, dict[str, float]] = defaultdict(dict)
    for one in options.overrides_of(threshold):
        if one.workload is None:
            whole[one.namespace] = one.value
        else:
            single[one.namespace][one.workload] = one.value
    cases: list[tuple[str, float]] = []
    special = sorted({*whole, *single})
    for namespace in special:
        here = f'namespace="{namespace}"'
        cases += [(f'{here},workload="{name}"', value) for name, value in sorted(single[namespace].items())]
        others = f'workload!~"{_any_of(single[namespace])}"' if single[namespace] else ""
        cases.append((",".join(filter(None, (here, others))), whole.get(namespace, usual)))
    cases.append((f'namespace!~"{_any_of(special)}"' if special else "", usual))
    return cases


def _any_of(texts: Iterable[str]) -> str:
    # Names of Kubernetes hold letters, digits, dashes and dots; only the dot means something in a regular expression.
    return "|".join(sorted(one.replace(".", "[.]") for one in texts))
