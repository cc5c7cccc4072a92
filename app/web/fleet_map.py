"""The fleet as a map: for each namespace a tile for each container, the worst first, and what is left out."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.domain.fleet import WHOLE, NamespaceShares, Share, Tile
from app.domain.listing import WorkloadSort
from app.domain.workload import WorkloadFilter
from app.services.workloads import WorkloadService
from app.web.figures import relative
from app.web.fleet_query import SHARES
from detectors.words import amount

_MOST_NAMESPACES = 60
_MOST_NAMED = 300
_MOST_TILES = 1200
# From each of these growths on, bytes/hour, a tile is one step fuller.
STEPS = (2.0**16, 2.0**19, 2.0**21, 2.0**23, 2.0**25)


@dataclass(frozen=True, slots=True)
class Block:
    """A namespace on the map. left_out: how many more there are of each share."""

    shares: NamespaceShares
    tiles: tuple[Tile, ...]
    left_out: tuple[tuple[Share, int], ...]


@dataclass(frozen=True, slots=True)
class FleetMap:
    """Blocks, the worst first; further: namespaces without one, up to a number; hidden: how many are not even named."""

    blocks: tuple[Block, ...]
    further: tuple[NamespaceShares, ...]
    hidden: int


def fleet_map(
    service: WorkloadService, wanted: WorkloadFilter, order: WorkloadSort, namespaces: Iterable[NamespaceShares]
) -> FleetMap:
    """The map of what is wanted. Raises StorageError."""
    ranked = sorted((one for one in namespaces if _many(one, wanted.share)), key=lambda one: _rank(one, order))
    shown, further = ranked[:_MOST_NAMESPACES], ranked[_MOST_NAMESPACES:]
    most = _MOST_TILES // max(len(shown), 1)
    places = [(one.cluster, one.namespace) for one in shown]
    tiles: dict[tuple[str, str], list[Tile]] = {place: [] for place in places}
    for tile in service.tiles(wanted, order, places, most) if places else ():
        tiles[tile.identity.cluster, tile.identity.namespace].append(tile)
    blocks = (_block(one, tiles[one.cluster, one.namespace], wanted.share) for one in shown)
    return FleetMap(tuple(blocks), tuple(further[:_MOST_NAMED]), len(further[_MOST_NAMED:]))


def step(bytes_per_hour: float) -> int:
    """How full a tile is."""
    return sum(bytes_per_hour >= least for least in STEPS)


def tile_words(tile: Tile, now: float) -> str:
    """All of a tile in words."""
    share = tile.share
    parts = [f"{tile.identity.workload} / {tile.identity.container}: {SHARES[share.value][0]}"]
    if share is not Share.INSUFFICIENT_DATA:
        parts.append(growth(tile.growth_bytes_per_hour))
        parts.append(
            f"{100 * tile.probability:.0f} % sure" if share is Share.LEAK else f"{100 * tile.probability:.0f} %"
        )
    if tile.limit_at is not None:
        parts.append("limit overdue" if tile.limit_at <= now else f"limit {relative(tile.limit_at - now)}")
    return ", ".join(parts)


def growth(bytes_per_hour: float) -> str:
    """Growth in plain text."""
    return f"{amount(bytes_per_hour)}/h" if abs(bytes_per_hour) >= 1 else "no growth"


def _many(one: NamespaceShares, share: Share | None) -> int:
    return one.total if share is None else one.counts[share]


def _rank(one: NamespaceShares, order: WorkloadSort) -> tuple[bool, float, int, str, str]:
    """The worst first: those with leaks in the order that is asked for, then those with the most suspects."""
    match order:
        case WorkloadSort.LIMIT_SOONEST:
            key = math.inf if one.soonest is None else one.soonest
        case WorkloadSort.MOST_PROBABLE:
            key = -(one.surest or 0.0)
        case _:
            key = -(one.fastest or 0.0)
    return not one.counts[Share.LEAK], key, -one.counts[Share.SUSPECTED], one.cluster, one.namespace


def _block(one: NamespaceShares, tiles: Sequence[Tile], share: Share | None) -> Block:
    if share is not None and share not in WHOLE:
        left = [(share, one.counts[share] - len(tiles))]
    else:
        drawn = Counter(tile.share for tile in tiles)
        left = [(each, one.counts[each] - drawn[each]) for each in WHOLE if share in {None, each}]
    return Block(one, tuple(tiles), tuple((each, number) for each, number in left if number > 0))
