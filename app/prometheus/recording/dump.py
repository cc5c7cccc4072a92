"""What `promtool tsdb dump` and `promtool tsdb dump-openmetrics` write.

The first writes `{__name__="x", a="b"} value milliseconds`, the second `x{a="b"} value seconds` and `# EOF` at the
end. Label values are quoted as Go does it; a name that is not of the old alphabet stands quoted within the braces.
"""

import math
import re
from array import array
from pathlib import Path

import numpy as np

from app.errors import RecordingError
from app.prometheus.recording.content import Content, labelled_metrics, ordered, sampled_metrics
from app.prometheus.recording.text import numbered_lines
from app.prometheus.source import Control
from app.settings import MetricNames

_QUOTED = r'"(?:[^"\\]|\\.)*"'
_LABELS = re.compile(rf"(?P<name>[A-Za-z_:][\w:]*)?(?:\{{(?P<inside>(?:[^\"}}]|{_QUOTED})*)\}})?")
_PAIR = re.compile(
    rf"\s*(?:(?P<key>[A-Za-z_][\w]*|{_QUOTED})\s*=\s*(?P<value>{_QUOTED})|(?P<metric>{_QUOTED}))\s*(?:,|$)"
)
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)")
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_HINT = "give the output of promtool tsdb dump or dump-openmetrics as it is"

_Samples = tuple[str, dict[str, str], "array[float]", "array[float]"]


def read_dump(path: Path, names: MetricNames, control: Control) -> Content:
    """The content of a dump. Raises RecordingError naming the line, ScanAbandoned."""
    sampled, labelled = sampled_metrics(names), labelled_metrics(names)
    content = Content()
    # Lines of one series repeat its labels letter by letter: each text is parsed once.
    by_text: dict[str, _Samples | None] = {}
    per_second = 1.0
    for number, line in numbered_lines(path, control):
        if not line or line.startswith("#"):
            continue
        parts = line.rsplit(" ", 2)
        if len(parts) != 3:
            raise RecordingError(f"{path}: line {number}: not `labels value time`", _HINT)
        text = parts[0]
        if text not in by_text:
            if not by_text and text.startswith('{__name__="'):
                per_second = 1000.0
            metric, labels = _parse_labels(text, f"{path}: line {number}")
            if metric in labelled:
                content.labels[metric].append(labels)
            by_text[text] = (metric, labels, array("d"), array("d")) if metric in sampled else None
        kept = by_text[text]
        if kept is not None:
            time, value = _numbers(parts[2], parts[1], f"{path}: line {number}")
            kept[2].append(time / per_second)
            kept[3].append(value)
    for kept in by_text.values():
        if kept is not None:
            content.series.append(ordered(kept[0], kept[1], np.array(kept[2]), np.array(kept[3])))
    return content


def _numbers(time_text: str, value_text: str, where: str) -> tuple[float, float]:
    try:
        time, value = float(time_text), float(value_text)
    except ValueError:
        raise RecordingError(f"{where}: {value_text[:30]!r} at {time_text[:30]!r} is no sample", _HINT) from None
    if not math.isfinite(time):
        raise RecordingError(f"{where}: {time_text[:30]!r} is no time", _HINT)
    return time, value


def _parse_labels(text: str, where: str) -> tuple[str, dict[str, str]]:
    whole = _LABELS.fullmatch(text.strip())
    if whole is None:
        raise RecordingError(f"{where}: {text[:60]!r} is no set of labels", _HINT)
    metric, labels, at = whole["name"] or "", {}, 0
    inside = (whole["inside"] or "").rstrip()
    while at < len(inside):
        pair = _PAIR.match(inside, at)
        if pair is None or pair.end() == at:
            raise RecordingError(f"{where}: {inside[at : at + 60]!r} is no label", _HINT)
        at = pair.end()
        if pair["metric"]:
            metric = _unquoted(pair["metric"])
        else:
            key = pair["key"]
            labels[_unquoted(key) if key.startswith('"') else key] = _unquoted(pair["value"])
    return labels.pop("__name__", metric), labels


def _unquoted(text: str) -> str:
    return _ESCAPE.sub(_unescaped, text[1:-1])


def _unescaped(match: re.Match[str]) -> str:
    code = match[1]
    if code[0] in "xuU" and len(code) > 1:
        number = int(code[1:], 16)
        is_character = number < 0x110000 and not 0xD800 <= number < 0xE000
        return chr(number) if is_character else "\ufffd"
    if len(code) == 3 and code.isdigit():
        return chr(int(code, 8))
    return _SIMPLE.get(code, code)
