"""How scores are told."""

import numpy as np

from bench.cases.cases import Cases
from bench.methods.method import Method
from bench.scoreboard import scoreboard
from tests.support.panels import START, hours, panel_of

T = hours(24, 60.0)


def _told(flag):
    killed = np.where(T > 15, 1.0, np.nan)
    starts = START + np.where(T > 15, 15.0, -1.0) * 3600
    panel = panel_of([np.full(T.size, 1e8)] * 2, step=60.0, start_time=[starts] * 2, oom_killed=[killed] * 2)
    cases = Cases("Some", panel, np.array([True, False]), np.full(2, START))
    method = Method("toy", 60.0, lambda panel: np.full(panel.subject.max() + 1, flag))
    return scoreboard(cases, {"toy": method}, "A remark.")


def test_a_section_tells_the_name_the_size_and_the_remark():
    assert _told(flag=True).startswith("## Some\n\n2 workloads, 1 of which leak; 2 pods. A remark.\n\n| method |")


def test_a_row_tells_what_was_flagged_and_how_early():
    assert _told(flag=True).splitlines()[-1].startswith("| toy | 0.50 | 1.00 | 0.67 | 1 of 1 | 9.0 |")


def test_no_lead_is_a_dash():
    assert _told(flag=False).splitlines()[-1].startswith("| toy | 0.00 | 0.00 | 0.00 | 0 of 1 | – |")
