"""RSS alone over a day, three ways, each in a process of its own: `python -m bench.reading.alone NAME URL END`.

`sent` takes what Prometheus streams and throws it away: what the server needs to send it. `read` decodes and reduces
the same as a scan does, and gives each series its slope. `text` asks for the same samples by `query_range`.
"""

import argparse
import sys
import time
import urllib.parse
from collections.abc import Callable, Iterator

import cramjam
import numpy as np
import requests

from app.prometheus.compiled import keep_compiled
from app.prometheus.promql import LabelMatcher
from app.prometheus.reduce import Reduced, Steps
from app.prometheus.remote_read.intake import FramesIntake
from app.prometheus.remote_read.protobuf import read_request
from app.prometheus.remote_read.wire_format import HEADERS, PATH
from app.settings import load_settings
from detectors.panel import Floats, Grid
from detectors.trend import slope

_DAY = 86_400.0
_STEP_SECONDS = 300.0
_SCRAPE_SECONDS = 30
# A range query gives no more points than this of a series, of all series together what a server's memory bears.
_NAMESPACES = 'count by (namespace) (container_memory_rss{container!="",container!="POD"})'
_TIMEOUT = 300
# Slopes of so many points a series, as the detector's blocks are.
_POINTS = 48


def sent(url: str, end: float) -> str:
    """Take the streamed chunks, and look at none."""
    size = sum(len(piece) for piece in _streamed(url, _steps(end)))
    return f"{size / 2**20:.0f} MiB"


def read(url: str, end: float) -> str:
    """Decode and reduce them to the grid, and a slope of each series' floor."""
    steps = _steps(end)
    floors: list[Floats] = []

    def drain(_: list[bytes], reduced: Reduced) -> None:
        floors.append(reduced.low.copy())

    intake = FramesIntake(steps, drain, url)
    for piece in _streamed(url, steps):
        intake.feed(piece)
    intake.end()
    grid = np.concatenate(floors)
    whole = grid[:, grid.shape[1] % _POINTS :]
    floor = np.fmin.reduce(whole.reshape(whole.shape[0], _POINTS, -1), axis=2)
    hours = np.broadcast_to(np.linspace(0.0, 24.0, _POINTS), floor.shape)
    told = np.isfinite(slope(hours, floor, np.full(floor.shape[0], _POINTS))).sum()
    return f"{told} slopes, {intake.samples / 1e6:.1f} M samples"


def text(url: str, end: float) -> str:
    """The same samples by `query_range`, a namespace at a time; the text is not even parsed."""
    namespaces = requests.get(
        f"{url}/api/v1/query", params={"query": _NAMESPACES, "time": f"{end:.3f}"}, timeout=_TIMEOUT
    ).json()["data"]["result"]
    size = 0
    for one in namespaces:
        query = f'container_memory_rss{{container!="",container!="POD",namespace="{one["metric"]["namespace"]}"}}'
        form = urllib.parse.urlencode({"query": query, "start": end - _DAY, "end": end, "step": _SCRAPE_SECONDS})
        with requests.get(f"{url}/api/v1/query_range?{form}", stream=True, timeout=_TIMEOUT) as answer:
            answer.raise_for_status()
            size += sum(len(piece) for piece in answer.iter_content(2**20))
    return f"{size / 2**20:,.0f} MiB of text"


WAYS: dict[str, Callable[[str, float], str]] = {"sent": sent, "read": read, "text": text}


def _steps(end: float) -> Steps:
    return Steps.of(Grid(end - _DAY, _STEP_SECONDS, round(_DAY / _STEP_SECONDS) + 1))


def _streamed(url: str, steps: Steps) -> Iterator[bytes]:
    matchers = (
        LabelMatcher("__name__", "=", "container_memory_rss"),
        LabelMatcher("container", "!=", ""),
        LabelMatcher("container", "!=", "POD"),
    )
    body = bytes(cramjam.snappy.compress_raw(read_request(matchers, steps.begin, steps.end)))
    with requests.post(url + PATH, data=body, headers=HEADERS, stream=True, timeout=_TIMEOUT) as answer:
        answer.raise_for_status()
        yield from answer.raw.stream(2**18)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=WAYS)
    parser.add_argument("url")
    parser.add_argument("end", type=float)
    given = parser.parse_args()
    keep_compiled(load_settings().data_dir)
    began = time.monotonic()
    said = WAYS[given.name](given.url, given.end)
    sys.stdout.write(f"{time.monotonic() - began:.2f} s after its start: {said}")
