"""Puts a recording into a running Prometheus, under the names that cAdvisor and kube-state-metrics export.

    prometheus --config.file=empty.yml --storage.tsdb.path=DIR --web.enable-remote-write-receiver
    python demo/load.py demo/cluster.parquet http://127.0.0.1:9090

The server must be empty; the recording's window is moved so that it ends now. Samples go out by the remote-write
protocol 1.0 (prometheus.io/docs/specs/prw/remote_write_spec), an hour of all series at a time: a Prometheus takes
nothing that is older than what it has by more than about an hour.
"""

import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cramjam
import numpy as np
import pyarrow.parquet as pq
import requests
from numpy.typing import NDArray

_SLICE_SECONDS = 3600.0
_GRID_SECONDS = 300.0
_TIMEOUT_SECONDS = 60.0
_TAG_SERIES, _TAG_LABEL, _TAG_SAMPLE, _TAG_NAME, _TAG_VALUE = 0x0A, 0x0A, 0x12, 0x0A, 0x12
# Milliseconds between 1973 and 2109 take six bytes as a varint, which makes every sample equally long.
_TIME_BYTES = 6
_SAMPLE_BYTES = 1 + 8 + 1 + _TIME_BYTES


@dataclass(frozen=True, slots=True)
class Series:
    """Labels with __name__, times in unix seconds, increasing, and values, both of shape (samples,)."""

    labels: Mapping[str, str]
    times: NDArray[np.float64]
    values: NDArray[np.float64]


def push(url: str, series: Iterable[Series]) -> int:
    """Write the series into the Prometheus at `url`; how many samples there were. Raises requests' errors."""
    ready = [(encoded_labels(one.labels), one) for one in series if one.times.size]
    if not ready:
        return 0
    begin, end = min(float(one.times[0]) for _, one in ready), max(float(one.times[-1]) for _, one in ready)
    samples = 0
    with requests.Session() as session:
        for at in np.arange(begin, end + 1.0, _SLICE_SECONDS):
            message = bytearray()
            for encoded, one in ready:
                first, last = np.searchsorted(one.times, (at, at + _SLICE_SECONDS))
                if last > first:
                    message += encoded_series(encoded + encoded_samples(one.times[first:last], one.values[first:last]))
                    samples += int(last - first)
            if message:
                send(session, url, bytes(message))
    return samples


def series_of(row: Mapping[str, Any], shift: float) -> Iterator[Series]:
    """The series that a cluster would export of one row of a recording, `shift` seconds later."""
    lists = {name: np.array(row[name], dtype=np.float64) for name in ("working_set", "rss", "cache", "start_time")}
    lists["restarts"] = np.array(row["restarts"], dtype=np.float64)
    cores = np.array(row["cpu"], dtype=np.float64)
    times = row["t0"] + shift + row["step_s"] * np.arange(cores.size)
    seen = np.isfinite(lists["working_set"])
    pod, workload = row["pod"], row["workload"]
    image = f"registry.example/{workload}:{row['version']}"
    state = {"namespace": row["namespace"], "pod": pod, "job": "kube-state-metrics"}
    cadvisor = {
        "namespace": row["namespace"],
        "pod": pod,
        "container": row["container"],
        "image": image,
        "id": f"/kubepods/{pod}",
        "node": row["node"],
        "job": "kubelet",
    }

    def one(name: str, labels: Mapping[str, str], values: NDArray[np.float64]) -> Series:
        known = np.isfinite(values)
        return Series({"__name__": name, **labels}, times[known], values[known])

    def constant(value: float) -> NDArray[np.float64]:
        return np.where(seen, value, np.nan)

    yield one("container_memory_working_set_bytes", cadvisor, lists["working_set"])
    yield one("container_memory_rss", cadvisor, lists["rss"])
    yield one("container_memory_cache", cadvisor, lists["cache"])
    yield one("container_start_time_seconds", cadvisor, lists["start_time"] + shift)
    used = np.cumsum(np.where(np.isfinite(cores), cores, 0.0) * row["step_s"])
    yield one("container_cpu_usage_seconds_total", {**cadvisor, "cpu": "total"}, np.where(seen, used, np.nan))
    yield one("container_spec_memory_limit_bytes", cadvisor, constant(row["limit_bytes"]))
    own = {**state, "container": row["container"]}
    yield one("kube_pod_container_status_restarts_total", own, lists["restarts"])
    yield one("kube_pod_container_info", {**own, "image": image}, constant(1.0))
    if row["limit_bytes"] > 0:
        limit = constant(row["limit_bytes"])
        yield one("kube_pod_container_resource_limits", {**own, "resource": "memory", "unit": "byte"}, limit)
    replicaset = pod.rpartition("-")[0]
    yield one("kube_pod_owner", {**state, "owner_kind": "ReplicaSet", "owner_name": replicaset}, constant(1.0))
    owner = {"namespace": row["namespace"], "job": "kube-state-metrics", "replicaset": replicaset}
    yield one("kube_replicaset_owner", {**owner, "owner_kind": "Deployment", "owner_name": workload}, constant(1.0))


def load(recording: Path, url: str, end: float) -> int:
    """Put a whole recording into a Prometheus so that it ends at `end`, unix seconds; how many samples there were.

    It is moved by whole multiples of five minutes, so that a scan's grid meets the samples that it meets in the file.
    """
    rows = pq.read_table(recording).to_pylist()
    last = max(row["t0"] + row["step_s"] * (len(row["working_set"]) - 1) for row in rows)
    shift = (end - last) // _GRID_SECONDS * _GRID_SECONDS
    merged: dict[tuple[tuple[str, str], ...], Series] = {}
    for row in rows:
        for one in series_of(row, shift):
            merged.setdefault(tuple(sorted(one.labels.items())), one)
    return push(url, merged.values())


def send(session: requests.Session, url: str, message: bytes) -> None:
    """Write one message, `WriteRequest{repeated TimeSeries timeseries = 1}`. Raises requests' errors."""
    headers = {
        "Content-Encoding": "snappy",
        "Content-Type": "application/x-protobuf",
        "X-Prometheus-Remote-Write-Version": "0.1.0",
    }
    body = bytes(cramjam.snappy.compress_raw(message))
    answer = session.post(f"{url.rstrip('/')}/api/v1/write", data=body, headers=headers, timeout=_TIMEOUT_SECONDS)
    if answer.status_code >= 400:
        raise requests.HTTPError(f"{url}: {answer.status_code}: {answer.text.strip()[:300]}")


def encoded_labels(labels: Mapping[str, str]) -> bytes:
    """Messages `Label{string name = 1; string value = 2}` of the series' first field, in the order of names."""
    out = bytearray()
    for name, value in sorted(labels.items()):
        pair = _text(_TAG_NAME, name) + _text(_TAG_VALUE, value)
        out += bytes([_TAG_LABEL]) + _varint(len(pair)) + pair
    return bytes(out)


def encoded_samples(times: NDArray[np.float64], values: NDArray[np.float64]) -> bytes:
    """Messages `Sample{double value = 1; int64 timestamp = 2}` of the series' second field, all at once."""
    out = np.empty((times.size, 2 + _SAMPLE_BYTES), dtype=np.uint8)
    out[:, 0], out[:, 1], out[:, 2], out[:, 11] = _TAG_SAMPLE, _SAMPLE_BYTES, 0x09, 0x10
    out[:, 3:11] = np.ascontiguousarray(values, dtype="<f8").view(np.uint8).reshape(-1, 8)
    milliseconds = np.rint(times * 1000).astype(np.int64)
    for byte in range(_TIME_BYTES):
        more = 0x80 if byte < _TIME_BYTES - 1 else 0
        out[:, 12 + byte] = ((milliseconds >> (7 * byte)) & 0x7F) | more
    return out.tobytes()


def encoded_series(body: bytes) -> bytes:
    """A `TimeSeries` of encoded labels and samples, as a field of the message."""
    return bytes([_TAG_SERIES]) + _varint(len(body)) + body


def _text(tag: int, text: str) -> bytes:
    data = text.encode()
    return bytes([tag]) + _varint(len(data)) + data


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    print(f"{load(Path(sys.argv[1]), sys.argv[2], time.time())} samples written")
