"""A bounded set of connections to one Prometheus, each used by one thread at a time."""

import queue
import random
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

import requests
from prometheus_api_client import PrometheusConnect
from urllib3.util.retry import Retry

from app.errors import SourceError, SourceOverloaded, SourceTooLarge, SourceUnusable
from app.prometheus.budget import SamplesInFlight
from app.prometheus.cost import ASK_FOR_STATS
from app.prometheus.pace import Pace
from app.prometheus.session import CheckedSession
from app.prometheus.source import Control, LabelSet
from app.settings import Settings

_FIRST_BACK_OFF_SECONDS = 0.5
_LONGEST_BACK_OFF_SECONDS = 15.0
_LONGEST_HEEDED_SECONDS = 120.0

Result = TypeVar("Result")
_Ask = Callable[[CheckedSession, PrometheusConnect], Result]


class PrometheusClient:
    """Queries and look-ups, never more at once than there are connections.

    What fails in passing (a time-out, a cut connection, 503) is tried again with a growing, random wait.
    """

    def __init__(self, settings: Settings) -> None:
        if settings.prometheus_url is None:
            raise ValueError("settings.prometheus_url is needed")
        self._timeout = settings.prometheus_timeout
        self._retries = settings.prometheus_retries
        self.pace = Pace(settings.prometheus_max_samples, settings.prometheus_slow_after)
        self._in_flight = SamplesInFlight(settings.prometheus_max_samples_in_flight)
        self._idle: queue.SimpleQueue[tuple[CheckedSession, PrometheusConnect]] = queue.SimpleQueue()
        self.url = url = settings.prometheus_url.rstrip("/")
        for _ in range(settings.prometheus_concurrency):
            session = CheckedSession(settings)
            self._idle.put(
                (session, PrometheusConnect(url=url, session=session, retry=Retry(0, redirect=False), method="POST"))
            )

    def query_range(
        self, query: str, start: float, end: float, step: float, control: Control
    ) -> tuple[list[dict[str, Any]], list[str]]:
        """The matrix of a range query as the API writes it, and the server's warnings. Times are unix seconds.

        Raises SourceError, ScanAbandoned.
        """
        # The first two are Thanos': a store that is down is to be an error or a warning, not a quiet hole, and what is
        # read is to be samples, not averages of five minutes.
        options = {"partial_response": "false", "max_source_resolution": "0s", "timeout": f"{self._timeout:g}s"}
        return self._call(
            lambda _, connect: connect.custom_query_range(
                query, _utc(start), _utc(end), f"{step:g}", options | ASK_FOR_STATS
            ),
            control,
        )

    def series(self, match: str, start: float, end: float, control: Control) -> tuple[list[LabelSet], list[str]]:
        """The label sets of all series that match and have samples in the span, and the server's warnings.

        Raises SourceError, ScanAbandoned.
        """
        return self._call(
            lambda _, connect: connect.get_series(
                _utc(start), _utc(end), {"match[]": match, "partial_response": "false"}
            ),
            control,
        )

    def query(self, query: str, at: float | None, control: Control) -> tuple[dict[str, Any], list[str]]:
        """`{"resultType": ..., "result": ...}` of a query at one time, and the server's warnings.

        at: unix seconds; None: the server's own time. Raises SourceError, ScanAbandoned.
        """
        options = {"query": query, "partial_response": "false", "timeout": f"{self._timeout:g}s"}
        if at is not None:
            options["time"] = f"{at:.3f}"
        options |= ASK_FOR_STATS
        return self._call(
            lambda session, _: _data(session.request("POST", f"{self.url}/api/v1/query", params=options)), control
        )

    def fetch(self, path: str, params: Mapping[str, str], control: Control) -> tuple[Any, list[str]]:
        """The `data`, of whatever type, of what is had by GET alone, such as `rules`, and the server's warnings.

        Raises SourceError, ScanAbandoned.
        """
        where = f"{self.url}/api/v1/{path}?{urlencode(params)}"
        return self._call(lambda session, _: session.request("GET", where).json()["data"], control)

    def stream(
        self,
        path: str,
        body: bytes,
        headers: Mapping[str, str],
        take: Callable[[str, Iterator[bytes]], Result],
        control: Control,
    ) -> Result:
        """Post to a path of the API, and what `take` makes of the answer's content type and its bytes as they come.

        It is called again for each try. Raises SourceError, ScanAbandoned.
        """
        return self._call(lambda session, _: session.read_streamed(self.url + path, body, headers, take), control)[0]

    @contextmanager
    def room_for(self, samples: int, control: Control) -> Iterator[None]:
        """Room for a query of so many samples in the block, waited for; how long it takes sets the pace.

        Raises ScanAbandoned.
        """
        with self._in_flight.taken(samples, control):
            began = time.monotonic()
            try:
                yield
            except SourceTooLarge:
                self.pace.too_large(samples)
                raise
            self.pace.answered(time.monotonic() - began)

    def close(self) -> None:
        """Close the connections that are not in use."""
        while not self._idle.empty():
            self._idle.get_nowait()[0].close()

    def _call(self, ask: _Ask[Result], control: Control) -> tuple[Result, list[str]]:
        for attempt in range(self._retries + 1):
            try:
                return self._ask_once(ask, control)
            except SourceError as error:
                if error.retryable:
                    self.pace.refused()
                if not error.retryable or attempt == self._retries:
                    raise
                wanted = error.retry_after_seconds if isinstance(error, SourceOverloaded) else 0.0
            pause = min(_FIRST_BACK_OFF_SECONDS * 2**attempt, _LONGEST_BACK_OFF_SECONDS)
            spread = pause * random.uniform(0.5, 1.5)  # noqa: S311 (spreads clients; nothing secret)
            control.wait(max(spread, min(wanted, _LONGEST_HEEDED_SECONDS)))
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _ask_once(self, ask: _Ask[Result], control: Control) -> tuple[Result, list[str]]:
        session, connect = self._borrow(control)
        session.exchange.begin()
        began = time.monotonic()
        try:
            session.exchange.deadline = deadline = began + control.remaining(self._timeout)
            with session.cut_short(lambda: time.monotonic() >= deadline or control.cancelled.is_set()):
                return ask(session, connect), session.exchange.warnings
        except SourceError as error:
            session.drop()
            if isinstance(error, SourceOverloaded):
                error.retry_after_seconds = session.exchange.retry_after_seconds
            control.check()  # a scan that was told to stop has not failed
            raise
        finally:
            control.cost.add(session.exchange.cost(time.monotonic() - began))
            self._idle.put((session, connect))

    def _borrow(self, control: Control) -> tuple[CheckedSession, PrometheusConnect]:
        while True:
            try:
                return self._idle.get(timeout=control.remaining(1.0))
            except queue.Empty:
                control.check()


def _data(response: requests.Response) -> dict[str, Any]:
    data = response.json()["data"]
    if not isinstance(data, dict):
        raise SourceUnusable(f"the answer holds a {type(data).__name__} as its data", "is this a Prometheus?")
    return data


@contextmanager
def reading_threads(threads: int, control: Control) -> Iterator[ThreadPoolExecutor]:
    """Threads for a block. What goes wrong in it ends the others: at once for Ctrl-C, else when their query is over."""
    pool = ThreadPoolExecutor(threads, thread_name_prefix="leakwatch-read")
    try:
        yield pool
    except BaseException as error:
        if not isinstance(error, Exception):
            control.cancelled.set()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _utc(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
