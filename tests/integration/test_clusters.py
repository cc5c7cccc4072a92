"""Several clusters, each with a Prometheus of its own, in one scan; and a shard sent to another process."""

import pickle
import subprocess
import sys
import threading
import time

import pytest
import yaml

from app.errors import ScanAbandoned, SourceUnreachable
from app.prometheus.recording.demo import demo_recording
from app.prometheus.source import Control
from app.scanning.clusters import make_scan, side_by_side
from app.scanning.service import make_perform
from app.scanning.shard import Shard, look
from app.settings import load_settings
from demo.load import load
from tests.support.servers import dripping_server, free_port, running_prometheus

HASTY = {"gone_after": "1s", "resolve_after_scans": 1, "prometheus_retries": 0, "history": "0s"}
DRIPPING = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"


def _clusters(**urls):
    return [{"name": name, "prometheus_url": url} for name, url in urls.items()]


def _nobody():
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture
def configured(tmp_path):
    """The path of a file that names these clusters."""

    def write(**urls):
        file = tmp_path / "leakwatch.yaml"
        file.write_text(yaml.safe_dump({"clusters": _clusters(**urls)}))
        return file

    return write


def _leaks(done, cluster):
    return {one["workload"]["name"] for one in done.document["findings"] if one["cluster"] == cluster}


def test_two_clusters_are_one_scan_of_both(leakwatch, demo_prometheus, configured):
    config = configured(eu=demo_prometheus.url, us=demo_prometheus.url)
    done = leakwatch("scan", "-o", "json", config=config, **HASTY)
    scan = done.document["scan"]
    assert (done.status, scan["complete"], scan["containers"]) == (0, True, 64)
    assert [(one["name"], one["complete"], one["containers"]) for one in scan["clusters"]] == [
        ("eu", True, 32),
        ("us", True, 32),
    ]
    assert _leaks(done, "eu") == _leaks(done, "us") != set()
    assert len({one["fingerprint"] for one in done.document["findings"]}) == len(done.document["findings"])
    listed = leakwatch("incidents", "list", "-o", "json").document["incidents"]
    assert {one["cluster"] for one in listed} == {"eu", "us"}


def test_one_of_them_alone(leakwatch, demo_prometheus, configured):
    config = configured(eu=demo_prometheus.url, us=_nobody())
    done = leakwatch("scan", "--cluster", "eu", "-o", "json", "--no-store", config=config, **HASTY)
    assert (done.status, [one["name"] for one in done.document["scan"]["clusters"]]) == (0, ["eu"])


def test_a_cluster_whose_prometheus_is_killed_keeps_its_incidents_and_the_others_are_whole(
    leakwatch, demo_prometheus, configured, tmp_path
):
    with running_prometheus(tmp_path / "prometheus") as us:
        load(demo_recording(), us.url, time.time())
        config = configured(eu=demo_prometheus.url, us=us.url)
        assert leakwatch("scan", config=config, **HASTY).status == 0
        before = leakwatch("incidents", "list", "-o", "json").document["incidents"]
        us.process.stop(9)
        done = leakwatch("scan", "-o", "json", config=config, **HASTY)
    scan = done.document["scan"]
    eu_told, us_told = scan["clusters"]
    assert (done.status, scan["complete"], eu_told["complete"], us_told["complete"]) == (0, False, True, False)
    assert us_told["problems"][0]["code"] == "cluster_unread"
    assert "us: " in scan["problems"][-1]["text"]
    after = leakwatch("incidents", "list", "--all", "-o", "json").document["incidents"]
    assert {one["cluster"] for one in before} == {"eu", "us"}
    assert {(one["fingerprint"], one["state"]) for one in after} == {
        (one["fingerprint"], one["state"]) for one in before
    }


def test_a_table_says_of_which_cluster_a_leak_is(leakwatch, demo_prometheus, configured):
    config = configured(eu=demo_prometheus.url, us=_nobody())
    done = leakwatch("scan", "--no-store", config=config, **HASTY)
    assert "eu: shop/cart" in done.out
    assert "note: us: " in done.out


def _settings(**urls):
    return load_settings(clusters=_clusters(**urls), **HASTY)


def test_where_none_can_be_read_the_scan_fails():
    with pytest.raises(SourceUnreachable, match="none of 2 clusters could be read"):
        make_scan(_settings(eu=_nobody(), us=_nobody()))(Control())


def test_one_that_takes_all_the_time_leaves_the_others_time_to_be_recorded(demo_prometheus):
    with dripping_server(DRIPPING, b"1\r\n \r\n") as slow:
        control = Control(deadline=time.monotonic() + 20.0)
        report = make_scan(_settings(eu=demo_prometheus.url, us=slow))(control)
        control.check()
    assert [(one.cluster, one.report is not None) for one in report.shards] == [("eu", True), ("us", False)]
    assert "ran out of time" in report.shards[1].error


def test_a_scan_that_is_told_to_stop_stops_all_of_them():
    with dripping_server(DRIPPING, b"1\r\n \r\n") as slow:
        control = Control()
        threading.Timer(0.5, control.cancelled.set).start()
        with pytest.raises(ScanAbandoned, match="stopped"):
            make_scan(_settings(eu=slow, us=slow))(control)


def test_progress_adds_up(demo_prometheus):
    told = []
    control = Control(progress=lambda done, total: told.append((done, total)))
    make_scan(_settings(eu=demo_prometheus.url, us=demo_prometheus.url))(control)
    assert (told[-1], max(total for _, total in told)) == ((64, 64), 64)


def test_a_shard_looked_at_in_another_process_finds_the_same(demo_prometheus, tmp_path):
    settings = load_settings(prometheus_url=demo_prometheus.url, cluster="eu", prometheus_token="s3cret", **HASTY)
    shard = Shard(settings, ("shop", "data"), time.time() - 600.0)
    (tmp_path / "shard").write_bytes(pickle.dumps(shard))
    program = (
        "import pathlib, pickle, sys\n"
        "from app.scanning.shard import look\n"
        "shard = pickle.loads(pathlib.Path(sys.argv[1]).read_bytes())\n"
        "sys.stdout.buffer.write(pickle.dumps(look(shard)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "shard")], capture_output=True, check=True, timeout=120
    )
    there, here = pickle.loads(done.stdout), look(shard)
    assert (there.cluster, there.report.findings) == ("eu", here.report.findings)
    assert {one.identity.namespace for one in there.report.findings} == {"shop", "data"}
    assert there.report.samples > 0


def test_shards_by_namespace_find_together_what_one_scan_finds(demo_prometheus):
    settings = load_settings(prometheus_url=demo_prometheus.url, **HASTY)
    end = time.time() - 600.0
    whole = make_perform(settings, end)(Control())
    spaces = sorted({one.identity.namespace for one in whole.findings})
    parts = side_by_side([Shard(settings, (name,), end) for name in spaces], 2, Control())
    found = [finding for part in parts for finding in part.report.findings]
    assert sorted(found, key=lambda one: one.fingerprint) == sorted(whole.findings, key=lambda one: one.fingerprint)
