"""The samples of a recording as they were taken, and as rows of the Parquet form that demo/README.md describes."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demo.recorder.program import Program
from demo.recorder.traffic import DILUTION

COLUMNS = (
    *("second", "workload", "pod", "version", "started_at", "restarts", "working_set", "rss", "cache", "kernel"),
    *("cpu_seconds", "oom_kills", "asked"),
)
# The programs are small and their traffic light: cores are told ten times as many as were used.
CPU_FACTOR = 10.0
NAMESPACE = "recorded"


@dataclass(frozen=True, slots=True)
class Header:
    """When the recording began, unix seconds, and the unix time it is told to have begun: it ends when it was begun."""

    begin: float
    t0: float

    def as_dict(self) -> dict[str, float]:
        """As header.json has it."""
        return asdict(self)

    def cluster_time(self, at: NDArray[np.float64]) -> NDArray[np.float64]:
        """Cluster time, unix seconds, of real unix seconds; any shape."""
        return self.t0 + (at - self.begin) * DILUTION


@dataclass(frozen=True, slots=True)
class PodSamples:
    """One pod: values of shape (seconds,) from its first second to its last, NaN where it did not run."""

    workload: str
    pod: str
    version: str
    first_second: int
    values: Mapping[str, NDArray[np.float64]]


def read_raw(raw: Path) -> tuple[Header, list[PodSamples]]:
    """What a recording, finished or not, has written so far. A last line that is cut is left out."""
    header = Header(**json.loads((raw / "header.json").read_text(encoding="utf-8")))
    lines: dict[tuple[str, str, str], list[list[str]]] = {}
    with (raw / "samples.csv").open(newline="", encoding="utf-8") as file:
        for line in csv.reader(file):
            if line[0].isdigit() and len(line) == len(COLUMNS) and line[-1]:
                lines.setdefault((line[1], line[2], line[3]), []).append([line[0], *line[4:]])
    return header, [_pod(*names, np.array(rows, dtype=np.float64)) for names, rows in lines.items()]


def _pod(workload: str, pod: str, version: str, rows: NDArray[np.float64]) -> PodSamples:
    seconds = rows[:, 0].astype(np.int64)
    grid = np.full((int(seconds[-1] - seconds[0]) + 1, rows.shape[1]), np.nan)
    grid[seconds - seconds[0]] = rows
    names = ("second", *COLUMNS[4:])
    return PodSamples(workload, pod, version, int(seconds[0]), {name: grid[:, i] for i, name in enumerate(names)})


def cores(pod: PodSamples) -> NDArray[np.float64]:
    """Cores in use, shape (seconds,): a life's CPU seconds over the seconds passed, NaN at its first sample."""
    used = np.diff(pod.values["cpu_seconds"], prepend=np.nan)
    used[np.diff(pod.values["started_at"], prepend=np.nan) != 0] = np.nan
    return used


def row(header: Header, pod: PodSamples, program: Program) -> dict[str, Any]:
    """The pod as a row of the Parquet form."""
    values = pod.values
    return {
        "workload_id": f"{NAMESPACE}/{pod.workload}",
        "namespace": NAMESPACE,
        "workload": pod.workload,
        "pod": pod.pod,
        "container": "app",
        "version": pod.version,
        "node": "node-1",
        "limit_bytes": float(program.limit_bytes),
        "t0": header.t0 + pod.first_second * DILUTION,
        "step_s": float(DILUTION),
        "working_set": values["working_set"],
        "rss": values["rss"],
        "cache": values["cache"],
        "cpu": np.round(cores(pod) * CPU_FACTOR, 3),
        "start_time": np.round(header.cluster_time(values["started_at"])),
        "restarts": values["restarts"],
    }


def write_parquet(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Write the rows, small: single precision holds any multiple of a page below 64 GiB exactly."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    table = pa.Table.from_pylist([dict(row) for row in rows])
    for name in ("working_set", "rss", "cache", "cpu", "restarts"):
        index = table.schema.get_field_index(name)
        table = table.set_column(index, name, table.column(name).cast(pa.list_(pa.float32())))
    few_values = ["cpu.list.element", "restarts.list.element"]
    pq.write_table(table, path, compression="zstd", compression_level=19, use_dictionary=few_values)
