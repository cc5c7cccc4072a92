"""Scans of a recording as they would have been made while it was recorded, so that what they find has a history."""

import time
from collections.abc import Sequence

from app.prometheus.source import Control
from app.scanning.clusters import make_scan
from app.scanning.heeding import heeding
from app.scanning.runner import ScanRunner
from app.scanning.service import incident_policy
from app.settings import Settings
from app.storage import scans
from app.storage.engine import make_engine, reading
from app.storage.schema import upgrade

TRIGGER = "replay"


def replay(settings: Settings, ends: Sequence[float], now: float) -> None:
    """Scan windows that end so (unix seconds, the earliest first), and keep each scan as one that was made then.

    Moments for which there is a scan already, or a later one, are passed over. Upgrades the database's schema.
    now: unix seconds. Raises LeakwatchError as scans do.
    """
    engine = make_engine(settings)
    try:
        upgrade(engine)
        with reading(engine) as session:
            last = scans.latest_success(session)
        for end in ends:
            if last is not None and end <= last.started_at:
                continue
            perform = heeding(make_scan(settings, end), engine)
            runner = ScanRunner(engine, incident_policy(settings), perform, behind_seconds=now - end)
            control = Control(deadline=time.monotonic() + settings.scan_time_limit)
            runner.begin(TRIGGER, control).execute()
    finally:
        engine.dispose()
