"""The cluster autoscaler: pods it finds no place for, nodes it does not get, errors of its own."""

from alert_rules.rule import Alert, Group


def autoscaler() -> Group:
    """Rules on the cluster autoscaler's own metrics. Only the replica that leads counts; the others stand at zero."""
    return Group(
        "leakwatch-workloads-autoscaler",
        (
            Alert(
                "ClusterAutoscalerPodsPending",
                # Newer versions tell apart, by type, what the scheduler has not looked at yet.
                'max by (cluster) (cluster_autoscaler_unschedulable_pods_count{type=~"unschedulable|"}) > 0',
                "30m",
                "warning",
                "Pods find no node, and the cluster autoscaler adds none for them.",
                "Pods that have found no node for half an hour: {{ $value }}.",
            ),
            Alert(
                "ClusterAutoscalerScaleUpFailing",
                "sum by (cluster, reason) (round(increase(cluster_autoscaler_failed_scale_ups_total[30m]))) > 1",
                "10m",
                "warning",
                "The cluster autoscaler cannot add nodes.",
                "Failures to add nodes in half an hour, by {{ $labels.reason }}: {{ $value }}.",
            ),
            Alert(
                "ClusterAutoscalerErrors",
                "sum by (cluster, type) (round(increase(cluster_autoscaler_errors_total[15m]))) > 3",
                "15m",
                "warning",
                "The cluster autoscaler fails.",
                "Failed loops of the cluster autoscaler in 15 minutes, by {{ $labels.type }}: {{ $value }}.",
            ),
            Alert(
                "ClusterAutoscalerUnsafe",
                "max by (cluster) (cluster_autoscaler_cluster_safe_to_autoscale) == 0",
                "30m",
                "warning",
                "The cluster autoscaler holds the cluster to be too unhealthy to scale.",
                "Too many nodes {{ with $labels.cluster }}of {{ . }} {{ end }}are not ready:"
                " for half an hour the cluster autoscaler has added and removed none.",
            ),
        ),
    )
