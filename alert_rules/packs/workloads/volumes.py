"""Volumes: space and inodes that run out."""

from alert_rules.pack import Options, Threshold, Unit
from alert_rules.promql import duration, number, selected
from alert_rules.rule import Alert, Group, Recording

NEARLY_FULL = Threshold(
    "workloads", "volume_free", 0.05, Unit.RATIO, "Free space of a volume below which it is nearly full."
)
NO_INODES = Threshold(
    "workloads", "volume_inodes_free", 0.05, Unit.RATIO, "Free inodes of a volume below which they are nearly used up."
)
FILLING = Threshold(
    "workloads",
    "volume_filling_free",
    0.2,
    Unit.RATIO,
    "Free space of a volume below which it is told that it fills up; above, it has time.",
)
AHEAD = Threshold(
    "workloads", "volume_filling_within", 4 * 86400, Unit.SECONDS, "Time within which a volume that fills up is full."
)
FREE = "namespace_persistentvolumeclaim:volume_free:ratio"
_BY = "cluster, namespace, persistentvolumeclaim"
_WHO = "{{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }}"


def volumes(options: Options) -> Group:
    """Rules on the volumes of claims, by what the kubelets tell. Ratios are 0 to 1."""
    return Group(
        "leakwatch-workloads-volumes",
        (
            Recording(FREE, _ratio("available_bytes", "capacity_bytes")),
            Alert(
                "VolumeNearlyFull",
                f"{FREE} < {number(options.value(NEARLY_FULL))} {_unless_read_only(options)}",
                "5m",
                "critical",
                "A volume is nearly full.",
                "The volume of " + _WHO + " has {{ $value | humanizePercentage }} of its space left.",
            ),
            Alert(
                "VolumeFillingUp",
                _filling(options),
                "1h",
                "warning",
                "A volume fills up.",
                "The volume of " + _WHO + " has {{ $value | humanizePercentage }} of its space left,"
                " and will be full within days at this pace.",
            ),
            Alert(
                "VolumeInodesNearlyUsedUp",
                f"{_ratio('inodes_free', 'inodes')} < {number(options.value(NO_INODES))} {_unless_read_only(options)}",
                "15m",
                "warning",
                "The inodes of a volume are nearly used up.",
                "The volume of " + _WHO + " has {{ $value | humanizePercentage }} of its inodes left.",
            ),
        ),
    )


def _ratio(free: str, whole: str) -> str:
    """The share that is free. A volume of several pods is told of by several kubelets; some have no inodes to count."""
    return (
        f"max by ({_BY}) (kubelet_volume_stats_{free}) / on ({_BY}) (max by ({_BY}) (kubelet_volume_stats_{whole}) > 0)"
    )


def _filling(options: Options) -> str:
    """The slopes of six hours and of two days must agree: what is written in the night is often gone in the morning."""
    ahead = number(options.value(AHEAD))
    slopes = (
        f"max by ({_BY}) (predict_linear(kubelet_volume_stats_available_bytes[{window}], {ahead})) < 0"
        for window in (duration(6 * 3600), duration(2 * 86400))
    )
    agreed = f" and on ({_BY}) ".join(slopes)
    return f"{FREE} < {number(options.value(FILLING))} and on ({_BY}) {agreed}"


def _unless_read_only(options: Options) -> str:
    mode = selected("kube_persistentvolumeclaim_access_mode", options.kube_state_metrics, 'access_mode="ReadOnlyMany"')
    return f"unless on ({_BY}) max by ({_BY}) ({mode}) == 1"
