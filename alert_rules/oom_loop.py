"""The alert on containers that are killed for want of memory again and again. Pure.

cAdvisor's own count of OOM events is lost with the container that dies (google/cadvisor#3015): so it is restarts that
are counted, where kube-state-metrics says that the last end was an OOM kill. That reason stays for as long as the pod
lives, and alone tells of nothing new.
"""

from alert_rules import conventions as names
from alert_rules.belonging import CONTAINER, POD, WORKLOAD, of_workload
from alert_rules.floors import REMEMBERED
from alert_rules.pack import Options, Threshold
from alert_rules.promql import selected
from alert_rules.rule import Alert
from alert_rules.thresholds import compared

_DAY_SECONDS = 86400


def oom_loop(options: Options, kills: Threshold) -> Alert:
    """kills: how many restarts within a day are a loop."""
    return Alert(
        names.CONTAINER_OOM_LOOP,
        compared(f"max by ({WORKLOAD}) ({of_workload(_killed(options), REMEMBERED)})", ">=", kills, options),
        "5m",
        "warning",
        "A container is OOM-killed again and again.",
        "{{ $labels.namespace }}/{{ $labels.workload }} ({{ $labels.container }}) was restarted {{ $value }} times"
        " within a day, the last time because it was OOM-killed.",
    )


def _killed(options: Options) -> str:
    """Restarts within a day of containers whose last end was an OOM kill.

    A day's rise is the difference of two moments, not a day's samples read through. A pod that is younger began at
    none, also where another of its name had more before. An hour without samples, a day ago, does no harm; where
    there are none for longer, nothing is counted: all restarts of an old pod are no loop of today.
    """
    state = options.kube_state_metrics
    restarts = selected("kube_pod_container_status_restarts_total", state)
    now = f"max by ({CONTAINER}) ({restarts})"
    before = f"max by ({CONTAINER}) (last_over_time({restarts}[1h] offset 1d))"
    created = f"max by ({POD}) ({selected('kube_pod_created', state)})"
    young = f"{now} * 0 and on ({POD}) (time() - {created} < {_DAY_SECONDS})"
    reason = selected("kube_pod_container_status_last_terminated_reason", 'reason="OOMKilled"', state)
    return f"{now} - (({young}) or {before} <= {now}) and max by ({CONTAINER}) ({reason}) == 1"
