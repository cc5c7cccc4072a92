"""The CSV form: a line a sample, `namespace,pod,container,metric,timestamp,value`, in any order of columns."""

import csv
import math
from array import array
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np

from app.domain.finding import Workload
from app.errors import RecordingError
from app.prometheus.recording.content import Content, cpu_seconds, ordered, sampled_metrics
from app.prometheus.recording.text import numbered_lines
from app.prometheus.source import Control
from app.settings import MetricNames

_REQUIRED = ("namespace", "pod", "container", "metric", "timestamp", "value")
_KNOWN = (*_REQUIRED, "workload", "revision", "image")
# Beyond this a number of seconds would be after the year 5000: it counts milliseconds.
_MILLISECONDS_FROM = 1e11

_Key = tuple[str, str, str, str]


def read_csv(path: Path, names: MetricNames, control: Control) -> Content:
    """The content of a CSV recording. Raises RecordingError naming the line, ScanAbandoned."""
    lines = iter(numbered_lines(path, control))
    _, header = next(lines, (1, ""))
    columns = [name.strip().lower() for name in _cells(header.removeprefix("\ufeff"), f"{path}: line 1")]
    missing = [name for name in _REQUIRED if name not in columns]
    if missing:
        raise RecordingError(
            f"{path}: line 1: columns missing: {', '.join(missing)}", f"begin with {','.join(_REQUIRED)}"
        )
    at = {name: columns.index(name) for name in _KNOWN if name in columns}
    metric_of = _metric_names(names)
    samples: dict[_Key, tuple[array[float], array[float]]] = {}
    content = Content()
    for number, line in lines:
        if not line.strip():
            continue
        cells = _cells(line, f"{path}: line {number}")
        if len(cells) != len(columns):
            raise RecordingError(f"{path}: line {number}: {len(cells)} cells, the header has {len(columns)}")
        metric = cells[at["metric"]].strip()
        if metric not in metric_of:
            continue
        key = (cells[at["namespace"]], cells[at["pod"]], cells[at["container"]], metric)
        if key not in samples:
            samples[key] = (array("d"), array("d"))
            _note(content, key, cells, at, names)
        samples[key][0].append(_parsed(_time, cells[at["timestamp"]], f"{path}: line {number}: timestamp"))
        samples[key][1].append(_parsed(float, cells[at["value"]], f"{path}: line {number}: value"))
    for (namespace, pod, container, metric), (times, values) in samples.items():
        labels = {"namespace": namespace, "pod": pod, "container": container}
        name, extra = metric_of[metric]
        series = ordered(name, {**labels, **extra}, np.array(times), np.array(values))
        if metric == "cpu":
            series = ordered(name, series.labels, series.times, cpu_seconds(series.times, series.values))
        content.series.append(series)
    return content


def _cells(line: str, where: str) -> list[str]:
    try:
        return next(csv.reader([line], strict=True), [])
    except csv.Error as error:
        raise RecordingError(f"{where}: {error}", "quote cells with commas or quotes in them") from error


def _metric_names(names: MetricNames) -> dict[str, tuple[str, dict[str, str]]]:
    """Short names and Prometheus' names, with the labels that a series of them would have."""
    memory, killed = {"resource": "memory"}, {"reason": "OOMKilled"}
    short = {
        "working_set": (names.working_set, {}),
        "rss": (names.rss, {}),
        "cache": (names.cache, {}),
        "cpu": (names.cpu, {}),
        "cpu_seconds_total": (names.cpu, {}),
        "start_time": (names.start_time, {}),
        "restarts": (names.restarts, {}),
        "limit": (names.limit, memory),
        "oom_killed": (names.terminated, killed),
    }
    extra = {names.limit: memory, names.terminated: killed}
    return {name: (name, extra.get(name, {})) for name in sampled_metrics(names)} | short


def _note(content: Content, key: _Key, cells: list[str], at: dict[str, int], names: MetricNames) -> None:
    namespace, pod, container, _ = key
    workload = cells[at["workload"]].strip() if "workload" in at else ""
    if workload:
        content.owners[namespace, pod] = Workload("Deployment", workload)
    image = cells[at["image"]].strip() if "image" in at else ""
    revision = cells[at["revision"]].strip() if "revision" in at else ""
    if image or revision:
        labels = {"namespace": namespace, "pod": pod, "container": container, "image": image or f"image:{revision}"}
        content.labels[names.container_info].append(labels)


def _parsed(parse: Callable[[str], float], text: str, where: str) -> float:
    try:
        return parse(text.strip())
    except (ValueError, OverflowError):
        raise RecordingError(f"{where}: {text[:50]!r} is not one", "times are unix seconds or RFC 3339") from None


def _time(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        when = datetime.fromisoformat(text)
        if when.tzinfo is None:
            raise ValueError("a time without a zone") from None
        return when.timestamp()
    if not math.isfinite(seconds) or seconds < 0:
        raise ValueError("not a time")
    return seconds / 1000.0 if seconds > _MILLISECONDS_FROM else seconds
