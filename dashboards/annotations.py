"""What is drawn over graphs: leaks, OOM kills, deploys, from leakwatch's feed or, without it, from Prometheus. Pure."""

from alert_rules import conventions
from dashboards import queries
from dashboards.model import FeedAnnotation, MetricAnnotation, Options

_LEAK = "Leaks"
# One mark a leak, however many replicas tell of it.
_OF_A_LEAK = ", ".join((*conventions.INCIDENT_LABELS, "severity", "state", "revision"))
_OOM = "OOM kills"
_DEPLOY = "Deploys and restarts"


def of(options: Options, names: tuple[str, ...]) -> tuple[FeedAnnotation | MetricAnnotation, ...]:
    """The annotations of a dashboard. names: those of its variables that narrow them, in order, from cluster down."""
    if options.infinity_uid is not None and options.feed_url is not None:
        filters = {name: f"${{{name}:percentencode}}" for name in names if name != "pod"}
        return (
            FeedAnnotation(_LEAK, "red", ("leak", "acknowledged"), filters),
            FeedAnnotation(_OOM, "dark-red", ("oom",), filters),
            FeedAnnotation(_DEPLOY, "blue", ("deploy", "restart"), filters),
        )
    return _from_metrics(options, names)


def _from_metrics(options: Options, names: tuple[str, ...]) -> tuple[MetricAnnotation, ...]:
    ours = ",".join(f'{name}=~"${name}"' for name in names if name != "pod")
    theirs = ",".join(f'{name}=~"${name}"' for name in names if name != "workload")
    created = queries.selector("kube_pod_created", options.kube_state_metrics, theirs)
    return (
        MetricAnnotation(
            _LEAK,
            "red",
            f"max by ({_OF_A_LEAK}) ({queries.selector(conventions.INCIDENT_INFO.name, ours)})",
            "Leak in {{namespace}}/{{workload}}",
            "container {{container}}, {{severity}}, incident {{incident_id}}",
            ("severity", "state"),
        ),
        MetricAnnotation(
            _OOM,
            "dark-red",
            f"{queries.oom_kills(options, theirs, '2m')} > 0",
            "OOM kill in {{namespace}}/{{pod}}",
            "container {{container}}",
        ),
        MetricAnnotation(
            _DEPLOY,
            "blue",
            f"count by (cluster, namespace) (time() - {created} < 60)",
            "Pods started in {{namespace}}",
        ),
    )
