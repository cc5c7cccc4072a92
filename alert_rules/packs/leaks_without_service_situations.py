"""What the pack on leaks without the service must make of containers' series. Pure.

Samples are ten minutes apart; a container starts at time 0 and is looked at 30 hours later, unless said otherwise.
"""

from collections.abc import Mapping

from alert_rules import conventions as names
from alert_rules.pack import Fired, Situation

_MIB = 2**20
_AN_HOUR = 6
_STEPS = 30 * _AN_HOUR
_WHO = {"namespace": "shop", "workload": "cart", "container": "app"}
_OWNER = "namespace_pod:leakwatch_owner:info"
# 6 MiB an hour; the sample of the hour h is of 100 + 6 h MiB.
_BASE, _STEP = 100 * _MIB, 6 * _MIB // _AN_HOUR


def _labels(pod: str = "cart-0", more: str = "") -> str:
    return f'{{namespace="shop",pod="{pod}",container="app"{more}}}'


def _rising(start: int = _BASE, step: int = _STEP, steps: int = _STEPS) -> str:
    return f"{start}+{step}x{steps}"


def _pod(
    memory: str = _rising(),
    pod: str = "cart-0",
    *,
    cache: str = "0x1100",
    started: str = "0x1100",
    cpu: str = "0+30x1100",
) -> dict[str, str]:
    """The series of one container. memory: its rss, and its working set beside cache that is none of it."""
    who = _labels(pod)
    return {
        f"container_memory_rss{who}": memory,
        f"container_memory_working_set_bytes{who}": memory,
        f"container_memory_cache{who}": cache,
        f"container_start_time_seconds{who}": started,
        f"container_cpu_usage_seconds_total{who}": cpu,
        f'{_OWNER}{{namespace="shop",pod="{pod}",workload="cart",workload_type="Deployment"}}': "1x1100",
    }


def _limited(mebibytes: int) -> dict[str, str]:
    return _pod() | {f"kube_pod_container_resource_limits{_labels(more=_MEMORY)}": f"{mebibytes * _MIB}x{_STEPS}"}


def _twice(series: Mapping[str, str]) -> dict[str, str]:
    """As two kubelets, or two scrapes, tell of it."""
    return {
        name.replace("{", f'{{instance="{instance}",'): values
        for name, values in series.items()
        for instance in "ab"
        if not name.startswith(_OWNER)
    } | {name: values for name, values in series.items() if name.startswith(_OWNER)}


_MEMORY = ',resource="memory",unit="byte"'
_GROWS = (Fired(_WHO, "shop/cart (app) grows by 6MiB an hour, in 6 hours as in a day."),)
_SCANNED = names.SCAN_LAST_SUCCESS.name + '{job="leakwatch"}'
_FLAT = f"{_BASE}x{_STEPS}"
# Twice as much in the second half of each day, and CPU with it.
_DAY = " ".join(f"{_BASE}x{12 * _AN_HOUR - 1} {2 * _BASE}x{12 * _AN_HOUR - 1}" for _ in range(2))


def _leak(name: str, series: Mapping[str, str], fires: tuple[Fired, ...] = (), at: str = "30h") -> Situation:
    return Situation(name, names.MEMORY_LEAK, series, at, fires, "10m")


_LEAKS = (
    _leak("it grows steadily", _pod(), _GROWS),
    _leak("two scrapes tell of it", _twice(_pod()), _GROWS),
    _leak(
        "one replica of three grows, and the others do not",
        _pod() | _pod(_FLAT, "cart-1") | _pod(_FLAT, "cart-2"),
        _GROWS,
    ),
    _leak(
        "a scrape failed half a day ago, and just now",
        _pod(f"{_rising(steps=18 * _AN_HOUR - 1)} _ {_rising(_BASE + _STEP * 109, steps=70)} _"),
        _GROWS,
    ),
    _leak(
        "kernel memory grows, and rss does not",
        _pod() | {f"container_memory_rss{_labels()}": _FLAT},
        _GROWS,
    ),
    _leak("it has grown for a week", _pod(_rising(steps=174 * _AN_HOUR)), _GROWS, "174h"),
    _leak("the service has not scanned for two hours", _pod() | {_SCANNED: f"{28 * 3600}x{_STEPS}"}, _GROWS),
    _leak(
        "the service of another cluster scans", _pod() | {_SCANNED.replace("{", '{cluster="b",'): "0+600x200"}, _GROWS
    ),
    _leak("the service scans", _pod() | {_SCANNED: "0+600x200"}),
    _leak("it is level", _pod(_FLAT)),
    _leak("page cache grows", _pod(cache=_rising(0)) | {f"container_memory_rss{_labels()}": _FLAT}),
    _leak("a collector's saw over a level floor", _pod(" ".join([f"{_BASE}+{_STEP * 4}x17"] * 10))),
    _leak("it grows by less than is too much", _pod(_rising(step=_STEP // 20))),
    _leak("it grows by little, against its level", _pod(_rising(2000 * _MIB))),
    _leak(
        "it levelled off ten hours ago", _pod(f"{_rising(steps=20 * _AN_HOUR)} {_BASE + _STEP * 120}x{10 * _AN_HOUR}")
    ),
    _leak(
        "a cache that fills, more slowly by and by",
        _pod(f"{_rising(step=2 * _STEP, steps=20 * _AN_HOUR)} {_rising(_BASE + 240 * _STEP, _STEP // 4)}"),
    ),
    _leak("a step three hours ago", _pod(f"{_BASE}x{27 * _AN_HOUR} {2 * _BASE}x{3 * _AN_HOUR}")),
    _leak("a step ten hours ago", _pod(f"{_BASE}x{20 * _AN_HOUR} {2 * _BASE}x{10 * _AN_HOUR}")),
    _leak("as high at this hour of yesterday", _pod(_DAY), at="42h"),
    _leak(
        "CPU has risen as much since yesterday",
        _pod(cpu=f"0+30x{20 * _AN_HOUR} 3630+90x{10 * _AN_HOUR}"),
    ),
    _leak("a deploy twenty hours ago", _pod(f"_x{10 * _AN_HOUR} {_rising()}", "cart-1", started="36000x1100")),
    _leak(
        "it was restarted in place ten hours ago",
        _pod(started=f"0x{20 * _AN_HOUR} 72000x{10 * _AN_HOUR}"),
    ),
    _leak("replicas become more", _pod(_FLAT) | _pod(f"_x{12 * _AN_HOUR} {_FLAT}", "cart-1")),
    _leak(
        "a week's swing: as high as a week ago",
        _pod(f"{3 * _BASE}x{24 * _AN_HOUR} {_BASE}x{5 * 24 * _AN_HOUR} {_rising(steps=30 * _AN_HOUR)}"),
        at="174h",
    ),
    _leak("nothing is told of the container's start", {k: v for k, v in _pod().items() if "start_time" not in k}),
)
_IN_18_HOURS = Fired(_WHO, "shop/cart (app) is expected to be OOM-killed in 18h 20m 0s, as it has grown for a day.")
_IN_2_HOURS = Fired(_WHO, "shop/cart (app) is expected to be OOM-killed in 2h 40m 0s, as it has grown for a day.")
_LIMITS = (
    *(
        Situation(name, alert, series, "30h", fires, "10m")
        for name, alert, series, fires in (
            ("in 18 hours", names.MEMORY_LIMIT_WITHIN_24H, _limited(384), (_IN_18_HOURS,)),
            ("two scrapes tell of it", names.MEMORY_LIMIT_WITHIN_24H, _twice(_limited(384)), (_IN_18_HOURS,)),
            ("in 40 hours", names.MEMORY_LIMIT_WITHIN_24H, _limited(512), ()),
            ("no limit", names.MEMORY_LIMIT_WITHIN_24H, _pod(), ()),
            (
                "a limit that only cAdvisor tells",
                names.MEMORY_LIMIT_WITHIN_24H,
                _pod() | {f"container_spec_memory_limit_bytes{_labels()}": f"{384 * _MIB}x{_STEPS}"},
                (_IN_18_HOURS,),
            ),
            (
                "cAdvisor says that there is no limit",
                names.MEMORY_LIMIT_WITHIN_24H,
                _pod() | {f"container_spec_memory_limit_bytes{_labels()}": f"0x{_STEPS}"},
                (),
            ),
            ("the service scans", names.MEMORY_LIMIT_WITHIN_24H, _limited(384) | {_SCANNED: "0+600x200"}, ()),
            ("in two hours and a half", names.MEMORY_LIMIT_WITHIN_4H, _limited(290), (_IN_2_HOURS,)),
            ("in 18 hours", names.MEMORY_LIMIT_WITHIN_4H, _limited(384), ()),
            (
                "close under its limit, and level",
                names.MEMORY_LIMIT_WITHIN_4H,
                _limited(101) | _pod(_FLAT),
                (),
            ),
            ("the service scans", names.MEMORY_LIMIT_WITHIN_4H, _limited(290) | {_SCANNED: "0+600x200"}, ()),
        )
    ),
)


def _killed(restarts: str, reason: str = "1x200", created: str = "0x200", cause: str = "OOMKilled") -> dict[str, str]:
    terminated = f'kube_pod_container_status_last_terminated_reason{_labels(more=f""",reason="{cause}" """.strip())}'
    return {
        f"kube_pod_container_status_restarts_total{_labels()}": restarts,
        terminated: reason,
        'kube_pod_created{namespace="shop",pod="cart-0"}': created,
        f'{_OWNER}{{namespace="shop",pod="cart-0",workload="cart",workload_type="Deployment"}}': "1x200",
    }


_LOOPS = Fired(_WHO, "shop/cart (app) was restarted 4 times within a day, the last time because it was OOM-killed.")
_IN_LOOPS = tuple(
    Situation(name, names.CONTAINER_OOM_LOOP, series, "30h", fires, "10m")
    for name, series, fires in (
        ("every six hours", _killed("7x50 8x35 9x35 10x35 11x21"), (_LOOPS,)),
        ("two of kube-state-metrics tell of it", _twice(_killed("7x50 8x35 9x35 10x35 11x21")), (_LOOPS,)),
        ("a pod of two hours", _killed("_x168 1x3 2x3 4x5", "_x168 1x12", "_x168 100800x12"), (_LOOPS,)),
        (
            "a pod that was created anew under its name, and had more restarts before",
            _killed("50x100 0x10 4x69", created="0x100 60000x79"),
            (_LOOPS,),
        ),
        (
            "nothing was scraped half an hour, a day ago",
            _killed("7x33 _x3 7x50 11x100"),
            (_LOOPS,),
        ),
        ("twice a day", _killed("7x100 8x40 9x40"), ()),
        ("it crashes, and is not OOM-killed", _killed("7x50 11x130", cause="Error"), ()),
        ("it crashes, and was OOM-killed before that", _killed("7x50 11x130", "1x50 0x130"), ()),
        ("it was killed days ago", _killed("90x180"), ()),
        ("it was killed days ago, and kube-state-metrics is new", _killed("_x150 90x30", created="-200000x180"), ()),
        ("it has never restarted", _killed("0x180", reason="_x180"), ()),
    )
)
SITUATIONS = (*_LEAKS, *_LIMITS, *_IN_LOOPS)
