"""`leakwatch backtest` as a user would run it, on a file and on a real Prometheus."""

import time

import pytest

from app.prometheus.recording.demo import demo_recording
from app.prometheus.source import Control
from app.scanning.backtest_service import Asked, perform_backtest
from app.scanning.service import make_perform
from app.settings import load_settings

DEMO = demo_recording()
LABELS = DEMO.with_suffix(".labels.json")
ON_DEMO = ("backtest", "--recording", DEMO)


def test_on_the_demo_cluster(leakwatch, tmp_path):
    done = leakwatch(*ON_DEMO, "--since", "24h", "--labels", LABELS, "-o", "json")
    assert (done.status, done.err) == (0, "")
    looked, summary = done.document["backtest"], done.document["summary"]
    assert (looked["scans"], looked["containers"], looked["source"]) == (25, 32, "recording")
    assert looked["evaluations_judged"] <= looked["evaluations"]
    assert summary["truth"]["recall"] == 1.0
    assert summary["oom_kills"]["warned"] > 0
    assert list(tmp_path.iterdir()) == []


def test_with_plain_defaults_on_a_short_recording(leakwatch):
    done = leakwatch(*ON_DEMO)
    assert done.status == 0
    assert "█" in done.out
    assert "the recording holds" in done.out


def test_into_a_file(leakwatch, tmp_path):
    done = leakwatch(*ON_DEMO, "--since", "6h", "-o", "csv", "--output-file", tmp_path / "out.csv")
    assert (done.status, done.out) == (0, "")
    assert (tmp_path / "out.csv").read_text().startswith("fingerprint,")


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        ((*ON_DEMO, "--since", "30m"), 2, "--since: 30m is shorter than --every 1h"),
        ((*ON_DEMO, "--since", "soon"), 2, "--since: 'soon' is not a duration"),
        ((*ON_DEMO, "--every", "0s"), 2, "--every: '0s' is no time at all"),
        ((*ON_DEMO, "--every", "1m"), 2, "--every: 1m is finer than the step of 5m"),
        ((*ON_DEMO, "--labels", "none.json"), 2, "--labels: cannot read none.json"),
        ((*ON_DEMO, "--end", "2023-11-15T01:00:00Z"), 2, "--recording: it holds"),
        ((*ON_DEMO, "--output-file", "/no/out"), 2, "--output-file: cannot write"),
        ((*ON_DEMO, "--namespace", "none"), 2, "no container memory"),
        (("backtest",), 2, "nothing to scan"),
        (("backtest", "--recording", "none.parquet"), 2, "cannot be read"),
        (("backtest", "--prometheus-url", "http://127.0.0.1:9"), 1, "cannot connect"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(leakwatch, arguments, status, words):
    done = leakwatch(*arguments, prometheus_retries=0)
    assert (done.status, done.out) == (status, "")
    assert words in done.err
    assert done.err.count("\n") == 1


def test_each_scan_of_a_real_prometheus_said_the_same(demo_prometheus):
    settings = load_settings(prometheus_url=demo_prometheus.url)
    every = 6 * 3600.0
    report = perform_backtest(settings, Asked(24 * 3600.0, every, time.time() - 60), Control())
    assert (report.complete, report.problems) == (True, ())
    for number in range(report.scans):
        scan = make_perform(settings, report.window.end - (report.scans - 1 - number) * every)(Control())
        backtested = {one.identity: one.verdicts[number] for one in report.courses if one.verdicts[number] is not None}
        assert backtested == {one.identity: one.verdict for one in scan.findings}, number


def test_a_server_and_a_recording_of_it_say_the_same(leakwatch, demo_prometheus):
    by_file = leakwatch(*ON_DEMO, "--since", "24h", "-o", "json").document
    asked = ("backtest", "--prometheus-url", demo_prometheus.url, "--since", "24h", "-o", "json")
    by_server = leakwatch(*asked).document
    assert by_server["summary"]["oom_kills"]["total"] == by_file["summary"]["oom_kills"]["total"]
    flagged_at_end = [
        {one["workload"]["name"] for one in document["workloads"] if one["flagged_at_end"]}
        for document in (by_file, by_server)
    ]
    assert flagged_at_end[0] == flagged_at_end[1]


def test_small_batches_say_what_one_large_one_says(leakwatch, demo_prometheus):
    end = str(time.time() - 60)
    asked = ("backtest", "--prometheus-url", demo_prometheus.url, "--since", "12h", "--end", end, "-o", "json")
    assert (
        leakwatch(*asked, prometheus_max_samples=10_000).document["workloads"]
        == leakwatch(*asked).document["workloads"]
    )
