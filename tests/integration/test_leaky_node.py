"""The service of the Compose stack that leaks on demand, run by a real Node.js."""

import json
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.support.servers import answers, free_port, need, start, wait_until

SERVER = Path(__file__).resolve().parents[2] / "demo" / "leaky-node" / "server.js"


@pytest.fixture
def leaky(tmp_path):
    """Its URL."""
    port = free_port()
    process = start([need("node"), str(SERVER)], tmp_path / "log", env={"PORT": str(port)})
    try:
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/healthz"), "it is up")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.stop()


def _call(method, address):
    with urllib.request.urlopen(urllib.request.Request(address, method=method), timeout=10) as answer:
        return json.load(answer)


def test_leaks_when_told_to_and_gives_back_when_told_to(leaky):
    assert _call("GET", f"{leaky}/leak") == {"kib_per_second": 0, "leaked_bytes": 0}
    _call("POST", f"{leaky}/leak?kib_per_second=8192")
    wait_until(lambda: _call("GET", f"{leaky}/leak")["leaked_bytes"] > 4 << 20, "it has leaked")
    assert _call("DELETE", f"{leaky}/leak") == {"kib_per_second": 0, "leaked_bytes": 0}


@pytest.mark.parametrize("rate", ["x", "-1", "1e99", ""])
def test_refuses_a_rate_that_is_none(leaky, rate):
    with pytest.raises(urllib.error.HTTPError) as caught:
        _call("POST", f"{leaky}/leak?kib_per_second={rate}")
    assert caught.value.code == 400
    caught.value.close()


def test_tells_its_memory_as_cadvisor_does(leaky):
    with urllib.request.urlopen(f"{leaky}/metrics", timeout=10) as answer:
        text = answer.read()
    done = subprocess.run([need("promtool"), "check", "metrics"], input=text, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert b'container_memory_rss{namespace="demo",pod="leaky-node-0",container="app"}' in text
