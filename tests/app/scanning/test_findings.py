"""Which revision of a workload runs."""

import numpy as np
import pytest

from app.scanning.findings import running_revision
from tests.support.panels import MIB, hours, panel_of

T = hours(24)
FLAT = np.full(T.size, 100 * MIB)


def _between(first_hour, last_hour):
    return np.where((first_hour <= T) & (last_hour >= T), FLAT, np.nan)


@pytest.mark.parametrize(
    ("pods", "runs"),
    [
        ([(0, 0, 99)], 0),
        ([(0, 0, 12), (1, 12, 99)], 1),
        ([(0, 0, 8), (1, 8, 16), (0, 16, 99)], 0),
        ([(0, 0, 99), (1, 20, 99)], 1),
        ([(0, 0, 99), (1, 8, 16)], 0),
        ([(0, 50, 99), (1, 50, 99)], 1),
    ],
    ids=["the only one", "rolled out", "rolled back", "being rolled out", "given up", "never seen"],
)
def test_the_revision_that_runs(pods, runs):
    panel = panel_of([_between(first, last) for _, first, last in pods], revision=[number for number, _, _ in pods])
    assert running_revision(panel, np.arange(len(pods))) == runs
