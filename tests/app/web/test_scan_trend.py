"""The small charts of how scans have gone."""

from app.domain.scan import ScanSpan, ScanState
from app.web.scan_trend import HEIGHT, WIDTH, trends


def span(number, seconds, samples=None, **more):
    plain = {"state": ScanState.SUCCEEDED, "complete": True}
    cost = None if samples is None else {"queries": 1, "samples": samples, "bytes": 0, "seconds": 1}
    return ScanSpan(id=number, seconds=seconds, cost=cost, **(plain | more))


def duration_of(*spans):
    return trends(spans)[0]


def test_the_newest_is_at_the_right_and_the_longest_fills_the_height():
    told = duration_of(span(2, 10.0), span(1, 40.0))
    older, newer = told.bars
    assert older.x < newer.x
    assert told.width - WIDTH < newer.x < newer.x + newer.width < told.width
    assert (older.height, newer.height) == (HEIGHT, HEIGHT / 4)
    assert newer.y + newer.height == HEIGHT


def test_it_says_the_last_the_usual_and_the_most():
    told = duration_of(span(3, 10.0), span(2, 50.0), span(1, 20.0))
    assert (told.last, told.usual, told.most) == ("10 s", "20 s", "50 s")


def test_one_that_failed_or_did_not_read_all_is_marked_and_says_so():
    bars = duration_of(span(3, 1.0), span(2, 1.0, complete=False), span(1, 1.0, state=ScanState.FAILED)).bars
    assert [bar.whole for bar in bars] == [False, False, True]
    assert [bar.title for bar in bars[:2]] == ["Scan 1, failed: 1 s", "Scan 2, incomplete: 1 s"]


def test_a_measure_that_is_known_of_fewer_than_two_is_not_shown():
    assert trends([span(1, 1.0, samples=5)]) == []
    assert [one.name for one in trends([span(2, 1.0, samples=5), span(1, 1.0)])] == ["Duration"]


def test_a_scan_of_which_the_cost_is_not_known_keeps_its_place():
    told = trends([span(3, 1.0, samples=5), span(2, 1.0), span(1, 1.0, samples=7)])
    duration, samples = told[0].bars, told[1].bars
    assert [bar.x for bar in samples] == [duration[0].x, duration[2].x]


def test_what_is_nothing_throughout_is_not_shown():
    assert [one.name for one in trends([span(2, 1.0, samples=0), span(1, 1.0, samples=0)])] == ["Duration"]


def test_nothing_among_more_can_be_seen():
    assert all(bar.height > 0 for bar in duration_of(span(2, 0.0), span(1, 9.0)).bars)
