"""Scenarios as a corpus: a recording in Parquet that `leakwatch scan --recording` reads, and the labels beside it."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.scenarios.registry import HELD_BACK
from bench.scenarios.truth import Scenario

_TEXTS = ("workload_id", "namespace", "workload", "pod", "container", "version", "node")
_NUMBERS = ("limit_bytes", "t0", "step_s")
_FLOATS = ("working_set", "rss", "cache", "cpu")
_DOUBLES = ("start_time",)
_COUNTS = ("restarts",)
SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in _TEXTS),
        *((name, pa.float64()) for name in _NUMBERS),
        *((name, pa.list_(pa.float32())) for name in _FLOATS),
        *((name, pa.list_(pa.float64())) for name in _DOUBLES),
        *((name, pa.list_(pa.float32())) for name in _COUNTS),
    ]
)


def write_corpus(path: Path, scenarios: Iterable[Scenario]) -> dict[str, dict[str, Any]]:
    """Write `path` (Parquet) and, beside it, `.labels.json`; returns the labels by workload id. Raises OSError.

    Scenarios are written as they come, so that a corpus may be larger than memory.
    """
    labels: dict[str, dict[str, Any]] = {}
    with pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
        for scenario in scenarios:
            writer.write_table(pa.Table.from_pylist(rows(scenario), schema=SCHEMA))
            labels[scenario.name] = label(scenario)
    path.with_suffix(".labels.json").write_text(json.dumps(labels, indent=1) + "\n", encoding="utf-8")
    return labels


def rows(scenario: Scenario) -> list[dict[str, Any]]:
    """A scenario's pods as rows of the recording; `limit_bytes` is 0 where no limit is set."""
    panel, names = scenario.panel, _names(scenario)
    limit = np.nan_to_num(panel.limit)
    return [
        {
            "workload_id": scenario.name,
            **names,
            "pod": _pod(scenario, row),
            "version": f"v{int(panel.revision[row]) + 1}",
            "node": f"node-{int(_hash(scenario.name, 'node', row), 16) % 40:02d}",
            "limit_bytes": float(limit[row]),
            "t0": panel.grid.start,
            "step_s": panel.grid.step,
            **{name: getattr(panel, name)[row] for name in (*_FLOATS, *_DOUBLES, *_COUNTS)},
        }
        for row in range(panel.rows)
    ]


def label(scenario: Scenario) -> dict[str, Any]:
    """The label under the keys that corpora share, and the truth as it stands."""
    truth, panel = scenario.truth, scenario.panel
    onset = None if truth.onset_at is None else max(truth.onset_at - panel.grid.start, 0.0)
    return {
        **asdict(truth),
        **_names(scenario),
        "limit_bytes": float(np.nan_to_num(panel.limit[0])),
        "onset_s": onset,
        "leak_bytes_per_hour": truth.growth_bytes_per_hour if truth.leak else None,
        "seed": scenario.seed,
        "held_back": truth.family in HELD_BACK,
    }


def _names(scenario: Scenario) -> dict[str, str]:
    workload = scenario.name.replace("_", "-").replace("/", "-")
    return {"namespace": f"team-{scenario.seed % 7}", "workload": workload, "container": "app"}


def _pod(scenario: Scenario, row: int) -> str:
    revision = _hash(scenario.name, int(scenario.panel.revision[row]))
    return f"{_names(scenario)['workload']}-{revision}-{_hash(scenario.name, 'pod', row)[:5]}"


def _hash(*parts: object) -> str:
    return hashlib.blake2b("/".join(map(str, parts)).encode(), digest_size=5).hexdigest()
