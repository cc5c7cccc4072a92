"""What is kept of a scan, and what becomes of it when files are torn, foreign, shared or old."""

import os

import numpy as np
import pytest

from app.prometheus.source import Control
from app.prometheus.window.incremental import IncrementalSource
from tests.support.samples import SampleSource
from tests.support.windows import FIRST, NEXT, STEP, WHOLE, asked_next, remembering, request, scanned, some_pods, times


def _pages(folder):
    return sorted(folder.glob("*/*.pages"))


def _cut(file):
    file.write_bytes(file.read_bytes()[:-100])


def _flip(file):
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)


def _flip_header(file):
    data = bytearray(file.read_bytes())
    data[60] ^= 1
    file.write_bytes(data)


def _age(file):
    data = bytearray(file.read_bytes())
    data[8] += 1
    file.write_bytes(data)


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (_cut, "cut short"),
        (_flip, "checksum"),
        (_flip_header, "was changed"),
        (_age, "another version"),
        (lambda file: file.write_bytes(b"leak"), "cut short"),
        (lambda file: file.write_bytes(b""), None),
        (lambda file: file.unlink(), None),
    ],
    ids=["torn", "bit rot", "bit rot in the header", "another version", "a stump", "empty", "removed"],
)
def test_what_cannot_be_used_is_read_anew_and_said(harm, says, tmp_path):
    asked, said = asked_next(some_pods("api-0", "web-0"), tmp_path, before=lambda: harm(_pages(tmp_path)[0]))
    assert asked == [WHOLE]
    assert [says in text for text in said] == ([True] if says else [])


def test_without_the_page_it_builds_on_the_newest_is_no_use(tmp_path):
    stored = some_pods("api-0", "web-0")
    scanned(remembering(SampleSource(stored, now=FIRST - STEP), tmp_path), FIRST - STEP)

    def lose_the_first():
        first, second = _pages(tmp_path)
        assert ("whole" in first.name, "recent" in second.name) == (True, True)
        first.unlink()

    asked, _ = asked_next(stored, tmp_path, before=lose_the_first)
    assert asked == [WHOLE]


def test_a_scan_that_is_killed_leaves_what_was_kept_before(tmp_path):
    stored = some_pods("api-0", "web-0")

    def die_in_the_middle():
        source = remembering(SampleSource(stored, now=FIRST + STEP), tmp_path)
        plan = source.plan(request(FIRST + STEP), Control())
        source.read(plan, plan.batches[0], Control())
        source._store.close()  # what the kernel does with its lock

    asked, said = asked_next(stored, tmp_path, before=die_in_the_middle)
    assert (asked[0][0], said) == (17, [])
    assert list(tmp_path.glob("*/*.unfinished")) == []


@pytest.mark.parametrize(
    ("url", "more"),
    [
        ("http://other:9090", {}),
        ("http://prometheus:9090", {"selector": 'pod!="x"'}),
        ("http://prometheus:9090", {"namespaces": ("shop",)}),
        ("http://prometheus:9090", {"cluster": "eu"}),
    ],
    ids=["server", "selector", "namespaces", "cluster"],
)
def test_of_another_scan_nothing_is_used(url, more, tmp_path):
    stored = some_pods("api-0", "web-0")
    scanned(remembering(SampleSource(stored, now=FIRST), tmp_path), FIRST)
    inner = SampleSource(stored, now=NEXT)
    scanned(IncrementalSource(inner, tmp_path, {"url": url}, 600.0), NEXT, **more)
    assert inner.asked == [WHOLE]


def test_of_two_at_once_the_second_reads_all_anew(tmp_path):
    stored = some_pods("api-0", "web-0")
    scanned(remembering(SampleSource(stored, now=FIRST), tmp_path), FIRST)
    first = remembering(SampleSource(stored, now=NEXT), tmp_path)
    first.plan(request(NEXT), Control())
    inner = SampleSource(stored, now=NEXT)
    plan, _ = scanned(remembering(inner, tmp_path), NEXT)
    first.close()
    assert (inner.asked, plan.problems[0].text) == (
        [WHOLE],
        "another process scans the same, and keeps its window: all was read anew",
    )


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path):
    folder = tmp_path / "file"
    folder.write_text("")
    plan, (reading,) = scanned(remembering(SampleSource(some_pods("api-0")), folder), FIRST)
    assert (reading.panel.rows, plan.problems[0].code) == (1, "window_not_kept")


def test_a_disk_that_is_full_costs_only_time(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("app.prometheus.window.store.write_page", full)
    _, (reading,) = scanned(remembering(SampleSource(some_pods("api-0")), tmp_path), FIRST)
    assert "No space left on device" in reading.problems[0].text
    assert _pages(tmp_path) == []


def _size(folder):
    return sum(file.stat().st_size for file in folder.glob("*/*"))


def test_the_folder_does_not_grow_from_scan_to_scan(tmp_path):
    stored = some_pods("api-0", "web-0", at=times(0, 400))
    sizes = []
    for end in FIRST + STEP * np.arange(0.0, 200.0, 2.0):
        scanned(remembering(SampleSource(stored, now=end), tmp_path), end)
        sizes.append(_size(tmp_path))
    assert max(sizes) < 2.5 * sizes[0]


def test_what_left_the_cluster_leaves_the_folder(tmp_path):
    many = some_pods("api-0", *(f"web-{number}" for number in range(20)), at=times(0, 62))
    stored = [*many, *some_pods("left-0")]
    for minute in range(0, 120, 5):
        end = FIRST + minute * STEP
        scanned(remembering(SampleSource(stored, now=end), tmp_path), end)
        if minute == 0:
            before = _size(tmp_path)
    assert _size(tmp_path) < before / 4


def test_a_folder_that_nobody_uses_any_more_is_removed(tmp_path):
    scanned(remembering(SampleSource(some_pods("api-0")), tmp_path), FIRST)
    (old,) = tmp_path.iterdir()
    os.utime(old / "lock", (0, 0))
    scanned(IncrementalSource(SampleSource(some_pods("api-0")), tmp_path, {"url": "http://new"}, 600.0), FIRST)
    assert old not in list(tmp_path.iterdir())
    assert len(list(tmp_path.iterdir())) == 1
