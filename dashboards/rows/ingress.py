"""ingress-nginx, by its controller: requests, errors, latency, the canary beside the stable release, certificates.

An ingress' namespace is in `exported_namespace` where the scrape keeps the controller's own in `namespace`, as it does
by default, and in `namespace` where it honours labels: both are kept, so that either can be read.
"""

from dashboards import queries
from dashboards.graphs import graph
from dashboards.model import Query, Row, Unit

# Not narrowed to a namespace: which label has it depends on the scrape.
CHOSEN = f'{queries.CLUSTER},ingress=~"$ingress"'
_INGRESS = "cluster, namespace, exported_namespace, ingress"
_CONTROLLER = "cluster, controller_namespace, controller_pod, pod, instance"
_NAME = "{{exported_namespace}} {{ingress}}"
_RATE = "$__rate_interval"
_REQUESTS = "nginx_ingress_controller_requests"
_DURATION = "nginx_ingress_controller_request_duration_seconds_bucket"
_FAILED = 'status=~"5.."'


def ingress() -> Row:
    """The row."""
    all_, failed = _requests(), _requests(_FAILED)
    return Row(
        "Ingress",
        (
            graph(
                "Requests by ingress",
                "Requests a second that each ingress took in.",
                Unit.PER_SECOND,
                Query(all_, _NAME),
            ),
            graph(
                "Server errors by ingress",
                "Share of answers with a status of 500 or more. 502 and 504 in a saw-tooth are what an OOM loop behind "
                "an ingress looks like from outside.",
                Unit.RATIO,
                Query(f"({failed} or 0 * {all_}) / {all_}", _NAME),
            ),
            graph(
                "Latency by ingress",
                "Time until a request was answered: half of them sooner than p50, all but one in a hundred than p99.",
                Unit.SECONDS,
                Query(_quantile(0.5), f"{_NAME} p50"),
                Query(_quantile(0.99), f"{_NAME} p99"),
            ),
            graph(
                "Canary and stable: server errors",
                "Share of answers with a status of 500 or more, of what went to the canary and what did not.",
                Unit.RATIO,
                Query(_share('canary!=""'), f"{_NAME} canary"),
                Query(_share('canary=""'), f"{_NAME} stable"),
            ),
            graph(
                "Answers by status",
                "Answers a second, by status, over all chosen ingresses.",
                Unit.PER_SECOND,
                Query(f"sum by (status) (rate({queries.selector(_REQUESTS, CHOSEN)}[{_RATE}]))", "{{status}}"),
            ),
            graph(
                "Connections of the controller",
                "Client connections by state. Those that wait are kept alive.",
                Unit.COUNT,
                Query(
                    _top("nginx_ingress_controller_nginx_process_connections", f"{_CONTROLLER}, state"),
                    "{{controller_pod}} {{state}}",
                ),
            ),
            graph(
                "Memory of the controller",
                "RSS of the controller's nginx processes. Each reload starts new ones beside the old.",
                Unit.BYTES,
                Query(
                    _top("nginx_ingress_controller_nginx_process_resident_memory_bytes", _CONTROLLER),
                    "{{controller_pod}} {{pod}}",
                ),
            ),
            graph(
                "Last reload succeeded",
                "1 where the controller's last reload of its configuration succeeded; 0: changes do not take effect.",
                Unit.NONE,
                Query(
                    _top("nginx_ingress_controller_config_last_reload_successful", _CONTROLLER), "{{controller_pod}}"
                ),
            ),
            graph(
                "Certificates expire in",
                "Time until the certificate of each host expires.",
                Unit.SECONDS,
                Query(
                    f"{_top('nginx_ingress_controller_ssl_expire_time_seconds', 'cluster, host')} - time()",
                    "{{host}}",
                ),
            ),
        ),
    )


def errors() -> str:
    """Share of all chosen ingresses' answers with a status of 500 or more."""
    failed = f"sum(rate({queries.selector(_REQUESTS, CHOSEN, _FAILED)}[{_RATE}]))"
    every = f"sum(rate({queries.selector(_REQUESTS, CHOSEN)}[{_RATE}]))"
    return f"({failed} or 0 * {every}) / {every}"


def _requests(*more: str) -> str:
    return f"sum by ({_INGRESS}) (rate({queries.selector(_REQUESTS, CHOSEN, *more)}[{_RATE}]))"


def _share(of: str) -> str:
    return f"({_requests(of, _FAILED)} or 0 * {_requests(of)}) / {_requests(of)}"


def _quantile(share: float) -> str:
    buckets = f"sum by ({_INGRESS}, le) (rate({queries.selector(_DURATION, CHOSEN)}[{_RATE}]))"
    return f"histogram_quantile({share:g}, {buckets})"


def _top(metric: str, keys: str) -> str:
    return f"max by ({keys}) ({queries.selector(metric, queries.CLUSTER)})"
