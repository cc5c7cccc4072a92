"""How fast lists of incidents are, among so many, whatever they are filtered and sorted by: `python -m bench.lists`.

On SQLite in a temporary folder, or on the PostgreSQL that LEAKWATCH_DATABASE_URL names, whose tables must be empty.
"""

import argparse
import itertools
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Engine

from app.domain.incident import IncidentFilter
from app.domain.listing import IncidentSort
from app.services.incidents import IncidentService
from app.settings import load_settings
from app.storage.engine import make_engine
from app.storage.schema import upgrade
from app.storage.tables import IncidentRow

_NOW = 1_800_000_000.0
_BATCH = 2000
_PAGE = 50
_STATES = {"resolved": 0.85, "open": 0.1, "acknowledged": 0.05}
_SEVERITIES = {"info": 0.5, "warning": 0.35, "critical": 0.15}
_SERVICES = ("cart", "search", "billing", "mail", "auth", "catalog", "ledger", "media", "edge", "quota")

# Found in all, most, many, few, one, and none.
_FILTERS: dict[str, IncidentFilter] = {
    "none": IncidentFilter(),
    "state": IncidentFilter(states=("open",)),
    "two states": IncidentFilter(states=("open", "acknowledged")),
    "severity": IncidentFilter(severities=("critical",)),
    "state and severity": IncidentFilter(states=("open",), severities=("critical",)),
    "cluster": IncidentFilter(cluster="eu-1"),
    "namespace": IncidentFilter(namespace="team-7"),
    "workload": IncidentFilter(workload="cart-77"),
    "container": IncidentFilter(container="sidecar"),
    "container, states": IncidentFilter(container="sidecar", states=("open", "acknowledged")),
    "revision": IncidentFilter(revision="r00042"),
    "assignee": IncidentFilter(assignee="person-3"),
    "since a day ago": IncidentFilter(since=_NOW - 86_400),
    "since two months ago": IncidentFilter(since=_NOW - 60 * 86_400),
    "until a month ago": IncidentFilter(until=_NOW - 30 * 86_400),
    "text in many": IncidentFilter(text="ar"),
    "text in some": IncidentFilter(text="cart-7"),
    "text in one": IncidentFilter(text="ledger-99999"),
    "text in none": IncidentFilter(text="nowhere"),
    "text, state": IncidentFilter(text="cart", states=("open",)),
}


def main() -> None:
    """Fill a database and print how long a page took, for each filter over all orders."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--incidents", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=5, help="How often each list is asked for.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(load_settings(data_dir=Path(folder)))
        upgrade(engine)
        fill(engine, given.incidents)
        sys.stdout.write(f"{given.incidents:,} incidents on {engine.dialect.name}, pages of {_PAGE}\n")
        for line in report(engine, given.times):
            sys.stdout.write(f"{line}\n")
        engine.dispose()


def fill(engine: Engine, incidents: int) -> None:
    """Make so many incidents, of which most are over. PostgreSQL, as it would by itself, looks how they are spread."""
    rng = random.Random(7)
    numbers = iter(range(incidents))
    while batch := list(itertools.islice(numbers, _BATCH)):
        with engine.begin() as connection:
            connection.execute(sa.insert(IncidentRow), [_incident(rng, number) for number in batch])
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def report(engine: Engine, times: int) -> Iterator[str]:
    """A line for each filter: the median, the 99th percentile and the slowest over all orders, in milliseconds."""
    service = IncidentService(engine)
    service.page(IncidentFilter(), None, _PAGE)
    every: list[float] = []
    yield f"{'filter':<22}{'p50':>8}{'p99':>8}{'worst':>8}  worst order"
    for name, wanted in _FILTERS.items():
        took = [(_milliseconds(service, wanted, order), order.value) for order in IncidentSort for _ in range(times)]
        every += [one for one, _ in took]
        worst, order = max(took)
        mine = sorted(one for one, _ in took)
        yield f"{name:<22}{_at(mine, 0.5):>8.1f}{_at(mine, 0.99):>8.1f}{worst:>8.1f}  {order}"
    every.sort()
    yield f"{'all':<22}{_at(every, 0.5):>8.1f}{_at(every, 0.99):>8.1f}{every[-1]:>8.1f}"


def _milliseconds(service: IncidentService, wanted: IncidentFilter, order: IncidentSort) -> float:
    """A first page and the one after it: the mean."""
    began = time.perf_counter()
    pages = 1
    first = service.page(wanted, None, _PAGE, order)
    if first.next_cursor is not None:
        service.page(wanted, first.next_cursor, _PAGE, order)
        pages = 2
    return 1000 * (time.perf_counter() - began) / pages


def _at(ordered: list[float], share: float) -> float:
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def _incident(rng: random.Random, number: int) -> dict[str, object]:
    state = rng.choices(list(_STATES), list(_STATES.values()))[0]
    severity = rng.choices(list(_SEVERITIES), list(_SEVERITIES.values()))[0]
    opened = _NOW - rng.expovariate(1 / (30 * 86_400))
    updated = min(opened + rng.expovariate(1 / 86_400), _NOW)
    growth = rng.lognormvariate(15, 2)
    limit_at = (
        None if rng.random() < 0.2 else updated + rng.expovariate(1 / (86_400 if severity == "critical" else 1e6))
    )
    workload = f"{rng.choice(_SERVICES)}-{number}" if number % 2 else f"{rng.choice(_SERVICES)}-{number % 3000}"
    return {
        "fingerprint": f"{number:016x}",
        "cluster": rng.choice(("eu-1", "us-1")),
        "namespace": f"team-{rng.randrange(60)}",
        "workload": workload,
        "container": rng.choice(("app", "app", "app", "sidecar")),
        "state": state,
        "severity": severity,
        "suspect": f"r{rng.randrange(20_000):05}" if rng.random() < 0.5 else None,
        "opened_at": opened,
        "updated_at": updated,
        "last_seen_at": updated,
        "last_leak_at": updated,
        "judged_until": updated,
        "window_seconds": 172_800.0,
        "resolved_at": updated if state == "resolved" else None,
        "healthy_streak": 0,
        "occurrences": 1,
        "finding": _finding(rng, workload, growth),
        "version": 1,
        "assignee": f"person-{rng.randrange(20)}" if state == "acknowledged" else None,
        "acknowledged_at": None,
        "acknowledged_by": None,
        "probability": rng.betavariate(8, 2),
        "growth_bytes_per_hour": growth,
        "limit_at": limit_at,
    }


def _finding(rng: random.Random, workload: str, growth: float) -> dict[str, object]:
    """A document as long as those that scans keep."""
    return {
        "workload": {"kind": "Deployment", "name": workload},
        "growth_bytes_per_hour": growth,
        "reasons": [{"code": "rising_floor", "text": f"{rng.random()} " + "the floor rose by 84 MiB; " * 8}] * 4,
    }


if __name__ == "__main__":
    main()
