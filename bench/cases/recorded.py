"""Recorded programs as cases: a recording with its labels beside it."""

import json
from pathlib import Path

import numpy as np

from app.prometheus.recording import open_recording
from app.prometheus.source import Control, ScanRequest
from app.settings import load_settings
from bench.cases.cases import Cases
from bench.cases.panels import only, stacked

_STEP_SECONDS = 60.0


def recorded(recording: Path, name: str, *, held_back_only: bool = False) -> Cases:
    """The workloads of a recording, less those whose label says that these metrics cannot tell.

    held_back_only: of these, only those that no fit has seen. Raises RecordingError, KeyError for a missing label.
    """
    control = Control()
    labels = json.loads(recording.with_suffix(".labels.json").read_text(encoding="utf-8"))
    source = open_recording(recording, load_settings().metrics, control)
    start, end = source.window()
    plan = source.plan(ScanRequest(start, end, _STEP_SECONDS), control)
    readings = [source.read(plan, batch, control) for batch in plan.batches]
    panel = stacked([reading.panel for reading in readings])
    names = [f"{namespace}/{workload.name}" for one in readings for namespace, workload, _ in one.subjects]
    kept = [
        number
        for number, workload in enumerate(names)
        if not labels[workload].get("ambiguous") and (not held_back_only or labels[workload].get("held_back"))
    ]
    told = [labels[names[number]] for number in kept]
    return Cases(
        name=name,
        panel=only(panel, kept),
        leak=np.array([label["leak"] for label in told], dtype=bool),
        onset=np.array([panel.grid.start + (label["onset_s"] or 0.0) for label in told]),
    )


def has_held_back(recording: Path) -> bool:
    """Whether its labels tell workloads that no fit has seen."""
    labels = json.loads(recording.with_suffix(".labels.json").read_text(encoding="utf-8"))
    return any(label.get("held_back") for label in labels.values())
