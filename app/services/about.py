"""What the service knows of itself: what it runs on, how it does, and whom it reads and tells."""

import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from sqlalchemy import Engine

from app.domain.scan import ScanRecord
from app.errors import StorageError
from app.scanning.lease import held_by, this_process
from app.services.health import Check, HealthService
from app.services.pushes import LastPush, PushLog
from app.storage import grafana, scans, schema
from app.storage.engine import reading, server_of

GRAFANA = "Grafana"
_LIBRARIES = (
    *("numpy", "scipy", "pyarrow", "sqlalchemy", "psycopg", "fastapi", "starlette", "uvicorn", "pydantic"),
    *("httpx2", "jinja2", "bokeh", "prometheus-client"),
)


@dataclass(frozen=True, slots=True)
class Software:
    """Versions of leakwatch and of what it runs on."""

    leakwatch: str
    python: str
    system: str
    libraries: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Database:
    """server: kind and version; schema: its revision, empty where it does not fit; answered_seconds: how long it took
    to ask it this."""

    server: str
    schema: str
    answered_seconds: float


@dataclass(frozen=True, slots=True)
class Lease:
    """Who scans. holder: in words; until: unix seconds at which it runs out, in the past where nobody scans."""

    holder: str
    is_ours: bool
    until: float


@dataclass(frozen=True, slots=True)
class SourceState:
    """What the last good scan made of one cluster. read_by: the way its series were read, empty where it was not."""

    cluster: str
    read_by: str
    is_complete: bool
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PushState:
    """How one of those who are told of incidents takes it. waiting: what is queued for it, None where nothing is."""

    target: str
    last: LastPush | None
    waiting: int | None

    @property
    def is_well(self) -> bool:
        """Whether the last push went through, if there was one."""
        return self.last is None or self.last.result not in {"failed", "refused"}


@dataclass(frozen=True, slots=True)
class About:
    """All of it. checks: as `/readyz` tells them. What the database did not tell is None or empty."""

    checks: tuple[Check, ...]
    database: Database | None
    lease: Lease | None
    good: ScanRecord | None
    sources: tuple[SourceState, ...]
    pushes: tuple[PushState, ...]


@dataclass(frozen=True, slots=True)
class AboutService:
    """pushes: what this process saw of its pushes; now: the clock, unix seconds."""

    engine: Engine
    health: HealthService
    pushes: PushLog
    now: Callable[[], float] = time.time

    @property
    def started_at(self) -> float:
        """Since when this process runs, unix seconds."""
        return self.health.started_at

    @property
    def replica(self) -> str:
        """This process, in words."""
        return _in_words(this_process())

    def look(self) -> About:
        """How things are now. Never raises for a database that fails: that is then what it tells."""
        checks = self.health.checks()
        try:
            database = self._database()
            with reading(self.engine) as session:
                held, good, waiting = held_by(session), scans.latest_success(session), grafana.waiting(session)
        except StorageError as error:
            return self.without_database(str(error))
        holder = None if held is None else Lease(_in_words(held[0]), held[0] == this_process(), held[1])
        return About(checks, database, holder, good, _sources(good), self._pushes(waiting))

    def without_database(self, why: str) -> About:
        """What can be told while the database cannot be asked, and why that is so."""
        checks = (Check("database", False, why), Check("scans", False, "unknown without the database"))
        return About(checks, None, None, None, (), self._pushes(None))

    def _database(self) -> Database:
        began = time.monotonic()
        with reading(self.engine) as session:
            server = server_of(session)
        answered = time.monotonic() - began
        return Database(server, schema.check(self.engine), answered)

    def _pushes(self, waiting: int | None) -> tuple[PushState, ...]:
        return tuple(
            PushState(target, self.pushes.last(target), waiting if target == GRAFANA else None)
            for target in self.pushes.targets
        )


def software() -> Software:
    """What this process runs on; libraries that are not installed are left out."""
    found = []
    for name in _LIBRARIES:
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            continue
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return Software(version("leakwatch"), python, f"{platform.system()} {platform.machine()}", tuple(found))


def _sources(good: ScanRecord | None) -> tuple[SourceState, ...]:
    if good is None or good.summary is None:
        return ()
    return tuple(
        SourceState(
            cluster=str(one["name"]),
            read_by=str(one["source"] or ""),
            is_complete=bool(one["complete"]),
            problems=tuple(str(problem["text"]) for problem in one["problems"]),
        )
        for one in good.summary.get("clusters", ())
    )


def _in_words(process: str) -> str:
    """A process as a lease names it, `host/.../number/start`, for people."""
    parts = process.split("/")
    return process if len(parts) < 3 else f"{parts[0]}, process {parts[-2]}"
