"""PromQL of the floor of a container's memory and where it leads: what Prometheus alone can say of a leak. Pure.

The floor is the lowest of the last hour, so that collections and bursts leave no trace; what is left when everything
that comes and goes is gone. Its slope is a least-squares line: it believes in straight lines, and in one life of a
container. leakwatch itself is more careful.
"""

from dashboards import queries
from dashboards.model import Options

FLOOR_WINDOW = "1h"
GROWTH_WINDOW = "6h"
_FLOOR_SECONDS = 3600
_KEYS = queries.CONTAINER_KEYS


def floor(options: Options, where: str) -> str:
    """Bytes: the lowest in an hour of what the kernel cannot take back of each container."""
    return f"min_over_time(({queries.non_reclaimable(options, where)})[{FLOOR_WINDOW}:1m])"


def growth(options: Options, where: str) -> str:
    """Bytes a second that the floor grew by over six hours, of containers whose life so far is one."""
    return _only_one_life(f"deriv({_settled(options, where)})", options, where)


def ahead(options: Options, where: str, seconds: int) -> str:
    """Bytes: where the floor will be in so many seconds, if it goes on as in the last six hours."""
    return _only_one_life(f"predict_linear({_settled(options, where)}, {seconds})", options, where)


def time_to_limit(options: Options, where: str) -> str:
    """Seconds until the floor meets the limit; absent where it does not grow, or there is no limit."""
    room = f"({queries.limits(options, where)} - on ({_KEYS}) {floor(options, where)})"
    return f"{room} / on ({_KEYS}) ({growth(options, where)} > 0)"


def age(options: Options, where: str) -> str:
    """Seconds since a container started."""
    return f"time() - {queries.cadvisor(options, 'container_start_time_seconds', where)}"


def _settled(options: Options, where: str) -> str:
    """The floor over the slope's window, without a container's first hour, whose lowest is what it began with."""
    grown = f"{floor(options, where)} and on ({_KEYS}) ({age(options, where)} > {_FLOOR_SECONDS})"
    return f"({grown})[{GROWTH_WINDOW}:5m]"


def _only_one_life(expr: str, options: Options, where: str) -> str:
    """Of containers that run, without those that were restarted within the slope's window: two lives make no line."""
    restarts = queries.selector("kube_pod_container_status_restarts_total", options.kube_state_metrics, where)
    restarted = f"max by ({_KEYS}) (increase({restarts}[{GROWTH_WINDOW}])) > 0"
    return f"({expr} and on ({_KEYS}) ({age(options, where)}) unless on ({_KEYS}) ({restarted}))"
