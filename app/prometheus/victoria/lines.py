"""Lines of VictoriaMetrics' export: one JSON object a series.

    {"metric":{"__name__":"m","pod":"p"},"values":[1,2.5,null],"timestamps":[1700000000000,...]}

`null` is a stale marker. Versions before 1.80 write infinities bare, as +Inf, which no JSON parser takes.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson

from app.errors import SourceOverloaded, SourceTooLarge, SourceUnreachable, SourceUnusable
from app.prometheus.source import LabelSet
from app.prometheus.victoria.numbers import read_times, read_values
from app.text import printable
from detectors.panel import Floats, Ints

# Some five million samples: no window holds more of one series.
MAX_LINE_BYTES = 1 << 27
_SHOWN = 200
_VALUES, _TIMES = b',"values":[', b'],"timestamps":['
_BARE_INFINITY = re.compile(rb"(?<=[\[,])[+-]?Inf(?=[\],])")
_SPECIAL = {"Infinity": np.inf, "-Infinity": -np.inf, "NaN": np.nan, None: np.nan}


@dataclass(frozen=True, slots=True)
class ExportedSeries:
    """Labels with __name__; times in unix milliseconds, in order, and values, NaN for a stale marker."""

    labels: LabelSet
    times: Ints
    values: Floats


def split_lines(chunks: Iterable[bytes], most: int = MAX_LINE_BYTES) -> Iterator[bytes]:
    """Whole lines without their ends, from pieces cut anywhere; empty ones are left out.

    Raises SourceTooLarge, and SourceUnreachable where the last line has no end.
    """
    parts: list[bytes] = []
    held = 0
    for chunk in chunks:
        first, *rest = chunk.split(b"\n")
        parts.append(first)
        held += len(first)
        if rest:
            yield from filter(None, (b"".join(parts), *rest[:-1]))
            parts, held = [rest[-1]], len(rest[-1])
        if held > most:
            raise SourceTooLarge(
                f"one series takes more than {most >> 20} MiB", "scan a shorter time: lower LEAKWATCH_LOOKBACK"
            )
    last = b"".join(parts)
    if last.startswith(b"{"):
        raise SourceUnreachable("the export was cut within a line", "try again")
    if last:
        yield last


def read_line(line: bytes) -> ExportedSeries:
    """One line's series.

    Raises SourceOverloaded where the server says in a line's place what went wrong, SourceUnusable for anything else.
    """
    if not line.startswith(b"{"):
        said = printable(line[:_SHOWN].decode(errors="replace"))
        raise SourceOverloaded(f"the export ended with an error: {said}", "see the log of VictoriaMetrics")
    found = _read_fast(line)
    return found if found is not None else _read_any(line)


def _read_fast(line: bytes) -> ExportedSeries | None:
    """A line as all versions write it, without anything rare; None for others."""
    times_at = line.rfind(_TIMES)
    values_at = line.rfind(_VALUES, 0, max(times_at, 0))
    if values_at < 0 or not line.startswith(b'{"metric":{') or not line.endswith(b"]}"):
        return None
    values_text = np.frombuffer(line, np.uint8, times_at - values_at - len(_VALUES), values_at + len(_VALUES))
    begin = times_at + len(_TIMES)
    times_text = np.frombuffer(line, np.uint8, len(line) - 2 - begin, begin)
    # Each takes a character at least, and a comma.
    values = np.empty(values_text.size // 2 + 1)
    count = read_values(values_text, values)
    times = np.empty(max(count, 0), dtype=np.int64)
    if count < 0 or read_times(times_text, times) != count:
        return None
    try:
        labels = orjson.loads(line[len(b'{"metric":') : values_at])
    except orjson.JSONDecodeError:
        return None
    return ExportedSeries(labels, times, values[:count].copy()) if _are_labels(labels) else None


def _read_any(line: bytes) -> ExportedSeries:
    document = _parsed(line)
    try:
        labels, values = document["metric"], document["values"]
        found = ExportedSeries(
            labels,
            np.array(document["timestamps"], dtype=np.int64),
            np.array([_SPECIAL.get(value, value) for value in values], dtype=np.float64),
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise _not_a_series(line) from error
    if not _are_labels(labels) or found.times.ndim != 1 or found.times.shape != found.values.shape:
        raise _not_a_series(line)
    return found


def _parsed(line: bytes) -> Any:
    for text in (line, _BARE_INFINITY.sub(b"null", line)):
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            continue
    raise _not_a_series(line)


def _are_labels(labels: Any) -> bool:
    return isinstance(labels, dict) and all(isinstance(value, str) for value in labels.values())


def _not_a_series(line: bytes) -> SourceUnusable:
    shown = printable(line[:_SHOWN].decode(errors="replace"))
    return SourceUnusable(
        f"a line of the export is not a series: {shown}", "is this a VictoriaMetrics? else set LEAKWATCH_SOURCE"
    )
