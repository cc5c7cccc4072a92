"""One scan for the command line: stored as incidents, or not at all."""

from app.domain.scan import ScanReport
from app.prometheus.source import Control
from app.scanning.clusters import make_scan
from app.scanning.knowing import KnownClusters
from app.scanning.service import PerformHeeding, incident_policy
from app.settings import Settings


def scan_once(settings: Settings, control: Control, *, end: float | None, store: bool) -> ScanReport:
    """Scan once. With `store`, the schema is upgraded where it is our own SQLite file, and findings become incidents.

    Only with `store` is what people said heeded: without it no database is read. Raises LeakwatchError.
    """
    known = KnownClusters()
    try:
        # Of the past a cluster tells nothing: only as it is now can it be asked.
        return _scanned(settings, control, make_scan(settings, end, known=known if end is None else None), store=store)
    finally:
        known.close()


def _scanned(settings: Settings, control: Control, perform: PerformHeeding, *, store: bool) -> ScanReport:
    if not store:
        return perform(control)
    from app.scanning.heeding import heeding  # noqa: PLC0415
    from app.scanning.runner import ScanRunner  # noqa: PLC0415 (the database's libraries, only where they are needed)
    from app.storage.engine import make_engine  # noqa: PLC0415
    from app.storage.schema import check, upgrade  # noqa: PLC0415

    engine = make_engine(settings)
    try:
        if settings.database_url is None:
            upgrade(engine)
        else:
            check(engine)
        return ScanRunner(engine, incident_policy(settings), heeding(perform, engine)).begin("cli", control).execute()
    finally:
        engine.dispose()
