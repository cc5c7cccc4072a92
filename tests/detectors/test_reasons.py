"""What a verdict says for itself, and what it says it was given in spite of."""

import numpy as np
import pytest

from detectors.judge import judge
from detectors.judgement import Verdict
from detectors.options import Options
from detectors.reason_codes import AGAINST_LEAK
from tests.support.panels import MIB, hours, noise, panel_of

T = hours(48)
NOISE = noise(T.size, 0.5 * MIB)


@pytest.mark.parametrize(
    ("memory", "despite"),
    [
        (100 * MIB + 5 * MIB * T + NOISE, []),
        (100 * MIB + 5 * MIB * np.minimum(T, 43.5) + NOISE, ["growth_decays"]),
    ],
    ids=["a leak that goes on", "a leak that has paused for four hours"],
)
def test_a_leak_says_what_spoke_against_it_after_what_speaks_for_it(memory, despite):
    (found,) = judge(panel_of([memory]), Options())
    assert found.verdict is Verdict.LEAK
    against = [one for one in found.reasons if one.code in AGAINST_LEAK]
    assert [one.code for one in against] == despite
    assert list(found.reasons[len(found.reasons) - len(despite) :]) == against
    assert all(one.text.startswith("but ") for one in against)
