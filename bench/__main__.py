"""`python -m bench`: measure, print, and keep what was printed in bench/RESULTS.md."""

import os
import platform
from collections.abc import Iterable
from pathlib import Path

from app.prometheus.recording.demo import demo_recording
from bench.accuracy import accuracy
from bench.detector import detector
from bench.speed import speed

_ROWS = 2000
_COPIES = 8
_FITTED = "\n\nleakwatch's weights were fitted on these programs among others; the rules have none."


def main() -> None:
    """Print the tables, one after the other, and write them down."""
    recording = demo_recording()
    cores = len(os.sched_getaffinity(0))
    parts = [
        f"# What `make bench` printed last\n\nPython {platform.python_version()}, {cores} cores.",
        "## Accuracy on the demo cluster, per workload at the window's end\n\n"
        + _scores(accuracy(recording))
        + _FITTED,
        f"## The detector: {_ROWS} containers over 48 hours at 5 minutes\n\n" + _times(detector(_ROWS)),
        "## A scan of a real Prometheus\n\n" + _times(speed(recording, _COPIES)),
    ]
    text = "\n\n".join(parts) + "\n"
    print(text)
    (Path(__file__).parent / "RESULTS.md").write_text(text, encoding="utf-8")


def _scores(rows: Iterable[tuple[str, float, float, float]]) -> str:
    lines = ["| method | precision | recall | F1 |", "|---|---|---|---|"]
    return "\n".join([*lines, *(f"| {name} | {p:.2f} | {r:.2f} | {f1:.2f} |" for name, p, r, f1 in rows)])


def _times(rows: Iterable[tuple[str, float, str]]) -> str:
    """The first row is ours; the others are told as a ratio of it."""
    found = list(rows)
    if not found:
        return "Not measured: prometheus is not installed."
    ours = found[0][1]
    lines = ["| what | seconds | of ours | |", "|---|---|---|---|"]
    return "\n".join([*lines, *(f"| {name} | {s:.2f} | {s / ours:.2f} | {remark} |" for name, s, remark in found)])


if __name__ == "__main__":
    main()
