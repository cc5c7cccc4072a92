"""A recording in which one more workload leaks, until a deploy repairs it: beside the demo cluster, ending with it."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tests.support.panels import MIB

NAMESPACE, WORKLOAD = "repaired", "quotes"
LEAKING_HOURS, HEALTHY_HOURS = 40, 28
_STEP_SECONDS = 30.0
_LIMIT_BYTES = 1000.0 * MIB


def write_repair(demo: Path, file: Path) -> None:
    """Write the demo's recording and the further workload."""
    table = pq.read_table(demo)
    rows = table.to_pylist()
    end = max(row["t0"] + row["step_s"] * (len(row["working_set"]) - 1) for row in rows)
    repaired = end - HEALTHY_HOURS * 3600
    leak = _hours(LEAKING_HOURS) * 15.0 * MIB
    added = [
        _row("5d9f7c-x7k2p", "v2", repaired - LEAKING_HOURS * 3600, 200 * MIB + leak),
        _row("6b8d4f-m3q9w", "v3", repaired, np.full(_hours(HEALTHY_HOURS).size, 200.0 * MIB)),
    ]
    pq.write_table(pa.Table.from_pylist([*rows, *added], schema=table.schema), file)


def _hours(hours: int) -> NDArray[np.float64]:
    return np.arange(0.0, hours, _STEP_SECONDS / 3600)


def _row(pod: str, version: str, begin: float, memory: NDArray[np.float64]) -> dict[str, Any]:
    noise = np.random.default_rng(7).normal(0.0, 0.3 * MIB, memory.size)
    return {
        "workload_id": f"{NAMESPACE}/{WORKLOAD}",
        "namespace": NAMESPACE,
        "workload": WORKLOAD,
        "pod": f"{WORKLOAD}-{pod}",
        "container": "app",
        "version": version,
        "node": "node-1",
        "limit_bytes": _LIMIT_BYTES,
        "t0": begin,
        "step_s": _STEP_SECONDS,
        "working_set": memory + noise,
        "rss": memory + noise - MIB,
        "cache": np.zeros(memory.size),
        "cpu": np.full(memory.size, 0.1),
        "start_time": np.full(memory.size, begin),
        "restarts": np.zeros(memory.size),
    }
