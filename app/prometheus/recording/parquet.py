"""The Parquet form: a row a pod and container, a list of values for each metric, one value a step."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from app.domain.finding import Workload
from app.errors import RecordingError
from app.prometheus.recording.content import Content, cpu_seconds, ordered
from app.prometheus.source import Control
from app.settings import MetricNames
from detectors.panel import Floats

_TEXTS = ("namespace", "workload", "pod", "container", "version")
_NUMBERS = ("limit_bytes", "t0", "step_s")
_LISTS = ("working_set", "rss", "cache", "cpu", "start_time", "restarts")
_BATCH_ROWS = 64
_HINT = "demo/README.md describes the columns"


def read_parquet(path: Path, names: MetricNames, control: Control) -> Content:
    """The content of a Parquet recording. Raises RecordingError naming the row and the column, ScanAbandoned."""
    content = Content()
    number = 0
    try:
        with pq.ParquetFile(path) as file:
            missing = [name for name in (*_TEXTS, *_NUMBERS, *_LISTS) if name not in file.schema_arrow.names]
            if missing:
                raise RecordingError(f"{path}: columns missing: {', '.join(missing)}", _HINT)
            for batch in file.iter_batches(_BATCH_ROWS, columns=[*_TEXTS, *_NUMBERS, *_LISTS]):
                control.check()
                for row in range(batch.num_rows):
                    number += 1
                    _add_row(content, batch, row, names, f"{path}: row {number}")
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise RecordingError(
            f"{path}: not a readable Parquet file ({reason[:200]})", "copy it again; it may be cut"
        ) from error
    return content


def _add_row(content: Content, batch: Any, row: int, names: MetricNames, where: str) -> None:
    texts = {name: _text(batch, name, row, where) for name in _TEXTS}
    t0, step = _number(batch, "t0", row, where), _number(batch, "step_s", row, where)
    if not (0 <= t0 < 1e11 and 0 < step <= 86_400):
        raise RecordingError(f"{where}: t0 {t0:g} and step_s {step:g} are no unix time and no step in seconds", _HINT)
    lists = {name: _values(batch, name, row, where) for name in _LISTS}
    steps = lists["working_set"].size
    ragged = [name for name in _LISTS if lists[name].size != steps]
    if ragged:
        raise RecordingError(f"{where}: {ragged[0]} has {lists[ragged[0]].size} values, working_set {steps}", _HINT)
    labels = {name: texts[name] for name in ("namespace", "pod", "container")}
    times: Floats = t0 + step * np.arange(steps, dtype=np.float64)
    lists["cpu"] = np.where(np.isfinite(lists["cpu"]), cpu_seconds(times, lists["cpu"]), np.nan)
    metrics = {
        "working_set": names.working_set,
        "rss": names.rss,
        "cache": names.cache,
        "cpu": names.cpu,
        "start_time": names.start_time,
        "restarts": names.restarts,
    }
    for column, metric in metrics.items():
        known = np.isfinite(lists[column])
        content.series.append(ordered(metric, labels, times[known], lists[column][known]))
    limit = _number(batch, "limit_bytes", row, where)
    if limit > 0 and steps:
        known = np.isfinite(lists["working_set"])
        content.series.append(
            ordered(names.limit, {**labels, "resource": "memory"}, times[known], np.full(int(known.sum()), limit))
        )
    content.owners[texts["namespace"], texts["pod"]] = Workload("Deployment", texts["workload"])
    image = f"{texts['workload']}:{texts['version']}"
    content.labels[names.container_info].append({**labels, "image": image})


def _text(batch: Any, name: str, row: int, where: str) -> str:
    try:
        value = batch.column(name)[row].as_py()
    except UnicodeDecodeError as error:
        raise RecordingError(f"{where}: {name} is not UTF-8 text", _HINT) from error
    if not isinstance(value, str) or not value:
        raise RecordingError(f"{where}: {name} is {value!r}, not a name", _HINT)
    return value


def _number(batch: Any, name: str, row: int, where: str) -> float:
    value = batch.column(name)[row].as_py()
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        raise RecordingError(f"{where}: {name} is {value!r}, not a number", _HINT)
    return float(value)


def _values(batch: Any, name: str, row: int, where: str) -> Floats:
    scalar = batch.column(name)[row]
    if not pa.types.is_list(scalar.type) and not pa.types.is_large_list(scalar.type):
        raise RecordingError(f"{where}: {name} holds {scalar.type}, not a list of numbers", _HINT)
    if scalar.values is None:
        return np.zeros(0)
    if not (pa.types.is_floating(scalar.values.type) or pa.types.is_integer(scalar.values.type)):
        raise RecordingError(f"{where}: {name} is a list of {scalar.values.type}, not of numbers", _HINT)
    return np.asarray(scalar.values.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)
