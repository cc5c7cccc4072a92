"""The variables that dashboards share: data source, cluster, namespace, workload, pod."""

from dashboards import queries
from dashboards.model import Options, Variable

# In a matcher `.*` also fits a label that is not there: a single cluster has no label `cluster`.
_EVERY = ".*"

DATASOURCE = Variable("datasource", "Data source", None)


def cluster(metric: str) -> Variable:
    """Clusters that a metric knows of; none where nothing is labelled so, and then all is what there is."""
    return Variable("cluster", "Cluster", f"label_values({metric}, cluster)", multi=True, whole=True, every=_EVERY)


def namespace(metric: str) -> Variable:
    """Namespaces of the chosen clusters that a metric knows of."""
    query = f"label_values({queries.selector(metric, queries.CLUSTER)}, namespace)"
    return Variable("namespace", "Namespace", query, multi=True, whole=True, every=_EVERY)


def workload(options: Options) -> Variable:
    """One workload of the chosen namespaces, by kube-state-metrics' owners."""
    query = f"query_result({queries.owners(options, queries.NAMESPACE)})"
    return Variable("workload", "Workload", query, regex='/workload="([^"]+)"/')


def pod(options: Options) -> Variable:
    """The pods of the chosen workload, those included that were there earlier in the time range."""
    owners = queries.owners(options, queries.NAMESPACE, over="$__range")
    chosen = 'label_replace(vector(1), "workload", "$workload", "", "")'
    query = f"query_result({owners} and on (workload) {chosen})"
    return Variable("pod", "Pod", query, regex='/pod="([^"]+)"/', multi=True, whole=True)


def common(options: Options) -> tuple[Variable, ...]:
    """Data source, cluster, namespace, workload, pod: in the order in which they depend on each other."""
    metric = queries.selector("kube_pod_owner", options.kube_state_metrics)
    return (DATASOURCE, cluster(metric), namespace("kube_pod_owner"), workload(options), pod(options))
