"""The dashboard Stack: what a web application runs on. Node.js, MongoDB, Redis, RabbitMQ and the ingress."""

from dashboards import annotations, links, queries, variables
from dashboards.graphs import NONE_IS_GOOD, figure
from dashboards.model import Dashboard, DashboardKind, Options, Panel, Row, Step, Unit, Variable
from dashboards.rows import ingress, runtimes
from dashboards.rows.mongodb import mongodb
from dashboards.rows.rabbitmq import rabbitmq
from dashboards.rows.redis import redis

# Programs outside Kubernetes have no pod: `.*` fits them, too.
_EVERY = ".*"
_WHERE = queries.POD
_JOB = "cluster, namespace, job"


def _build(options: Options) -> Dashboard:
    return Dashboard(
        uid=links.STACK_UID,
        title="Stack",
        description="What a web application runs on: Node.js, MongoDB, Redis, RabbitMQ and the ingress.",
        rows=(
            Row("At a glance", _glance()),
            Row("Node.js, the most of each job", runtimes.nodejs(_WHERE, _JOB, "{{namespace}} {{job}}")),
            mongodb(_WHERE),
            redis(_WHERE),
            rabbitmq(_WHERE),
            ingress.ingress(),
        ),
        variables=(
            variables.DATASOURCE,
            variables.cluster("up"),
            variables.namespace("up"),
            _pod(),
            _ingress(),
        ),
        annotations=annotations.of(options, ("cluster", "namespace")),
        links=(
            links.dashboard("Fleet", links.FLEET_UID, ("datasource", "cluster", "namespace")),
            links.dashboard("Workload", links.WORKLOAD_UID, ("datasource", "cluster", "namespace")),
        ),
        since="now-6h",
    )


def _pod() -> Variable:
    query = f"label_values({queries.selector('up', queries.NAMESPACE)}, pod)"
    return Variable("pod", "Pod", query, multi=True, whole=True, every=_EVERY)


def _ingress() -> Variable:
    query = f"label_values({queries.selector('nginx_ingress_controller_requests', queries.CLUSTER)}, ingress)"
    return Variable("ingress", "Ingress", query, multi=True, whole=True, every=_EVERY)


def _glance() -> tuple[Panel, ...]:
    return (
        figure(
            "Event loop lag, worst",
            "The largest p99 of the event loop's lag of all Node.js programs.",
            Unit.SECONDS,
            f"max({queries.selector('nodejs_eventloop_lag_p99_seconds', _WHERE)})",
            (Step(None, "green"), Step(0.1, "orange"), Step(0.5, "red")),
        ),
        figure(
            "MongoDB members down",
            "Members of replica sets that another member cannot reach.",
            Unit.COUNT,
            f"count({_members('== 0')}) or 0 * count({_members()})",
            NONE_IS_GOOD,
        ),
        figure(
            "Redis down",
            "Redis servers that their exporter cannot reach.",
            Unit.COUNT,
            f"count({_each('redis_up')} == 0) or 0 * count({_each('redis_up')})",
            NONE_IS_GOOD,
        ),
        figure(
            "Redis nearest to maxmemory",
            "The largest share of maxmemory that a Redis uses.",
            Unit.RATIO,
            f"max({_each('redis_memory_used_bytes')} / ({_each('redis_memory_max_bytes')} > 0))",
            (Step(None, "green"), Step(0.8, "orange"), Step(0.95, "red")),
        ),
        figure(
            "RabbitMQ alarms",
            "Alarms of memory or disk that are raised: publishers are blocked.",
            Unit.COUNT,
            f"sum({_each('rabbitmq_alarms_memory_used_watermark')} + "
            f"{_each('rabbitmq_alarms_free_disk_space_watermark')})",
            NONE_IS_GOOD,
        ),
        figure(
            "Server errors at the ingress",
            "Share of answers with a status of 500 or more.",
            Unit.RATIO,
            ingress.errors(),
            (Step(None, "green"), Step(0.01, "orange"), Step(0.05, "red")),
        ),
    )


def _members(condition: str = "") -> str:
    health = queries.selector("mongodb_rs_members_health", _WHERE)
    return f"min by (cluster, namespace, rs_nm, member_idx) ({health}) {condition}".strip()


def _each(metric: str) -> str:
    return f"max by (cluster, namespace, pod, instance) ({queries.selector(metric, _WHERE)})"


STACK = DashboardKind(
    name="stack",
    uid=links.STACK_UID,
    needs="what runs of it: prom-client, mongodb_exporter, redis_exporter, rabbitmq_prometheus, ingress-nginx",
    build=_build,
)
