"""Questions about series to one Prometheus at one moment: each asked once, each with a bounded answer."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from app.errors import (
    ScanAbandoned,
    SourceError,
    SourceRejected,
    SourceTooLarge,
    SourceUnreachable,
    SourceUnusable,
)
from app.prometheus.client import PrometheusClient
from app.prometheus.source import Control
from app.text import printable

Answer = TypeVar("Answer")

# A server that was not there so often in a row, each time with the client's own tries, is not asked again.
_MOST_IN_VAIN = 3
# Prometheus' remarks on how a query is written: they do not make the answer less than whole.
_REMARK = "PromQL"


class CannotTell(Exception):
    """No whole answer was to be had. str() is one line for a person."""


class Refused(CannotTell):
    """The server does not accept the query."""


class Asker:
    """Counts and values of expressions at one moment of the server's clock. May be used by several threads."""

    def __init__(self, client: PrometheusClient, control: Control) -> None:
        """Raises SourceError where the server does not answer with its time."""
        self._client = client
        self._control = control
        self._answers: dict[tuple[str, str], Future[Any]] = {}
        self._lock = threading.Lock()
        self._in_vain = 0
        data, _ = client.query("time()", None, control)
        try:
            self.at = _number(data)
        except CannotTell as error:
            raise SourceUnusable(f"time(): {error}", "is this a Prometheus?") from error

    def count(self, expression: str) -> int:
        """How many series an expression has. Raises CannotTell."""
        found = self._vector(f"count({expression})")
        return round(found[0][1]) if found else 0

    def one(self, expression: str) -> tuple[dict[str, str], float] | None:
        """Labels and value of an expression that has one series at most, such as topk(1, ...). Raises CannotTell."""
        found = self._vector(expression)
        return found[0] if found else None

    def some(self, expression: str) -> list[tuple[dict[str, str], float]]:
        """Labels and values of an expression that has few series. Raises CannotTell."""
        return self._vector(expression)

    def scalar(self, expression: str) -> float:
        """The value of an expression that is a number. Raises CannotTell."""
        return self._once("scalar", expression, lambda: _number(self._query(expression)))

    def announced(self, metric: str) -> bool:
        """Whether a target that is scraped has announced a metric, whether it has series or not.

        False where the server does not tell. Raises CannotTell where it was not to be reached.
        """
        return self._once("metadata", metric, lambda: bool(self._metadata(metric)))

    def _vector(self, query: str) -> list[tuple[dict[str, str], float]]:
        return self._once("vector", query, lambda: _samples(self._query(query)))

    def _once(self, kind: str, text: str, ask: Callable[[], Answer]) -> Answer:
        """The answer to a question, which is asked by the first who wants it; the others wait."""
        with self._lock:
            known = self._answers.get((kind, text))
            if known is None:
                mine: Future[Any] = Future()
                self._answers[kind, text] = mine
        if known is not None:
            answer: Answer = known.result()
            return answer
        try:
            result = ask()
            mine.set_result(result)
        except CannotTell as error:
            mine.set_exception(error)
            raise
        finally:
            if not mine.done():  # nobody may wait for ever
                mine.set_exception(CannotTell("the question was given up"))
        return result

    def _query(self, query: str) -> dict[str, Any]:
        data, warnings = self._answered(lambda: self._client.query(query, self.at, self._control))
        lacking = [text for text in warnings if not text.startswith(_REMARK)]
        if lacking:
            raise CannotTell(f"Prometheus answered in part: {lacking[0]}")
        return data

    def _metadata(self, metric: str) -> dict[str, Any]:
        try:
            data, _ = self._answered(lambda: self._client.fetch("metadata", {"metric": metric}, self._control))
        except CannotTell as error:
            if isinstance(error.__cause__, SourceUnreachable | ScanAbandoned):
                raise
            return {}
        return data if isinstance(data, dict) else {}

    def _answered(self, ask: Callable[[], Answer]) -> Answer:
        if self._in_vain >= _MOST_IN_VAIN:
            raise CannotTell(f"Prometheus gave no answer {_MOST_IN_VAIN} times in a row")
        try:
            answer = ask()
        except ScanAbandoned as error:
            raise CannotTell("there was no time left; raise LEAKWATCH_SCAN_TIME_LIMIT") from error
        except SourceError as error:
            self._in_vain = self._in_vain + 1 if isinstance(error, SourceUnreachable) else 0
            raise _cannot_tell(error) from error
        self._in_vain = 0
        return answer


def _cannot_tell(error: SourceError) -> CannotTell:
    refused = isinstance(error, SourceRejected) and not isinstance(error, SourceTooLarge)
    return (Refused if refused else CannotTell)(printable(str(error)))


def _samples(data: dict[str, Any]) -> list[tuple[dict[str, str], float]]:
    """Labels and values; native histograms have none that could be compared."""
    found = data.get("result")
    if data.get("resultType") != "vector" or not isinstance(found, list):
        raise CannotTell("the answer to a query is no series")
    try:
        return [(dict(one["metric"]), float(one["value"][1])) for one in found if "histogram" not in one]
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise CannotTell("the answer to a query is no series") from error


def _number(data: dict[str, Any]) -> float:
    try:
        return float(data["result"][1])
    except (TypeError, ValueError, IndexError, KeyError) as error:
        raise CannotTell("the answer to a query is no number") from error
