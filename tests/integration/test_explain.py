"""`leakwatch explain` as its user meets it."""

import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from fcntl import ioctl

import pytest
import yaml

from app.prometheus.recording.demo import demo_recording
from tests.integration.conftest import environment
from tests.support.servers import free_port

DEMO = ("--recording", str(demo_recording()))
CART = ("explain", "shop/cart", *DEMO)
NOBODY = f"http://127.0.0.1:{free_port()}"


def test_a_leak_is_explained_in_a_pipe(leakwatch, tmp_path):
    done = leakwatch(*CART)
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("Deployment shop/cart, container app: leak, ")
    assert "\x1b" not in done.out
    assert "suspect v2, current v2, previous v1" in done.out
    assert "[rising_floor]" in done.out
    plots = [line for line in done.out.splitlines() if "│" in line or "└" in line]
    assert max(map(len, plots)) == 80
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "verdict"),
    [("data/page-cache", "healthy"), ("platform/feature-flags", "insufficient_data")],
)
def test_why_it_was_not_flagged(leakwatch, name, verdict):
    out = leakwatch("explain", name, *DEMO).out
    assert f"container app: {verdict}" in out
    assert "⣿ memory   ━ floor" in out
    assert "\nWhy\n" in out


def test_ascii_is_ascii_and_as_wide_as_asked_for(leakwatch):
    out = leakwatch(*CART, "--ascii", "--width", "60", "--height", "10").out
    assert out.isascii()
    assert max(len(line) for line in out.splitlines() if "|" in line) == 60


def test_an_output_that_takes_no_unicode_gets_ascii():
    command = [sys.executable, "-m", "app.cli", *CART]
    env = environment() | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, capture_output=True, check=False, env=env)
    assert (done.returncode, done.stdout.isascii()) == (0, True)


def _on_a_terminal(arguments, columns, lines, **variables):
    """What the command writes to a terminal of that size."""
    leader, follower = pty.openpty()
    ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    env = {name: value for name, value in environment().items() if name not in {"COLUMNS", "LINES", "NO_COLOR"}}
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli", *arguments],
        stdout=follower,
        stderr=subprocess.DEVNULL,
        stdin=follower,
        env=env | {"TERM": "xterm-256color"} | variables,
    )
    os.close(follower)
    shown = b""
    while True:
        try:
            part = os.read(leader, 65_536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        shown += part
    os.close(leader)
    assert process.wait(60) == 0
    return shown.decode()


@pytest.mark.parametrize(("columns", "lines"), [(60, 24), (80, 24), (120, 40)])
def test_it_fits_the_terminal(columns, lines):
    shown = re.sub(r"\x1b\[[0-9;]*m", "", _on_a_terminal(CART, columns, lines)).splitlines()
    assert max(map(len, shown)) <= columns
    assert max(len(line) for line in shown if "└" in line) == columns
    plot = [line for line in shown if line.startswith("Pod ") or "│" in line or "┤" in line or "└" in line]
    assert len(plot) / 2 + 3 < lines


def test_colours_are_for_terminals_and_for_who_wants_them():
    assert "\x1b[36m" in _on_a_terminal(CART, 80, 24)
    assert "\x1b[36m" not in _on_a_terminal(CART, 80, 24, NO_COLOR="1")


def test_the_document_is_one_document(leakwatch):
    done = leakwatch(*CART, "-o", "json")
    (one,) = done.document["findings"]
    assert one["verdict"] == "leak"
    assert {"figures", "series"} <= set(one)
    steps = {len(pod[name]) for pod in one["series"]["pods"] for name in ("memory", "working_set", "floor", "fit")}
    assert steps == {len(one["series"]["times"])}
    assert yaml.safe_load(leakwatch(*CART, "-o", "yaml").out)["findings"] == done.document["findings"]


def test_output_into_a_file(leakwatch, tmp_path):
    file = tmp_path / "cart.json"
    assert leakwatch(*CART, "-o", "json", "--output-file", file).out == ""
    assert json.loads(file.read_text())["findings"]
    assert leakwatch(*CART, "--output-file", file).status == 0
    assert "⣿ memory" in file.read_text()


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["explain"], 2, "Missing argument 'NAMESPACE/WORKLOAD'"),
        (["explain", "cart", *DEMO], 2, "'cart' is not of the form NAMESPACE/WORKLOAD; write it like shop/cart"),
        (["explain", "shop/crat", *DEMO], 2, "no workload shop/crat in the window; did you mean shop/cart"),
        (["explain", "shpo/cart", *DEMO], 2, "no workload shpo/cart in the window; did you mean shop/cart"),
        ([*CART, "--container", "ap"], 2, "--container: shop/cart has no container ap; did you mean app?"),
        ([*CART, "--end", "2001-01-01T00:00:00Z"], 2, "no container memory between the window's ends"),
        ([*CART, "--pods", "0"], 2, "--pods"),
        ([*CART, "--width", "10"], 2, "--width"),
        ([*CART, "--output", "csv"], 2, "csv"),
        ([*CART, "--output-file", "/nowhere/x"], 2, "--output-file: cannot write /nowhere/x"),
        (["explain", "shop/cart"], 2, "nothing to scan"),
        (["explain", "shop/cart", "--prometheus-url", NOBODY, "--timeout", "5s"], 1, "cannot connect"),
    ],
)
def test_what_is_wrong_is_said_without_a_trace(leakwatch, arguments, status, says):
    done = leakwatch(*arguments, prometheus_retries=0)
    assert (done.status, done.out) == (status, "")
    assert says in " ".join(done.err.replace("│", " ").split())
    assert "Traceback" not in done.err


def test_a_real_prometheus_is_asked_for_one_workload(leakwatch, demo_prometheus):
    done = leakwatch("explain", "shop/cart", "--prometheus-url", demo_prometheus.url, "-o", "json")
    assert done.status == 0, done.err
    assert done.document["scan"]["containers"] == 2
    (one,) = done.document["findings"]
    assert (one["verdict"], one["revision"]["suspect"]) == ("leak", "v2")
    assert [pod["leaking"] for pod in one["series"]["pods"]] == [True, False]


def test_a_real_prometheus_tells_the_nearest_names(leakwatch, demo_prometheus):
    for name in ("shop/crat", "shpo/cart"):
        done = leakwatch("explain", name, "--prometheus-url", demo_prometheus.url)
        assert (done.status, done.out) == (2, "")
        assert "did you mean shop/cart" in done.err
