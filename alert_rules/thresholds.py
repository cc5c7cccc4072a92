"""Thresholds that a namespace or a workload has of its own, as recorded series to compare with. Pure.

One series each, `leakwatch:<pack>_<threshold>:threshold`, with the labels of what it is for: dashboards can draw
them, and two values of one threshold are two series of one name rather than two alerts of one name.
"""

from alert_rules.pack import Options, Threshold
from alert_rules.promql import number
from alert_rules.rule import Recording


def threshold_series(threshold: Threshold) -> str:
    """The name that the values of a threshold are recorded by."""
    return f"leakwatch:{threshold.pack}_{threshold.name}:threshold".replace("-", "_")


def threshold_recordings(threshold: Threshold, options: Options) -> tuple[Recording, ...]:
    """What namespaces and workloads have of their own, as series; none where all have the same.

    They belong before what is compared with them, in the same group: a group is evaluated in order.
    """
    return tuple(
        Recording(
            threshold_series(threshold),
            f"vector({number(one.value)})",
            {"namespace": one.namespace} | ({} if one.workload is None else {"workload": one.workload}),
        )
        for one in options.overrides_of(threshold)
    )


def compared(series: str, comparison: str, threshold: Threshold, options: Options) -> str:
    """`series` where its threshold lets it through: the workload's own, else its namespace's, else the one for all.

    series: an expression whose series have labels namespace and workload; comparison: `>`, `>=` and so on. The result
    has their labels and values, and can be put anywhere.
    """
    own, some = threshold_series(threshold), options.overrides_of(threshold)
    of_workloads, of_namespaces = f'{own}{{workload!=""}}', f'{own}{{workload=""}}'
    usual, branches, taken = f"{series} {comparison} {number(options.value(threshold))}", [], ""
    if any(one.workload is not None for one in some):
        branches.append(f"{series} {comparison} on (namespace, workload) group_left () {of_workloads}")
        taken = f" unless on (namespace, workload) {of_workloads}"
    if any(one.workload is None for one in some):
        branches.append(f"{series} {comparison} on (namespace) group_left () {of_namespaces}{taken}")
        taken += f" unless on (namespace) {of_namespaces}"
    return "(" + "\n  or ".join((*branches, usual + taken)) + ")"
