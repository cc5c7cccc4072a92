"""Istio: errors and latency of each service, a version beside the others, and the control plane.

A request is told twice, by the proxy that sends it and by the one that gets it: the two are judged apart, and the
worse counts. What never reaches a proxy is only told by the sender, which then knows the service but no workload.
"""

from alert_rules.belonging import of_workload_if_known
from alert_rules.pack import Options, Pack, PackKind, Threshold, Unit
from alert_rules.packs.istio_situations import SITUATIONS
from alert_rules.promql import number
from alert_rules.rule import Alert, Group, Recording
from alert_rules.targets import AT_TARGET, TARGET

_PACK = "istio"
ERRORS = Threshold(_PACK, "errors", 0.05, Unit.RATIO, "requests that fail: 5xx, and gRPC's errors of the server")
LATENCY = Threshold(_PACK, "latency", 2.0, Unit.SECONDS, "time to answer, 99th percentile")
MIN_RATE = Threshold(_PACK, "min_rate", 1.0, Unit.PER_SECOND, "requests a second below which nothing is judged")
CANARY_MIN_RATE = Threshold(
    _PACK, "canary_min_rate", 0.2, Unit.PER_SECOND, "requests a second below which a version is not judged"
)
CANARY_ERRORS = Threshold(
    _PACK, "canary_errors", 0.05, Unit.RATIO, "how many more of a version's requests may fail than of the others'"
)
CANARY_SLOWER = Threshold(
    _PACK,
    "canary_slower",
    1.5,
    Unit.RATIO,
    "a version's latency against the fastest one's, 95th percentile",
    beyond_whole=True,
)

_SERVICE = "cluster, namespace, service"
_VERSION = f"{_SERVICE}, workload, version"
_DESTINATION = {
    "namespace": "destination_service_namespace",
    "service": "destination_service_name",
    "workload": "destination_workload",
    "version": "destination_version",
}
_AT_SERVICE = "{{ $labels.namespace }}/{{ $labels.service }}"
_AT_VERSION = "version {{ $labels.version }} ({{ $labels.workload }}) of " + _AT_SERVICE
_REQUESTS = "service_version:istio_requests:rate5m"
_FAILED = "service_version:istio_requests_failed:rate5m"
_P95 = "service_version:istio_request_duration_seconds:p95_rate5m"
# Statuses of gRPC that are the server's fault: unknown, deadline exceeded, internal, unavailable, data loss.
_GRPC_ERRORS = "2|4|13|14|15"


def _build(options: Options) -> Pack:
    alerts = (*_service(options), *_canary(options), *_control_plane())
    return Pack((Group("leakwatch-istio", (*_recordings(), *alerts)),), SITUATIONS)


def _recordings() -> tuple[Recording, ...]:
    requests = "istio_requests_total"
    failed = " or ".join(
        f"rate({requests}{{{matcher}}}[5m])"
        for matcher in ('response_code=~"5.."', f'grpc_response_status=~"{_GRPC_ERRORS}"')
    )
    # What never failed has no series of failures: that is none, and not unknown.
    return (
        Recording(_REQUESTS, _sum(f"rate({requests}[5m])", _VERSION)),
        Recording(_FAILED, f"{_sum(failed, _VERSION)} or {_REQUESTS} * 0"),
        Recording(_P95, _quantile(0.95, _VERSION)),
    )


def _sum(rate: str, by: str) -> str:
    """By who tells of it, and by namespace, service, workload and version: the destination's, not the proxy's own."""
    inner = f"sum by (cluster, reporter, {', '.join(_DESTINATION.values())}, le) ({rate})"
    for label, source in _DESTINATION.items():
        inner = f'label_replace({inner}, "{label}", "$1", "{source}", "(.*)")'
    return f"sum by ({by}, reporter) ({inner})"


def _quantile(quantile: float, by: str) -> str:
    buckets = _sum("rate(istio_request_duration_milliseconds_bucket[5m])", f"{by}, le")
    return f"histogram_quantile({quantile:g}, {buckets}) / 1000"


def _service(options: Options) -> tuple[Alert, ...]:
    least = number(options.value(MIN_RATE))
    total, failed = (f"sum by ({_SERVICE}, reporter) ({one})" for one in (_REQUESTS, _FAILED))
    errors = f"({failed} / {total} > {number(options.value(ERRORS))}) and ({total} > {least})"
    slow = f"{_quantile(0.99, f'{_SERVICE}, workload')} > {number(options.value(LATENCY))}"
    busy = f'sum by ({_SERVICE}, workload, reporter) ({_REQUESTS}{{workload!="unknown"}}) > {least}'
    return (
        Alert(
            "IstioErrorsHigh",
            f"max by ({_SERVICE}) ({errors})",
            "5m",
            "critical",
            "Many requests to a service of the mesh fail.",
            "{{ $value | humanizePercentage }} of the requests to " + _AT_SERVICE + " fail.",
        ),
        Alert(
            "IstioLatencyHigh",
            f"max by ({_SERVICE}, workload) (({slow}) and ({busy}))",
            "10m",
            "warning",
            "A service of the mesh answers slowly.",
            "One in a hundred requests to {{ $labels.workload }} of "
            + _AT_SERVICE
            + " takes {{ $value | humanizeDuration }} or longer.",
        ),
    )


def _canary(options: Options) -> tuple[Alert, ...]:
    joined = f"on ({_SERVICE}, reporter)"
    total, failed = (f"sum by ({_SERVICE}, reporter) ({one})" for one in (_REQUESTS, _FAILED))
    least = number(options.value(MIN_RATE))
    # The rest of the service: what all versions had, without this one.
    rest = f"({total} - {joined} group_right () {_REQUESTS})"
    errors = f"{_FAILED} / {_REQUESTS}"
    others = f"(({failed} - {joined} group_right () {_FAILED}) / {rest})"
    # The canary is the version that gets the smaller part.
    judged = (
        f'({_REQUESTS}{{workload!="unknown"}} > {number(options.value(CANARY_MIN_RATE))})'
        f" and ({_REQUESTS} < {rest}) and ({rest} > {least})"
    )
    worse = f"({errors} > {number(options.value(CANARY_ERRORS))} + {others}) and ({errors} > 2 * {others})"
    fastest = f"min by ({_SERVICE}, reporter) ({_P95} and ({_REQUESTS} > {least}))"
    bound = f"{number(options.value(CANARY_SLOWER))} * {fastest}"
    slower = f"({_P95} > {joined} group_left () ({bound})) and ({_P95} > 0.1)"
    return (
        Alert(
            "IstioCanaryErrorsHigh",
            f"max by ({_VERSION}) ({worse} and {judged})",
            "5m",
            "warning",
            "A version of a service fails more often than the others.",
            "{{ $value | humanizePercentage }} of the requests to " + _AT_VERSION + " fail.",
        ),
        Alert(
            "IstioCanarySlow",
            f"max by ({_VERSION}) ({slower} and {judged})",
            "10m",
            "warning",
            "A version of a service answers more slowly than the others.",
            "One in twenty requests to " + _AT_VERSION + " takes {{ $value | humanizeDuration }} or longer.",
        ),
    )


def _control_plane() -> tuple[Alert, ...]:
    rejects, by = "pilot_total_xds_rejects", f"{TARGET}, type"
    # The counter begins with its first rejection, which no increase shows: then it was not there before.
    first = f"({rejects} > 0) unless max_over_time({rejects}[6h] offset 15m)"
    rejected = f"(max by ({by}) (increase({rejects}[15m])) > 0) or max by ({by}) ({first})"
    unsent = f'sum by ({TARGET}) (max by ({by}) (rate(pilot_xds_pushes{{type=~".+_senderr"}}[5m])))'
    unmade = f"max by ({TARGET}) (rate(pilot_total_xds_internal_errors[5m]))"
    return (
        Alert(
            "IstioConfigRejected",
            of_workload_if_known(rejected),
            "5m",
            "warning",
            "Proxies of the mesh refuse the configuration they are sent, and go on with the old one.",
            "Proxies refused {{ $labels.type }} configuration of " + AT_TARGET + ".",
        ),
        Alert(
            "IstioConfigPushFailing",
            of_workload_if_known(f"({unsent} > 0) or ({unmade} > 0)"),
            "10m",
            "warning",
            "Istio's control plane fails to send configuration to proxies.",
            AT_TARGET + " fails to make or send {{ $value | humanize }} configurations a second.",
        ),
    )


ISTIO = PackKind(
    _PACK,
    "Istio",
    "the metrics of Istio's proxies with their standard labels, and those of istiod",
    _build,
    (ERRORS, LATENCY, MIN_RATE, CANARY_MIN_RATE, CANARY_ERRORS, CANARY_SLOWER),
)
