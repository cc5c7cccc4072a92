"""Which workloads of the demo cluster each method flags, against the truth."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from app.prometheus.source import Control
from app.scanning.service import make_perform
from app.settings import load_settings
from bench.today import RULES, Rule
from detectors.judgement import Verdict


def accuracy(recording: Path) -> list[tuple[str, float, float, float]]:
    """(method, precision, recall, F1) on a recording with labels beside it."""
    labels = json.loads(recording.with_suffix(".labels.json").read_text(encoding="utf-8"))
    truth = {workload for workload, label in labels.items() if label["leak"]}
    report = make_perform(load_settings(recording=recording))(Control())
    leaks = {
        f"{one.identity.namespace}/{one.identity.workload}" for one in report.findings if one.verdict is Verdict.LEAK
    }
    rows = pq.read_table(recording).to_pylist()
    return [
        ("leakwatch", *_score(leaks, truth)),
        *((name, *_score(_flagged(rule, rows), truth)) for name, rule in RULES.items()),
    ]


def _flagged(rule: Rule, rows: list[dict[str, Any]]) -> set[str]:
    """Workloads of which a pod that still runs is flagged, as an alert over all pods would."""
    end = max(row["t0"] + row["step_s"] * len(row["rss"]) for row in rows)
    fires: dict[str, bool] = defaultdict(bool)
    for row in rows:
        value = np.array(row["working_set"], dtype=np.float64)
        times = row["t0"] + row["step_s"] * np.arange(value.size)
        known = np.isfinite(value)
        if known.any() and times[known][-1] > end - 900:
            limit = row["limit_bytes"] or np.nan
            fires[row["workload_id"]] |= rule(times[known], value[known], limit)
    return {workload for workload, fired in fires.items() if fired}


def _score(flagged: set[str], truth: set[str]) -> tuple[float, float, float]:
    right = len(flagged & truth)
    precision, recall = right / max(len(flagged), 1), right / max(len(truth), 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)
