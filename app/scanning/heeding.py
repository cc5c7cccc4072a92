"""Scans that heed what people said of leaks, as it is kept in the database."""

from sqlalchemy import Engine

from app.domain.scan import ScanReport
from app.prometheus.source import Control
from app.scanning.runner import Perform
from app.scanning.service import PerformHeeding
from app.storage import feedback
from app.storage.engine import reading


def heeding(perform: PerformHeeding, engine: Engine) -> Perform:
    """The same scan with the feedback that is in force when it begins. It raises StorageError, too."""

    def heed(control: Control) -> ScanReport:
        with reading(engine) as session:
            said = feedback.in_force(session)
        return perform(control, said)

    return heed
