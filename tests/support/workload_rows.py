"""Judged workloads in a database, for pages: some that matter to a test, or very many."""

import time
from collections.abc import Sequence

import sqlalchemy as sa

from app.domain.finding import Finding
from app.storage import workloads
from app.storage.engine import transaction
from app.storage.tables import VerdictRow
from detectors.judgement import Quantiles, Reason, Verdict
from tests.support.findings import MIB, finding

_TEAMS = ("shop", "payments", "search", "data", "platform", "ads", "identity", "media", "billing", "edge")
_REASONS = (
    ("plateau", "no new high for 12 h"),
    ("growth_decays", "growth that comes to an end describes it better than growth that goes on"),
    ("flat_floor", "the floor changed by 2.0 MiB in 47 h, no more than it varies"),
    ("flat_floor", "the floor changed by 0 B in 47 h, no more than it varies"),
    ("page_cache", "the working set grew 34.1 MiB, all but 8.0 KiB page cache"),
)


def well(name: str, *, growth: float = 0.1 * MIB, reason: tuple[str, str] = _REASONS[0], **more: object) -> Finding:
    """One that does not leak, growing a little, and what is said against."""
    plain: dict[str, object] = {
        "verdict": Verdict.HEALTHY,
        "probability": 0.05,
        "growth_bytes_per_hour": growth,
        "growth_interval": (0.0, 2 * growth),
        "onset_at": None,
        "time_to_limit": None,
        "pods_leaking": 0,
        "restarts": 0,
        "oom_kills": 0,
        "reasons": (Reason(*reason),),
    }
    return finding(name, **{**plain, **more})


def untold(name: str, **more: object) -> Finding:
    """One of which nothing can be told."""
    young = ("too_young", "the longest lifetime seen is 3 h; under 6 h all growth may be warm-up")
    plain: dict[str, object] = {"verdict": Verdict.INSUFFICIENT_DATA, "probability": 0.1, "reason": young}
    return well(name, growth=0.0, **{**plain, **more})


def judged(engine: sa.Engine, *findings: Finding, at: float | None = None) -> None:
    """Keep their verdicts, as a scan of a window that ended then (unix seconds) does; of now, unless told."""
    with transaction(engine) as session:
        workloads.keep(session, findings, 1, time.time() if at is None else at)


def keep_past(engine: sa.Engine, shown: Finding, hours: int) -> None:
    """A line an hour, its memory and growth rising; the last of them an hour ago."""
    now = time.time()
    lines = [
        {
            "fingerprint": shown.fingerprint,
            "at": now - 3600 * ago,
            "scan_id": 1,
            "verdict": "leak" if ago < hours / 2 else "healthy",
            "probability": min(0.99, 0.1 + (hours - ago) / hours),
            "growth_bytes_per_hour": shown.growth_bytes_per_hour * (hours - ago) / hours,
            "current_bytes": shown.current_bytes - 5 * MIB * ago,
        }
        for ago in range(hours, 0, -1)
    ]
    with transaction(engine) as session:
        session.execute(sa.insert(VerdictRow), lines)


def keep_many(engine: sa.Engine, number: int, namespaces: int = 100) -> None:
    """Very many, in all shares; what they are is drawn by their number."""
    found: list[Finding] = [_one(one, namespaces) for one in range(number)]
    for start in range(0, number, 1000):
        judged(engine, *_part(found, start))


def _part(found: Sequence[Finding], start: int) -> Sequence[Finding]:
    return found[start : start + 1000]


def _one(number: int, namespaces: int) -> Finding:
    kind = (number * 7919 + number // namespaces * 131) % 1000
    namespace = number % namespaces
    where = {"namespace": f"{_TEAMS[namespace % len(_TEAMS)]}-{namespace:03d}"}
    name = f"w{number:05d}-checkout-recommendations"
    if kind < 12:
        until = Quantiles(10_000.0, 20_000.0 + 977 * number, 200_000.0 + 977 * number)
        return finding(
            name, **where, probability=0.5 + kind / 25, growth_bytes_per_hour=MIB * (1 + kind**2), time_to_limit=until
        )
    more: dict[str, object] = {**where, "limit_bytes": None if kind % 20 == 7 else 512.0 * MIB}
    if kind < 30:
        return well(name, growth=0.3 * MIB * (kind - 10), probability=0.2 + kind / 150, **more)
    if kind < 60:
        return untold(name, **more)
    reason = _REASONS[kind % len(_REASONS)]
    return well(name, growth=2.0 * MIB * kind / 1000, reason=reason, fully_read=kind % 97 != 0, **more)
