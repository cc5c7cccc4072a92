"""`python -m bench.detector`: judging 10,000 containers on one core, beside libraries; kept in bench/RESULTS.md."""

import json
import os
import subprocess
import sys

from bench.report import RESULTS, keep, machine, table

_ROWS = 10_000
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_MIB = 1024.0**2
_HEADER = (
    "containers",
    "workloads",
    "CPU seconds",
    "containers/s",
    "peak beyond input",
    "input",
    "libraries/leakwatch",
)
_REMARK = (
    "48 hours at 5 minutes, on one core with one BLAS thread. `libraries/leakwatch` is how many times longer"
    " `pymannkendall.original_test` and `scipy.stats.theilslopes` take on the same series, one after the other,"
    " scaled up from 40 of them; they judge neither restarts nor load."
)


def main() -> None:
    """Measure with three replicas to a workload and with one, print, and write it down."""
    rows = [_measured(_ROWS, replicas) for replicas in (3, 1)]
    keep(RESULTS, "The detector", f"{machine()} {_REMARK}\n\n{table(_HEADER, rows)}")


def _measured(rows: int, replicas: int) -> list[str]:
    command = [sys.executable, "-m", "bench.judging", str(rows), str(replicas)]
    one_thread = dict.fromkeys(_THREADS, "1")
    answer = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, **one_thread})
    found: dict[str, float] = json.loads(answer.stdout)
    seconds = found["seconds"]
    return [
        f"{rows:,}",
        f"{-(-rows // replicas):,}",
        f"{seconds:.2f}",
        f"{rows / seconds:,.0f}",
        f"{found['peak_bytes'] / _MIB:,.0f} MiB",
        f"{found['input_bytes'] / _MIB:,.0f} MiB",
        f"{found['library_seconds'] / seconds:.1f}",
    ]


if __name__ == "__main__":
    main()
