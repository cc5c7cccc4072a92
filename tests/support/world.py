"""A fleet whose leaks come and go, phase by phase, and a scan of it: what there is to see is known at each moment.

A phase is ten days of the data's time, and lasts as long as the test wants. Within it each window, two days long, ends
a little later than the one before, and shows one truth alone.
"""

import json
import math
import time
from pathlib import Path

import numpy as np

from app.domain.feedback import NOTHING_SAID, InForce
from app.domain.scan import ScanReport
from app.domain.severity import SeverityPolicy
from app.prometheus.source import Control, ScanRequest
from app.scanning.scan import scan
from detectors.options import Options
from tests.support.panels import MIB
from tests.support.sources import FakeSource

_BEGIN = 1_700_006_400.0
_DAY = 86_400.0
_STEP = 300.0
# Of the clock: how often the data's end moves on by a step.
_TICK_SECONDS = 0.02
ALL = tuple(f"{kind}-{number}" for kind in ("always", "never", "even", "odd", "gone") for number in range(4))


def leaks(name: str, phase: int) -> bool:
    """Whether the workload leaks in that phase."""
    kind = name.partition("-")[0]
    return kind == "always" or (kind in {"even", "gone"} and phase % 2 == 0) or (kind == "odd" and phase % 2 == 1)


def is_there(name: str, phase: int) -> bool:
    """Whether the workload exists in that phase."""
    return not name.startswith("gone") or phase % 2 == 0


def write_phase(file: Path, phase: int) -> None:
    """Begin a phase."""
    new = file.with_suffix(".new")
    new.write_text(json.dumps({"phase": phase, "since": time.time()}))
    new.replace(file)


def perform(file: Path, control: Control, said: InForce = NOTHING_SAID) -> ScanReport:
    """Scan what there is at this moment."""
    world = json.loads(file.read_text())
    phase, begin = world["phase"], _BEGIN + 10 * _DAY * world["phase"]
    end = begin + 2 * _DAY + _STEP * math.floor((time.time() - world["since"]) / _TICK_SECONDS)
    request = ScanRequest(end - 2 * _DAY, end, _STEP)
    hours = (request.grid.times - begin) / 3600.0
    noise = np.random.default_rng(int(end)).normal(0.0, 0.2 * MIB, (len(ALL), hours.size))
    memory = {
        name: 200 * MIB + noise[number] + (5 * MIB * hours if leaks(name, phase) else 0.0)
        for number, name in enumerate(ALL)
        if is_there(name, phase)
    }
    severity = SeverityPolicy(_DAY, 3 * _DAY)
    return scan(FakeSource(memory), request, severity, Options(), control, time.time(), said)
