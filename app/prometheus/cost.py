"""Counting what a scan costs Prometheus: what it says of itself with `stats=all`, and what came over the wire."""

import math
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.cost import Cost

# Asks for `data.stats`: Prometheus and Thanos answer, the others pay no heed.
ASK_FOR_STATS = {"stats": "all"}


@dataclass(frozen=True, slots=True)
class Spent:
    """What one answer took: samples looked at or answered, and seconds of evaluation, None where it does not say."""

    samples: int = 0
    seconds: float | None = None


class CostMeter:
    """Adds up what the queries of one scan cost, whichever threads they are asked by."""

    def __init__(self) -> None:
        self._total = Cost()
        self._lock = threading.Lock()

    def add(self, cost: Cost) -> None:
        """One more query, or what else one turned out to cost."""
        with self._lock:
            self._total += cost

    def total(self) -> Cost:
        """All until now."""
        with self._lock:
            return self._total


def spent_in(document: Mapping[str, Any]) -> Spent:
    """What a document of the API says that it took; where it says nothing, the samples that it holds are counted."""
    data = document.get("data")
    if not isinstance(data, dict):
        return Spent()
    stats = data.get("stats")
    stats = stats if isinstance(stats, dict) else {}
    samples = _number(stats.get("samples"), "totalQueryableSamples")
    return Spent(_held(data) if samples is None else int(samples), _number(stats.get("timings"), "execTotalTime"))


def _number(of: object, name: str) -> float | None:
    value = of.get(name) if isinstance(of, dict) else None
    # Bounded as well as checked: it is added up, and kept.
    return value if isinstance(value, int | float) and math.isfinite(value) and 0 <= value < 2**53 else None


def _held(data: Mapping[str, Any]) -> int:
    result = data.get("result")
    if not isinstance(result, list):
        return 0
    if data.get("resultType") == "vector":
        return len(result)
    rows = [one.get("values") for one in result if isinstance(one, dict)]
    return sum(len(values) for values in rows if isinstance(values, list))
