"""What goes wrong while a fleet is read: a scan is whole, or says what it lacks, and no incident closes by it."""

import itertools
import random
import signal
import threading
import time
import tracemalloc

import numpy as np
import pytest

from app.errors import ScanAbandoned, SourceOverloaded, SourceUnreachable, SourceUnusable
from app.prometheus.query_range import QueryRangeSource
from app.prometheus.recording.demo import demo_recording
from app.prometheus.source import Control, ScanRequest
from app.scanning.once import scan_once
from app.scanning.service import make_perform
from app.settings import load_settings
from app.storage.engine import make_engine
from demo.load import Series, load, push
from detectors.judgement import Verdict
from tests.support.kept import all_incidents
from tests.support.proxy import BUSY, HTML, spoiling_proxy
from tests.support.servers import running_prometheus, start

# One healthy scan would close, and absence at once: what stays open, stays open for lack of data.
HASTY = {"gone_after": "1s", "resolve_after_scans": 1, "prometheus_max_samples": 10_000}
START = 1_700_000_100.0


def _settings(url, **more):
    return load_settings(prometheus_url=url, **(HASTY | more))


def _scan(url, control=None, end=None, **more):
    return scan_once(_settings(url, **more), control or Control(), end=end, store=True)


def _scan_before(url):
    """A scan whose window ends earlier than now: only a later one closes what it opened."""
    return _scan(url, end=time.time() - 900)


def _leaks(report):
    return {one.workload.name for one in report.findings if one.verdict is Verdict.LEAK}


def _states():
    engine = make_engine(load_settings())
    try:
        return {one.fingerprint: one.standing.state.value for one in all_incidents(engine)}
    finally:
        engine.dispose()


@pytest.fixture
def proxy(demo_prometheus):
    """A proxy that has let one whole scan through, and the states of the incidents that were opened by it."""
    with spoiling_proxy(demo_prometheus.url) as shown:
        report = _scan_before(shown.url)
        assert report.complete
        shown.asked.clear()
        shown.before, shown.leaks = _states(), _leaks(report)
        assert len(shown.before) == len(shown.leaks) == 10
        yield shown


def _is_read(path):
    return path.endswith(("/query_range", "/read", "/export"))


def test_killed_in_the_middle_and_back_a_few_seconds_later(tmp_path):
    with running_prometheus(tmp_path / "prometheus") as server:
        load(demo_recording(), server.url, time.time())
        first, back, processes = _scan_before(server.url), [], []

        def come_back():
            processes.append(start(list(server.process.handle.args), server.folder / "log-again"))

        def kill_once(done, total):
            if done and not back:
                server.process.stop(signal.SIGKILL)
                back.append(threading.Timer(2.0, come_back))
                back[0].start()

        before = _states()
        try:
            again = _scan(server.url, Control(progress=kill_once), prometheus_retries=8)
        finally:
            back[0].join()
            processes[0].stop(signal.SIGKILL)
    assert again.complete, again.problems
    assert _leaks(again) == _leaks(first)
    assert _states() == before


def test_answers_cut_anywhere_are_asked_for_again(proxy):
    chance = random.Random(4)

    def spoil(number, path, answer):
        return answer.cut(chance.randrange(len(answer.body))) if number % 8 == 1 else answer

    proxy.spoil = spoil
    report = _scan(proxy.url)
    assert (report.complete, _leaks(report)) == (True, proxy.leaks)
    assert _states() == proxy.before


def _failing_reads(fault):
    return lambda number, path, answer: fault(answer) if _is_read(path) else answer


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (lambda answer: answer.cut(len(answer.body) // 2), SourceUnreachable),
        (lambda answer: BUSY, SourceOverloaded),
        (lambda answer: HTML, SourceUnusable),
    ],
    ids=["always cut", "always busy", "a page to sign in"],
)
def test_reads_that_always_fail_end_the_scan_and_change_nothing(proxy, fault, error):
    proxy.spoil = _failing_reads(fault)
    with pytest.raises(error):
        _scan(proxy.url, prometheus_retries=1)
    assert _states() == proxy.before


def test_busy_for_a_while(proxy):
    proxy.spoil = lambda number, path, answer: BUSY if 6 <= number < 14 else answer
    report = _scan(proxy.url, prometheus_retries=6)
    assert (report.complete, _leaks(report)) == (True, proxy.leaks)
    assert _states() == proxy.before


def test_a_page_in_place_of_answers_half_way_ends_the_scan(proxy):
    batches = []
    control = Control(progress=lambda done, total: batches.append(done))
    proxy.spoil = lambda number, path, answer: HTML if len(batches) > 1 else answer
    with pytest.raises(SourceUnusable, match="not Prometheus'"):
        _scan(proxy.url, control)
    assert _states() == proxy.before


def test_too_slow_for_the_time_that_a_scan_has(proxy):
    def wait(number, path, answer):
        if _is_read(path):
            proxy.over.wait(30)
        return answer

    proxy.spoil = wait
    began = time.monotonic()
    with pytest.raises(ScanAbandoned, match="ran out of time"):
        _scan(proxy.url, Control(deadline=time.monotonic() + 2.0))
    assert time.monotonic() - began < 10
    assert _states() == proxy.before


def test_one_batch_that_is_never_answered_makes_the_scan_incomplete(proxy):
    """Not the first, which shows that the server is there, nor two in a row, which would show that it is down."""
    reads = itertools.count(1)

    def spoil(number, path, answer):
        return BUSY if _is_read(path) and next(reads) == 3 else answer

    proxy.spoil = spoil
    report = _scan(proxy.url, prometheus_retries=0)
    assert not report.complete
    assert "batch_unread" in {problem.code for problem in report.problems}
    assert _states() == proxy.before


@pytest.mark.parametrize("ahead", [-600.0, 600.0], ids=["behind", "ahead"])
def test_a_clock_ten_minutes_off(tmp_path, ahead):
    """Of the server that scrapes: what it says is happening now was, or will be."""
    with running_prometheus(tmp_path / "prometheus") as server:
        load(demo_recording(), server.url, time.time() + ahead)
        first = _scan_before(server.url)
        before = _states()
        again = _scan(server.url)
    assert first.complete
    assert again.complete
    assert _leaks(again) == _leaks(first)
    assert len(before) == len(_leaks(first)) >= 9
    assert _states() == before


def _memory(pod, begin_hour, end_hour, growth=0.0, **labels):
    times = START + 60.0 * np.arange(int(begin_hour * 60), int(end_hour * 60))
    base = {"__name__": "container_memory_rss", "namespace": "shop", "pod": pod, "container": "app"}
    noise = np.random.default_rng(0).normal(0, 1e5, times.size)
    return Series(base | labels, times, 1e8 + growth * (times - START) / 3600 + noise)


@pytest.fixture(scope="module")
def fleeting_prometheus(tmp_path_factory):
    """A Prometheus with series that come and go, and labels that nobody would write; they end at START + 24 h."""
    with running_prometheus(tmp_path_factory.mktemp("fleeting")) as server:
        push(
            server.url,
            [
                _memory("stays-0", 0, 24),
                _memory("leaks-0", 0, 24, growth=2e7),
                _memory("ended-0", 0, 6),
                _memory("began-0", 20, 24),
                _memory("passed-0", 10, 11),
                _memory("blinked-0", 12, 12.02),
                _memory("labelled-0", 0, 24, note='"quoted",\n{odd}\\' + "x" * 65_536),
                _memory('odd"\n-0', 0, 24),
                _memory("y" * 65_536, 0, 24),
            ],
        )
        yield server


def _fleeting(server):
    settings = _settings(server.url, lookback="24h", history="0s")
    return make_perform(settings, end=START + 86_400)(Control())


def test_series_that_come_and_go_within_the_window(fleeting_prometheus):
    report = _fleeting(fleeting_prometheus)
    seen = {one.workload for one in report.seen}
    assert {"stays", "leaks", "ended", "began", "passed"} <= seen
    assert report.complete
    verdicts = {one.workload.name: one.verdict for one in report.findings}
    assert verdicts["leaks"] is Verdict.LEAK
    assert verdicts["stays"] is Verdict.HEALTHY
    assert {verdicts[name] for name in ("passed", "began")} == {Verdict.INSUFFICIENT_DATA}


def test_labels_that_nobody_would_write(fleeting_prometheus):
    """A label is let be, however long; a name that nothing in a cluster can have is left out, and that is said."""
    report = _fleeting(fleeting_prometheus)
    verdicts = {one.workload.name: one.verdict for one in report.findings}
    assert verdicts["labelled"] is Verdict.HEALTHY
    (odd,) = (problem.text for problem in report.problems if problem.code == "odd_names")
    assert odd.startswith("2 containers are left out")
    assert all(len(name) < 300 and name.isprintable() for name in verdicts)


MANY = 50_000


@pytest.fixture(scope="module")
def crowded_prometheus(tmp_path_factory):
    """A Prometheus with 50,000 containers in one namespace, of two samples each, and one of another."""
    times = START + np.array([86_100.0, 86_370.0])
    values = np.array([1e8, 1e8])
    with running_prometheus(tmp_path_factory.mktemp("crowded")) as server:
        for first in range(0, MANY, 5000):
            push(server.url, [_of_crowd(number, times, values) for number in range(first, first + 5000)])
        yield server


def _of_crowd(number, times, values):
    pod = f"web{number // 100}-{number % 100}"
    name = {"__name__": "container_memory_rss", "namespace": "crowd", "pod": pod, "container": "app"}
    return Series(name, times, values)


def test_fifty_thousand_containers_in_one_namespace(crowded_prometheus):
    """The plan is cut within the namespace, queries stay small, and so does what is held of a batch."""
    most = 100_000
    request = ScanRequest(START, START + 86_400, 300.0)
    settings = load_settings(prometheus_url=crowded_prometheus.url, prometheus_max_samples=most)
    source, control = QueryRangeSource(settings), Control()
    tracemalloc.start()
    try:
        plan = source.plan(request, control)
        planned, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        readings = [source.read(plan, batch, control) for batch in (plan.batches[0], plan.batches[-1])]
        peak = tracemalloc.get_traced_memory()[1] - planned
    finally:
        tracemalloc.stop()
        source.close()
    assert plan.containers == MANY
    assert max(len(batch.containers) for batch in plan.batches) * plan.grid.steps <= most
    assert all(np.isfinite(one.panel.rss).any(axis=1).all() for one in readings)
    members = 9 * 8 * most
    assert peak < 6 * members
