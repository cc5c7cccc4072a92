"""ingress-nginx: errors and latency of each backend, its canary beside what is stable, and the controller."""

from alert_rules.belonging import of_workload_if_known
from alert_rules.pack import Options, Pack, PackKind, Threshold, Unit
from alert_rules.packs.ingress_nginx_situations import SITUATIONS
from alert_rules.promql import number
from alert_rules.rule import Alert, Group, Recording
from alert_rules.targets import TARGET

_PACK = "ingress-nginx"
ERRORS = Threshold(_PACK, "errors", 0.05, Unit.RATIO, "requests answered with 5xx")
LATENCY = Threshold(_PACK, "latency", 2.0, Unit.SECONDS, "time to answer, 99th percentile")
MIN_RATE = Threshold(_PACK, "min_rate", 1.0, Unit.PER_SECOND, "requests a second below which nothing is judged")
CANARY_MIN_RATE = Threshold(
    _PACK, "canary_min_rate", 0.2, Unit.PER_SECOND, "requests a second below which a canary is not judged"
)
CANARY_ERRORS = Threshold(
    _PACK, "canary_errors", 0.05, Unit.RATIO, "how many more of a canary's requests may fail than of the stable ones"
)
CANARY_SLOWER = Threshold(
    _PACK,
    "canary_slower",
    1.5,
    Unit.RATIO,
    "a canary's latency against the stable one's, 95th percentile",
    beyond_whole=True,
)

_BACKEND = "cluster, namespace, ingress, service"
_AT_BACKEND = "{{ $labels.namespace }}/{{ $labels.service }} (ingress {{ $labels.ingress }})"
# `canary` names the alternative backend that answered, and is empty for all others.
_REQUESTS = "namespace_ingress:nginx_ingress_requests:rate5m"
_FAILED = "namespace_ingress:nginx_ingress_requests_failed:rate5m"
_P95 = "namespace_ingress:nginx_ingress_request_duration_seconds:p95_rate5m"
_CANARY, _STABLE = '{canary!=""}', '{canary=""}'


def _build(options: Options) -> Pack:
    alerts = (*_service(options), *_canary(options), _reload_failed())
    return Pack((Group("leakwatch-ingress-nginx", (*_recordings(), *alerts)),), SITUATIONS)


def _recordings() -> tuple[Recording, ...]:
    requests = "nginx_ingress_controller_requests"
    # What never failed has no series of failures: that is none, and not unknown.
    failures = _rate(requests + '{status=~"5.."}', "canary")
    return (
        Recording(_REQUESTS, _rate(requests, "canary")),
        Recording(_FAILED, f"{failures} or {_REQUESTS} * 0"),
        Recording(_P95, _quantile(0.95, "canary")),
    )


def _rate(selector: str, *by: str) -> str:
    """Requests a second, of all controllers together.

    Where the scraper does not honour labels, it has renamed the ingress' namespace and service, for they are the
    target's as well.
    """
    rate = f"rate({selector}[5m])"
    for label in ("namespace", "service"):
        rate = f'label_replace({rate}, "{label}", "$1", "exported_{label}", "(.+)")'
    return f"sum by ({', '.join((_BACKEND, *by))}) ({rate})"


def _quantile(quantile: float, *by: str) -> str:
    buckets = _rate("nginx_ingress_controller_request_duration_seconds_bucket", *by, "le")
    return f"histogram_quantile({quantile:g}, {buckets})"


def _of(recorded: str, which: str = "") -> str:
    return f"sum by ({_BACKEND}) ({recorded}{which})"


def _service(options: Options) -> tuple[Alert, ...]:
    busy = f"({_of(_REQUESTS)} > {number(options.value(MIN_RATE))})"
    return (
        Alert(
            "IngressNginxErrorsHigh",
            f"({_of(_FAILED)} / {_of(_REQUESTS)} > {number(options.value(ERRORS))}) and {busy}",
            "5m",
            "critical",
            "Many requests to a service fail, as its users see them.",
            "{{ $value | humanizePercentage }} of the requests to " + _AT_BACKEND + " are answered with 5xx.",
        ),
        Alert(
            "IngressNginxLatencyHigh",
            f"({_quantile(0.99)} > {number(options.value(LATENCY))}) and {busy}",
            "10m",
            "warning",
            "A service answers slowly, as its users see it.",
            "One in a hundred requests to " + _AT_BACKEND + " takes {{ $value | humanizeDuration }} or longer.",
        ),
    )


def _canary(options: Options) -> tuple[Alert, ...]:
    canary, stable = (f"{_of(_FAILED, which)} / {_of(_REQUESTS, which)}" for which in (_CANARY, _STABLE))
    judged = (
        f"({_of(_REQUESTS, _CANARY)} > {number(options.value(CANARY_MIN_RATE))})"
        f" and ({_of(_REQUESTS, _STABLE)} > {number(options.value(MIN_RATE))})"
    )
    worse = f"({canary} > {number(options.value(CANARY_ERRORS))} + {stable}) and ({canary} > 2 * {stable})"
    slow, usual = (f"max by ({_BACKEND}) ({_P95}{which})" for which in (_CANARY, _STABLE))
    return (
        Alert(
            "IngressNginxCanaryErrorsHigh",
            f"{worse} and {judged}",
            "5m",
            "warning",
            "A canary fails more often than what is stable.",
            "{{ $value | humanizePercentage }} of the requests that the canary of " + _AT_BACKEND + " gets fail.",
        ),
        Alert(
            "IngressNginxCanarySlow",
            f"({slow} > {number(options.value(CANARY_SLOWER))} * {usual}) and ({slow} > 0.1) and {judged}",
            "10m",
            "warning",
            "A canary answers more slowly than what is stable.",
            "One in twenty requests to the canary of "
            + _AT_BACKEND
            + " takes {{ $value | humanizeDuration }} or longer.",
        ),
    )


def _reload_failed() -> Alert:
    return Alert(
        "IngressNginxReloadFailed",
        of_workload_if_known(f"max by ({TARGET}) (nginx_ingress_controller_config_last_reload_successful) == 0"),
        "5m",
        "warning",
        "An ingress controller goes on with an old configuration, for it could not load the new one.",
        "{{ $labels.namespace }}/{{ $labels.pod }} could not load its configuration.",
    )


INGRESS_NGINX = PackKind(
    _PACK,
    "ingress-nginx",
    "ingress-nginx with controller.metrics.enabled; for canaries, a release whose metrics have the label canary",
    _build,
    (ERRORS, LATENCY, MIN_RATE, CANARY_MIN_RATE, CANARY_ERRORS, CANARY_SLOWER),
)
