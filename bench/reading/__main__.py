"""`python -m bench.reading`: a scan of a fleet beside how it is read today; see bench/RESULTS.md.

Fills a real Prometheus with a day of so many containers every half minute, then runs each in a process of its own.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.reading.cluster import Cluster, fill, latest
from bench.report import RESULTS, keep, machine, table
from bench.servers import Prometheus

_HOURS = 24.5
_LATER_SECONDS = 300.0
_LOOPBACK = "lo:"
_HEADER = ("what", "seconds", "of ours", "CPU-s", "CPU-s in Prometheus", "on the wire", "peak memory", "")
_REMARK = (
    "A day every half minute, eleven metrics (those that hardly change every two minutes), in a real Prometheus on the"
    " same machine. Each in a process of its own, start included. On the wire: bytes over the loopback interface."
)


@dataclass(frozen=True)
class _Run:
    what: str
    seconds: float
    cpu_seconds: float
    server_cpu_seconds: float
    wire_bytes: int
    peak_bytes: int
    said: str


def main() -> None:
    """Measure each size, print, and write it down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--containers", type=int, nargs="+", default=[1000, 3000, 10_000, 30_000])
    parser.add_argument("--rivals-up-to", type=int, default=10_000, help="larger fleets are only scanned by leakwatch")
    given = parser.parse_args()
    parts = []
    for containers in given.containers:
        runs = list(_measured(containers, rivals=containers <= given.rivals_up_to))
        parts.append(f"### {containers:,} containers\n\n{table(_HEADER, _rows(runs))}")
    keep(RESULTS, "Reading a fleet", f"{machine()} {_REMARK}\n\n" + "\n\n".join(parts))


def _measured(containers: int, *, rivals: bool) -> Iterator[_Run]:
    with tempfile.TemporaryDirectory(prefix="leakwatch-bench-") as folder:
        server = Prometheus(Path(folder))
        with server.running() as url:
            begin, end = latest(_HOURS)
            began = time.monotonic()
            samples = fill(url, Cluster(containers, begin, end), _told)
            print(f"\r{containers:,} containers, {samples:,} samples in {time.monotonic() - began:.0f} s")
            scan = [
                *("-m", "app.cli", "scan", "--prometheus-url", url, "--lookback", "24h", "--history", "0s"),
                *("--no-store", "--output", "json", "--output-file", f"{folder}/found.json"),
            ]
            yield _run("leakwatch scan, cold", scan, server)
            for what, until in (("as `serve`: cold", end - _LATER_SECONDS), ("as `serve`: five minutes later", end)):
                kept = ["-m", "bench.reading.kept", url, str(until), f"{folder}/data"]
                yield _run(what, kept, server)
            yield _run("the same by query_range", scan, server, LEAKWATCH_SOURCE="query_range")
            if not rivals:
                return
            for name, what in (
                ("sent", "RSS alone: what Prometheus streams, thrown away"),
                ("read", "RSS alone: read, decoded, reduced, a slope each"),
                ("text", "RSS alone: the same samples by `query_range`, as text, thrown away"),
            ):
                yield _run(what, ["-m", "bench.reading.alone", name, url, str(end)], server)
            for name, what in (
                ("client_library", "prometheus-api-client, pandas, pymannkendall: one metric every 5 min"),
                ("client_library_all", "the same, with all that a verdict needs: nine metrics every 5 min"),
                ("by_workload", "a workload at a time, four queries each, as KRR"),
                ("deriv", "PromQL: `deriv(container_memory_rss[24h])`"),
                ("predict_linear", "PromQL: `predict_linear(container_memory_rss[24h], 86400)`"),
            ):
                yield _run(what, ["-m", "bench.reading.rivals", name, url, str(end), str(containers)], server)


def _run(what: str, arguments: Sequence[str], server: Prometheus, **settings: str) -> _Run:
    """Run it, and what it took: of its own, of the server, of the wire. settings: environment of it alone."""
    before, wire, began = server.cpu_seconds(), _wire_bytes(), time.monotonic()
    command, environment = [sys.executable, *arguments], os.environ | settings
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        said, error = process.stdout.read().decode(), process.stderr.read().decode()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        said = f"failed: {error.strip().splitlines()[-1][:200] if error.strip() else process.returncode}"
    return _Run(
        what,
        time.monotonic() - began,
        used.ru_utime + used.ru_stime,
        server.cpu_seconds() - before,
        _wire_bytes() - wire,
        used.ru_maxrss * 1024,
        said.strip(),
    )


def _rows(runs: Sequence[_Run]) -> Iterator[list[str]]:
    ours = runs[0]
    for run in runs:
        yield [
            run.what,
            f"{run.seconds:.1f}",
            f"{run.seconds / ours.seconds:.2f}",
            f"{run.cpu_seconds:.1f}",
            f"{run.server_cpu_seconds:.1f}",
            f"{run.wire_bytes / 2**20:,.1f} MiB",
            f"{run.peak_bytes / 2**20:,.0f} MiB",
            run.said,
        ]


def _wire_bytes() -> int:
    """What the loopback interface has sent so far."""
    lines = Path("/proc/net/dev").read_text().splitlines()
    return next(int(line.split()[9]) for line in lines if line.strip().startswith(_LOOPBACK))


def _told(share: float) -> None:
    print(f"\rfilling Prometheus: {share:4.0%}", end="", flush=True)


if __name__ == "__main__":
    main()
