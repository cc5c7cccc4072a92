"""What the alerts on Istio must make of series that were seen, and of those that tempt them."""

from alert_rules.conventions import POD_OWNER
from alert_rules.pack import Fired, Situation

_SERVICE = {"namespace": "shop", "service": "cart"}
_WORKLOAD = _SERVICE | {"workload": "cart-v1"}
_CANARY = _SERVICE | {"workload": "cart-v2", "version": "v2"}
_ISTIOD = 'job="istiod",namespace="istio-system",pod="istiod-0",instance="10.0.0.40:15014"'
_ISTIOD_OWNER = f'{POD_OWNER}{{namespace="istio-system",pod="istiod-0",workload="istiod",workload_type="Deployment"}}'
_CONTROL = {"namespace": "istio-system", "pod": "istiod-0", "instance": "10.0.0.40:15014", "workload": "istiod"}


def _series(metric: str, version: str, reporter: str, more: str) -> str:
    workload = f"cart-{version}" if version != "unknown" else "unknown"
    told_by = "web" if reporter == "source" else "shop"
    return (
        f'istio_{metric}{{job="envoy",namespace="{told_by}",pod="{told_by}-1",reporter="{reporter}",'
        f'destination_service_namespace="shop",destination_service_name="cart",destination_workload="{workload}",'
        f'destination_version="{version}",{more}}}'
    )


def _requests(code: str, version: str = "v1", reporter: str = "destination", grpc: str = "") -> str:
    return _series("requests_total", version, reporter, f'response_code="{code}",grpc_response_status="{grpc}"')


def _durations(slow: int, version: str = "v1", of: int = 600, reporter: str = "destination") -> dict[str, str]:
    """Buckets of that many requests a minute, of which `slow` take between one second and five."""
    counts = {"100": of - slow, "1000": of - slow, "5000": of, "+Inf": of}
    return {
        _series("request_duration_milliseconds_bucket", version, reporter, f'response_code="200",le="{le}"'): (
            f"0+{count}x60"
        )
        for le, count in counts.items()
    }


def _situation(
    alert: str, name: str, series: dict[str, str], labels: dict[str, str] | None = None, said: str = ""
) -> Situation:
    return Situation(name, alert, series, "40m", (Fired(labels or {}, said),) if said else ())


def _control(
    alert: str, name: str, series: dict[str, str], labels: dict[str, str] | None = None, said: str = ""
) -> Situation:
    return _situation(alert, name, {_ISTIOD_OWNER: "1x60"} | series, _CONTROL | (labels or {}), said)


def _told_by_both(series: dict[str, str]) -> dict[str, str]:
    source = {name.replace('reporter="destination"', 'reporter="source"'): values for name, values in series.items()}
    return series | source


_OK = {_requests("200"): "0+540x60"}
_FAILS = _OK | {_requests("503"): "0+60x60"}
_V2_OK = {_requests("200", "v2"): "0+30x60"}
_V2_FAILS = {_requests("200", "v2"): "0+24x60", _requests("500", "v2"): "0+6x60"}
_TEN = "10% of the requests to shop/cart fail."
_REJECTS = f'pilot_total_xds_rejects{{{_ISTIOD},type="lds"}}'
_SEND_ERRORS = f'pilot_xds_pushes{{{_ISTIOD},type="cds_senderr"}}'
_PUSHES = f'pilot_xds_pushes{{{_ISTIOD},type="cds"}}'
_INTERNAL = f"pilot_total_xds_internal_errors{{{_ISTIOD}}}"
_REFUSED = "Proxies refused lds configuration of istio-system/istiod-0 (10.0.0.40:15014)."

_SERVICES = (
    _situation(
        "IstioErrorsHigh", "one request of ten fails, as both proxies tell", _told_by_both(_FAILS), _SERVICE, _TEN
    ),
    _situation(
        "IstioErrorsHigh",
        "one in ten reaches no proxy",
        _OK | {_requests("200", reporter="source"): "0+540x60", _requests("503", "unknown", "source"): "0+60x60"},
        _SERVICE,
        _TEN,
    ),
    _situation(
        "IstioErrorsHigh",
        "gRPC answers unavailable, with 200",
        {_requests("200", grpc="0"): "0+540x60", _requests("200", grpc="14"): "0+60x60"},
        _SERVICE,
        _TEN,
    ),
    _situation(
        "IstioErrorsHigh",
        "gRPC's not found is the client's",
        {_requests("200", grpc="0"): "0+540x60", _requests("200", grpc="5"): "0+60x60"},
    ),
    _situation("IstioErrorsHigh", "nothing fails", _told_by_both(_OK)),
    _situation(
        "IstioErrorsHigh",
        "a third of three requests a minute fails",
        {_requests("200"): "0+2x60", _requests("503"): "0+1x60"},
    ),
    _situation("IstioErrorsHigh", "nobody asks", {_requests("200"): "500x60", _requests("503"): "500x60"}),
    _situation(
        "IstioErrorsHigh",
        "a proxy restarts, and counts anew",
        {_requests("200"): "0+540x35 0+540x25", _requests("503"): "90000x35 0x25"},
    ),
    _situation(
        "IstioLatencyHigh",
        "one of ten takes seconds",
        _OK | _durations(60),
        _WORKLOAD,
        "One in a hundred requests to cart-v1 of shop/cart takes 4.6s or longer.",
    ),
    _situation("IstioLatencyHigh", "one of two hundred does", _OK | _durations(3)),
    _situation(
        "IstioLatencyHigh",
        "one slow request a minute, and no others",
        {_requests("200"): "0+1x60"} | _durations(1, of=1),
    ),
)

_CANARIES = (
    _situation(
        "IstioCanaryErrorsHigh",
        "one of five of its requests fails, as both proxies tell",
        _told_by_both(_OK | _V2_FAILS),
        _CANARY,
        "20% of the requests to version v2 (cart-v2) of shop/cart fail.",
    ),
    _situation(
        "IstioCanaryErrorsHigh",
        "all versions fail as often",
        {_requests("200"): "0+480x60", _requests("500"): "0+120x60"} | _V2_FAILS,
    ),
    _situation("IstioCanaryErrorsHigh", "only the stable one fails", _FAILS | _V2_OK),
    _situation("IstioCanaryErrorsHigh", "there is one version", _FAILS),
    _situation(
        "IstioCanaryErrorsHigh",
        "a few fail of either",
        {_requests("200"): "0+576x60", _requests("500"): "0+24x60"}
        | {_requests("200", "v2"): "0+55x60", _requests("500", "v2"): "0+5x60"},
    ),
    _situation(
        "IstioCanaryErrorsHigh",
        "it gets four requests a minute",
        _OK | {_requests("200", "v2"): "0+3x60", _requests("500", "v2"): "0+1x60"},
    ),
    _situation(
        "IstioCanaryErrorsHigh",
        "what fails reaches no version",
        {_requests("200", reporter="source"): "0+540x60", _requests("503", "unknown", "source"): "0+60x60"},
    ),
    _situation(
        "IstioCanarySlow",
        "one of ten of its requests takes seconds",
        _OK | _durations(0) | _V2_OK | _durations(3, "v2", 30),
        _CANARY,
        "One in twenty requests to version v2 (cart-v2) of shop/cart takes 3s or longer.",
    ),
    _situation("IstioCanarySlow", "all versions are as slow", _OK | _durations(60) | _V2_OK | _durations(3, "v2", 30)),
    _situation("IstioCanarySlow", "it is faster", _OK | _durations(60) | _V2_OK | _durations(0, "v2", 30)),
    _situation(
        "IstioCanarySlow", "nobody asks it", _OK | _durations(0) | dict.fromkeys(_durations(3, "v2", 30), "600x60")
    ),
)

_CONTROL_PLANE = (
    _control("IstioConfigRejected", "proxies refuse each push", {_REJECTS: "0x10 0+5x50"}, {"type": "lds"}, _REFUSED),
    _control(
        "IstioConfigRejected",
        "the first refusal begins the counter",
        {_REJECTS: "_x32 1x40"},
        {"type": "lds"},
        _REFUSED,
    ),
    _control("IstioConfigRejected", "some were refused long ago", {_REJECTS: "7x60"}),
    _control("IstioConfigRejected", "Prometheus was away for twenty minutes", {_REJECTS: "7x12 _x20 7x40"}),
    _control("IstioConfigRejected", "istiod restarts, and counts anew", {_REJECTS: "7x32 0x40"}),
    _control(
        "IstioConfigPushFailing",
        "sending fails all the time",
        {_SEND_ERRORS: "0+60x60", _PUSHES: "0+600x60"},
        {},
        "istio-system/istiod-0 (10.0.0.40:15014) fails to make or send 1 configurations a second.",
    ),
    _control(
        "IstioConfigPushFailing",
        "it cannot make them",
        {_INTERNAL: "0+60x60", _PUSHES: "0+600x60"},
        {},
        "istio-system/istiod-0 (10.0.0.40:15014) fails to make or send 1 configurations a second.",
    ),
    _control("IstioConfigPushFailing", "it pushes much, and all arrives", {_PUSHES: "0+600x60", _SEND_ERRORS: "3x60"}),
    _control("IstioConfigPushFailing", "one proxy went away while it was told", {_SEND_ERRORS: "0x33 1x40"}),
)

SITUATIONS = (*_SERVICES, *_CANARIES, *_CONTROL_PLANE)
