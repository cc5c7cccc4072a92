"""What a panel refuses: members that do not belong to its rows and subjects."""

from dataclasses import replace

import numpy as np
import pytest

from detectors.panel import Accepted, History
from tests.support.panels import MIB, panel_of

PANEL = panel_of([np.full(48, 100 * MIB), np.full(48, 100 * MIB)])


@pytest.mark.parametrize("rows", [1, 3])
def test_a_history_of_other_rows_is_refused(rows):
    blocks = np.zeros((rows, 4))
    with pytest.raises(ValueError, match=f"the history has {rows} rows, expected 2"):
        replace(PANEL, history=History(1800.0, blocks, blocks))


def test_what_is_accepted_of_too_few_subjects_is_refused():
    with pytest.raises(ValueError, match="of 1 subjects, expected 2"):
        replace(PANEL, accepted=Accepted(np.zeros(1), np.zeros(1)))
