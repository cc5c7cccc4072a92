"""What the pack of accepted growth must make of a workload's floor. Pure."""

from collections.abc import Mapping

from alert_rules import conventions as names
from alert_rules.pack import Fired, Situation

_MIB = 2**20
_WHO = {"namespace": "shop", "workload": "cart", "container": "app"}
_OF_WORKLOAD = '{namespace="shop",workload="cart",container="app"}'
_OF_POD = '{namespace="shop",pod="cart-0",container="app"}'
_LEVEL = {f"{names.ACCEPTED_LEVEL}{_OF_WORKLOAD}": f"{200 * _MIB}x20"}
_LIMIT = {
    f"{names.MEMORY_LIMIT}{_OF_POD}": f"{400 * _MIB}x20",
    f'{names.POD_OWNER}{{namespace="shop",pod="cart-0",workload="cart",workload_type="Deployment"}}': "1x20",
}
_SCANNED = {names.SCAN_LAST_SUCCESS.name + '{job="leakwatch"}': "0+300x20"}


def _floor(mebibytes: int, of: str = _OF_WORKLOAD) -> dict[str, str]:
    return {f"{names.WORKLOAD_FLOOR}{of}": f"{mebibytes * _MIB}x20"}


def _stands_at(mebibytes: int) -> tuple[Fired, ...]:
    return (Fired(_WHO, f"shop/cart (app) stands at {mebibytes}MiB, which nobody has judged yet."),)


def _beyond(name: str, series: Mapping[str, str], fires: tuple[Fired, ...] = ()) -> Situation:
    return Situation(name, names.BEYOND_ACCEPTED, series, "90m", fires, "5m")


SITUATIONS = (
    _beyond("more than half of the room to the limit is gone", _LEVEL | _LIMIT | _floor(310), _stands_at(310)),
    _beyond("more than half as much again, where there is no limit", _LEVEL | _floor(310), _stands_at(310)),
    _beyond("half of the room to the limit is left", _LEVEL | _LIMIT | _floor(290)),
    _beyond("as much as was accepted", _LEVEL | _floor(200)),
    _beyond(
        "a scrape fails", _LEVEL | {f"{names.WORKLOAD_FLOOR}{_OF_WORKLOAD}": f"{310 * _MIB}x16 _x4"}, _stands_at(310)
    ),
    _beyond("nothing was accepted of it", _floor(900)),
    _beyond(
        "another container of the workload",
        _LEVEL | _floor(900, _OF_WORKLOAD.replace('"app"', '"proxy"')),
    ),
    _beyond("the service scans, and heeds it itself", _LEVEL | _floor(310) | _SCANNED),
    _beyond("the floor is not recorded", _LEVEL | _LIMIT),
)
