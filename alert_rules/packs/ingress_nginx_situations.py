"""What the alerts on ingress-nginx must make of series that were seen, and of those that tempt them."""

from alert_rules.conventions import POD_OWNER
from alert_rules.pack import Fired, Situation

_BACKEND = {"namespace": "shop", "ingress": "front", "service": "cart"}
_AT = "shop/cart (ingress front)"


def _series(metric: str, status: str, canary: str = "", controller: int = 0, more: str = "") -> str:
    own = f'namespace="shop",ingress="front",service="cart",canary="{canary}",status="{status}"'
    return f'nginx_ingress_controller_{metric}{{job="ingress",controller_pod="nginx-{controller}",{own}{more}}}'


def _requests(status: str, canary: str = "", controller: int = 0) -> str:
    return _series("requests", status, canary, controller)


def _durations(slow: int, canary: str = "", controller: int = 0) -> dict[str, str]:
    """Buckets of 600 requests a minute, of which that many take between one second and five."""
    counts = {"0.1": 600 - slow, "1": 600 - slow, "5": 600, "+Inf": 600}
    return {
        _series("request_duration_seconds_bucket", "200", canary, controller, f',le="{le}"'): f"0+{count}x60"
        for le, count in counts.items()
    }


def _situation(alert: str, name: str, series: dict[str, str], said: str = "") -> Situation:
    return Situation(name, alert, series, "40m", (Fired(_BACKEND, said),) if said else ())


def _renamed(series: dict[str, str]) -> dict[str, str]:
    """As a scraper tells them that does not honour labels."""
    target = 'namespace="ingress-nginx",service="controller"'
    return {
        name.replace("namespace=", "exported_namespace=")
        .replace("service=", "exported_service=")
        .replace("{", "{" + target + ","): values
        for name, values in series.items()
    }


_OK = {_requests("200"): "0+540x60"}
_FAILS = _OK | {_requests("503"): "0+60x60"}
_CANARY_OK = {_requests("200", "cart-v2"): "0+30x60"}
_CANARY_FAILS = {_requests("200", "cart-v2"): "0+24x60", _requests("500", "cart-v2"): "0+6x60"}
_RELOADED = (
    'nginx_ingress_controller_config_last_reload_successful{job="ingress",namespace="ingress-nginx",pod="nginx-0",'
    'instance="10.0.0.30:10254"}'
)
_OWNER = {f'{POD_OWNER}{{namespace="ingress-nginx",pod="nginx-0",workload="nginx",workload_type="DaemonSet"}}': "1x60"}
_CONTROLLER = {
    "namespace": "ingress-nginx",
    "pod": "nginx-0",
    "instance": "10.0.0.30:10254",
    "workload": "nginx",
}

_ERRORS = (
    _situation(
        "IngressNginxErrorsHigh",
        "one request of ten fails",
        _FAILS,
        f"10% of the requests to {_AT} are answered with 5xx.",
    ),
    _situation(
        "IngressNginxErrorsHigh",
        "the scraper renamed the labels",
        _renamed(_FAILS),
        f"10% of the requests to {_AT} are answered with 5xx.",
    ),
    _situation(
        "IngressNginxErrorsHigh",
        "the controller tells classes of status",
        {_requests("2xx"): "0+540x60", _requests("5xx"): "0+60x60"},
        f"10% of the requests to {_AT} are answered with 5xx.",
    ),
    _situation(
        "IngressNginxErrorsHigh",
        "one of two controllers sees all failures",
        {_requests("200", controller=1): "0+1800x60"} | {_requests("503"): "0+60x60", _requests("200"): "0+60x60"},
    ),
    _situation("IngressNginxErrorsHigh", "nothing fails", _OK),
    _situation("IngressNginxErrorsHigh", "clients err, and servers do not", _OK | {_requests("404"): "0+600x60"}),
    _situation(
        "IngressNginxErrorsHigh",
        "one of three requests a minute fails",
        {_requests("200"): "0+2x60", _requests("503"): "0+1x60"},
    ),
    _situation("IngressNginxErrorsHigh", "nobody asks", {_requests("200"): "500x60", _requests("503"): "500x60"}),
    _situation(
        "IngressNginxErrorsHigh",
        "the controller restarts, and counts anew",
        {_requests("200"): "0+540x35 0+540x25", _requests("503"): "90000x35 0x25"},
    ),
    _situation(
        "IngressNginxErrorsHigh",
        "a deploy fails a tenth of them for two minutes",
        _OK | {_requests("503"): "0x33 0+60x2 120x40"},
    ),
)

_LATENCY = (
    _situation(
        "IngressNginxLatencyHigh",
        "one of ten takes seconds",
        _OK | _durations(60),
        f"One in a hundred requests to {_AT} takes 4.6s or longer.",
    ),
    _situation("IngressNginxLatencyHigh", "one of two hundred does", _OK | _durations(3)),
    _situation(
        "IngressNginxLatencyHigh",
        "one slow request a minute, and no others",
        {_requests("200"): "0+1x60"} | {name: "0+1x60" for name in _durations(0) if 'le="5"' in name or "Inf" in name},
    ),
)

_CANARY = (
    _situation(
        "IngressNginxCanaryErrorsHigh",
        "one of five of its requests fails",
        _OK | _CANARY_FAILS,
        f"20% of the requests that the canary of {_AT} gets fail.",
    ),
    _situation(
        "IngressNginxCanaryErrorsHigh",
        "what is stable fails as often",
        {_requests("200"): "0+480x60", _requests("500"): "0+120x60"} | _CANARY_FAILS,
    ),
    _situation("IngressNginxCanaryErrorsHigh", "it does not fail, and what is stable does", _FAILS | _CANARY_OK),
    _situation("IngressNginxCanaryErrorsHigh", "there is no canary", _FAILS),
    _situation(
        "IngressNginxCanaryErrorsHigh",
        "a few fail of either",
        {_requests("200"): "0+576x60", _requests("500"): "0+24x60"}
        | {_requests("200", "cart-v2"): "0+55x60", _requests("500", "cart-v2"): "0+5x60"},
    ),
    _situation(
        "IngressNginxCanaryErrorsHigh",
        "it gets four requests a minute",
        _OK | {_requests("200", "cart-v2"): "0+3x60", _requests("500", "cart-v2"): "0+1x60"},
    ),
    _situation(
        "IngressNginxCanarySlow",
        "one of ten of its requests takes seconds",
        _OK | _durations(0) | _CANARY_OK | _durations(60, "cart-v2"),
        f"One in twenty requests to the canary of {_AT} takes 3s or longer.",
    ),
    _situation(
        "IngressNginxCanarySlow",
        "what is stable is as slow",
        _OK | _durations(60) | _CANARY_OK | _durations(60, "cart-v2"),
    ),
    _situation("IngressNginxCanarySlow", "it is faster", _OK | _durations(60) | _CANARY_OK | _durations(0, "cart-v2")),
    _situation(
        "IngressNginxCanarySlow",
        "nobody asks it",
        _OK | _durations(0) | dict.fromkeys(_durations(60, "cart-v2"), "600x60"),
    ),
)

_RELOADS = (
    Situation(
        "the new configuration is wrong",
        "IngressNginxReloadFailed",
        _OWNER | {_RELOADED: "1x10 0x50"},
        "40m",
        (Fired(_CONTROLLER, "ingress-nginx/nginx-0 could not load its configuration."),),
    ),
    Situation("it is mended at once", "IngressNginxReloadFailed", _OWNER | {_RELOADED: "1x36 0 0 1x40"}, "40m"),
    Situation("the controller is gone", "IngressNginxReloadFailed", _OWNER | {_RELOADED: "0x10 stale"}, "40m"),
)

SITUATIONS = (*_ERRORS, *_LATENCY, *_CANARY, *_RELOADS)
