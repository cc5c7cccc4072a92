"""Scans in a database, for pages: one that matters to a test, or some days of them."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Engine

from app.domain.cost import Cost
from app.domain.scan import Problem, ScanRecord, ScanReport, ScanState, Seconds, ShardResult, Window, together
from app.output.document import cost_document, scan_summary
from app.storage import scans
from app.storage.engine import transaction
from app.storage.scans import Outcome
from tests.support.findings import report

MIB = 1024**2


def seen(
    containers: int = 4200, problems: Sequence[Problem] = (), *, cluster: str = "", slow: float = 1.0
) -> ScanReport:
    """What a scan of a fleet of that size reports."""
    now = time.time()
    return replace(
        report(cluster=cluster, problems=tuple(problems), complete=not problems),
        containers=containers,
        workloads=containers // 13,
        samples=containers * 2160,
        window=Window(now - 172_800, now, 300.0),
        seconds=Seconds(0.4 * slow, 12.8 * slow, 3.1 * slow, 0.6 * slow),
        cost=Cost(84, containers * 2200, int(7.5 * MIB * slow), 11.2 * slow),
    )


def record(summary: Mapping[str, Any] | None, **more: Any) -> ScanRecord:
    """A scan that succeeded, with this of its summary."""
    plain: dict[str, Any] = {"id": 1, "trigger": "schedule", "state": ScanState.SUCCEEDED, "started_at": 100.0}
    plain |= {"finished_at": 120.0, "complete": True, "leaks": 0, "error": None}
    return ScanRecord(summary=summary, **(plain | more))


def of_clusters(*results: ShardResult) -> ScanReport:
    """The report on several clusters."""
    return together(results, time.time(), time.time())


def keep_scan(
    engine: Engine,
    result: ScanReport | str | None = None,
    *,
    state: ScanState = ScanState.SUCCEEDED,
    ago: float = 0.0,
    took: float | None = None,
    trigger: str = "schedule",
) -> int:
    """A scan that began so many seconds ago; its id. result: what it reported, or why it failed."""
    began = time.time() - ago
    with transaction(engine) as session:
        number = scans.add(session, trigger, began)
        if state is ScanState.RUNNING:
            return number
        if isinstance(result, str):
            scans.finish(session, number, Outcome(state, began + (took or 30.0), error=result))
            return number
        told = seen() if result is None else result
        spent = told.seconds
        took = spent.plan + spent.read + spent.judge + spent.record if took is None else took
        outcome = Outcome(state, began + took, scan_summary(told), told.complete, 3, cost=cost_document(told.cost))
        scans.finish(session, number, outcome)
    return number


def keep_scans(engine: Engine, count: int) -> None:
    """So many, one each ten minutes until now, of which some could not read all and some failed."""
    for number in range(count):
        ago = 600.0 * (count - number)
        slow = 1 + number % 7 / 10
        match number % 17:
            case 5:
                problems = [
                    Problem("batch_unread", "48 containers could not be read: the server took longer than 30 s")
                ]
                keep_scan(engine, seen(problems=problems, slow=2 * slow), ago=ago)
            case 11:
                keep_scan(engine, "cannot connect to prometheus: connection refused", state=ScanState.FAILED, ago=ago)
            case 14:
                told = of_clusters(
                    ShardResult("eu-1", seen(2100, cluster="eu-1", slow=slow)),
                    ShardResult("us-1", seen(900, cluster="us-1", slow=slow)),
                    ShardResult("ap-1", None, "cannot connect to ap-1: connection refused"),
                )
                keep_scan(engine, told, ago=ago, took=18.0, trigger="api")
            case _:
                keep_scan(engine, seen(4200 + number, slow=slow), ago=ago)
