"""What promtool makes of a real TSDB is a recording."""

import subprocess
import time

import pytest

from app.prometheus.recording.demo import demo_recording
from demo.load import load
from tests.support.servers import need, running_prometheus


@pytest.fixture(scope="module")
def tsdb(tmp_path_factory):
    """The folder of a Prometheus that held the demo cluster and was stopped."""
    with running_prometheus(tmp_path_factory.mktemp("dumped")) as server:
        load(demo_recording(), server.url, time.time())
        server.process.stop()
    return server.folder / "data"


@pytest.mark.parametrize("form", ["dump", "dump-openmetrics"])
def test_a_dump_gives_the_full_answer(leakwatch, tsdb, tmp_path, form):
    promtool = need("promtool")
    file = tmp_path / "dump.txt"
    with file.open("wb") as out:
        command = [promtool, "tsdb", form, str(tsdb)]
        done = subprocess.run(command, stdout=out, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0 and b"expected command" in done.stderr:
        pytest.skip(f"this promtool has no `tsdb {form}`")
    assert done.returncode == 0, done.stderr
    by_dump = leakwatch("scan", "--recording", file, "-o", "json", "--no-store", "--all")
    by_file = leakwatch("scan", "--recording", demo_recording(), "-o", "json", "--no-store", "--all")
    assert by_dump.status == 0, by_dump.err
    assert by_dump.leaks == by_file.leaks
    assert {name: one["limit_bytes"] for name, one in by_dump.findings.items()} == {
        name: one["limit_bytes"] for name, one in by_file.findings.items()
    }
