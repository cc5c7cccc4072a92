"""Files in memory: page cache that ends in OOM kills, and page cache that only stands at the limit."""

import numpy as np
import pytest

from detectors.judge import judge
from detectors.judgement import MemoryKind, Verdict
from tests.support.panels import MIB, START, hours, noise, panel_of

T = hours(24)
LIMIT = 300 * MIB


def _judged(cached, killed, lasts=3.0):
    """Lives of so many hours; bytes of page cache by age (0 to 1) beside 60 MiB; what the kubelet says of each end."""
    life = np.floor(T / lasts)
    age = (T - life * lasts) / lasts
    panel = panel_of(
        [60 * MIB + noise(T.size, 0.3 * MIB)],
        cache=[cached(age)],
        start_time=[START + life * lasts * 3600],
        oom_killed=[np.where(life > 0, killed, np.nan)],
        limit=LIMIT,
    )
    return judge(panel)[0]


def _climbs(age):
    return 10 * MIB + 225 * MIB * age


def test_page_cache_that_climbs_to_each_kill_counts():
    judged = _judged(_climbs, killed=1.0)
    assert judged.verdict is Verdict.LEAK
    assert judged.memory_kind is MemoryKind.PAGE_CACHE
    assert judged.reasons[0].code == "oom_loop"
    assert judged.growth_bytes_per_hour == pytest.approx(75 * MIB, rel=0.15)


@pytest.mark.parametrize(
    ("cached", "killed"),
    [
        (_climbs, 0.0),
        (_climbs, np.nan),
        (lambda age: 0.2 * _climbs(age), 1.0),
        (lambda age: 10 * MIB + 225 * MIB * np.minimum(age / 0.3, 1.0), 1.0),
    ],
    ids=[
        "restarted for another reason",
        "nobody says why",
        "killed far from the limit, by a burst",
        "it had stood at the limit for long, until a burst",
    ],
)
def test_page_cache_that_no_kill_shows_to_be_kept_does_not(cached, killed):
    assert _judged(cached, killed).verdict is not Verdict.LEAK


def test_one_kill_shows_nothing_yet():
    assert _judged(_climbs, killed=1.0, lasts=13.0).verdict is not Verdict.LEAK
