"""The pack on containers and workloads."""

from alert_rules.pack import Options, Pack, PackKind
from alert_rules.packs.workloads.autoscaler import autoscaler
from alert_rules.packs.workloads.memory import NEAR_LIMIT, memory
from alert_rules.packs.workloads.memory_situations import MEMORY_SITUATIONS
from alert_rules.packs.workloads.node_situations import NODE_SITUATIONS
from alert_rules.packs.workloads.nodes import LITTLE_LEFT, nodes
from alert_rules.packs.workloads.rollout_situations import ROLLOUT_SITUATIONS
from alert_rules.packs.workloads.rollouts import rollouts
from alert_rules.packs.workloads.running import RESTARTS, THROTTLED, running
from alert_rules.packs.workloads.running_situations import RUNNING_SITUATIONS
from alert_rules.packs.workloads.volume_situations import VOLUME_SITUATIONS
from alert_rules.packs.workloads.volumes import AHEAD, FILLING, NEARLY_FULL, NO_INODES, volumes


def _build(options: Options) -> Pack:
    groups = (
        memory(options),
        running(options),
        rollouts(options),
        volumes(options),
        nodes(options),
        autoscaler(),
    )
    situations = (
        *MEMORY_SITUATIONS,
        *RUNNING_SITUATIONS,
        *ROLLOUT_SITUATIONS,
        *VOLUME_SITUATIONS,
        *NODE_SITUATIONS,
    )
    return Pack(groups, situations)


WORKLOADS = PackKind(
    "workloads",
    "Containers and workloads",
    "kube-state-metrics and the kubelets' cAdvisor; node_exporter, volume statistics and the cluster autoscaler where"
    " there are any",
    _build,
    (NEAR_LIMIT, RESTARTS, THROTTLED, NEARLY_FULL, NO_INODES, FILLING, AHEAD, LITTLE_LEFT),
)
