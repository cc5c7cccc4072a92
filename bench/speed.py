"""How long a scan takes on a real Prometheus, beside the queries that people run today."""

import contextlib
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow.parquet as pq
from prometheus_api_client import PrometheusConnect

from demo.load import Series, push, series_of

_WINDOW_SECONDS = 48 * 3600
_STEP = "300"
_READY_SECONDS = 60

Result = TypeVar("Result")


def speed(recording: Path, copies: int) -> Iterator[tuple[str, float, str]]:
    """(what, seconds, remark) on a Prometheus that holds so many copies of a recording; none without a Prometheus."""
    if shutil.which("prometheus") is None:
        return
    with tempfile.TemporaryDirectory() as folder, _prometheus(Path(folder)) as url:
        end = time.time()
        containers = _fill(url, recording, copies, end)
        scan = "leakwatch scan: nine metrics, judged, start of the process included"
        yield _command(url, containers, scan, "scan", "--no-store")
        back = "leakwatch backtest: 25 such scans, one each hour of the day before"
        yield _command(url, containers, back, "backtest", "--since", "24h")
        connect = PrometheusConnect(url=url)
        memory = 'container_memory_rss{container!="",container!="POD"}'
        begin, until = datetime.fromtimestamp(end - _WINDOW_SECONDS, UTC), datetime.fromtimestamp(end, UTC)
        seconds, answer = _timed(lambda: connect.custom_query_range(memory, begin, until, _STEP))
        yield "prometheus-api-client: the same window of one metric of nine, as text", seconds, f"{len(answer)} series"
        for query in (
            "predict_linear(container_memory_working_set_bytes[6h], 86400)",
            "deriv(container_memory_rss[24h])",
        ):
            seconds, answer = _timed(lambda query=query: connect.custom_query(query))
            yield f"PromQL: `{query}`", seconds, f"{len(answer)} series, no verdict"


def _command(url: str, containers: int, what: str, *words: str) -> tuple[str, float, str]:
    command = [sys.executable, "-m", "app.cli", *words, "--prometheus-url", url, "-o", "json"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds, _ = _timed(lambda: subprocess.run(command, check=True, capture_output=True))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    remark = f"{containers} containers, {containers / seconds:.0f}/s, {cpu:.1f} CPU-s"
    return what, seconds, remark


def _fill(url: str, recording: Path, copies: int, end: float) -> int:
    rows = pq.read_table(recording).to_pylist()
    last = max(row["t0"] + row["step_s"] * (len(row["rss"]) - 1) for row in rows)
    merged: dict[tuple[tuple[str, str], ...], Series] = {}
    for copy in range(copies):
        for row in rows:
            for one in series_of(row | {"namespace": f"{row['namespace']}-{copy}"}, end - last):
                merged.setdefault(tuple(sorted(one.labels.items())), one)
    push(url, merged.values())
    return len(rows) * copies


def _timed(act: Callable[[], Result]) -> tuple[float, Result]:
    """The quickest of three tries, and what it gave."""
    best, result = np.inf, None
    for _ in range(3):
        began = time.perf_counter()
        result = act()
        best = min(best, time.perf_counter() - began)
    assert result is not None
    return best, result


@contextlib.contextmanager
def _prometheus(folder: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / "prometheus.yml").write_text("global: {}\n")
    command = [
        "prometheus",
        f"--config.file={folder}/prometheus.yml",
        f"--storage.tsdb.path={folder}/data",
        f"--web.listen-address=127.0.0.1:{port}",
        "--web.enable-remote-write-receiver",
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        url = f"http://127.0.0.1:{port}"
        until = time.monotonic() + _READY_SECONDS
        while not _is_ready(url):
            if time.monotonic() > until:
                raise TimeoutError("Prometheus does not become ready")
            time.sleep(0.1)
        yield url
        process.kill()


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/-/ready", timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
