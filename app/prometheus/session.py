"""The HTTP session under the Prometheus client: form-encoded, bounded, and with errors that say what to do.

prometheus-api-client sends POST parameters in the URL, has no limit on a whole answer's time or size, and drops
the server's `warnings`; all three are mended here, below it.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import requests
from requests.auth import HTTPBasicAuth
from requests.exceptions import ConnectionError as RequestsConnectionError
from requests.exceptions import InvalidHeader, InvalidURL, RequestException, SSLError, Timeout
from urllib3.exceptions import HTTPError

from app.errors import (
    SourceError,
    SourceOverloaded,
    SourceRefused,
    SourceRejected,
    SourceTooLarge,
    SourceUnreachable,
    SourceUnusable,
)
from app.prometheus.cost import spent_in
from app.prometheus.exchange import Exchange
from app.prometheus.refusals import MOST_BYTES, asks_too_much, in_short, parse, told
from app.prometheus.wire import WatchedAdapter, Wire
from app.settings import Settings
from app.text import printable

_CHUNK_BYTES = 1 << 18
_MAX_BODY_BYTES = 1 << 29
_CONNECT_SECONDS = 10.0
_WATCH_SECONDS = 0.1

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of the Prometheus HTTP API: the document, and what the server said about its quality."""

    document: dict[str, Any]

    @property
    def warnings(self) -> tuple[str, ...]:
        """What makes the answer less than whole; VictoriaMetrics says `isPartial`, the others `warnings`."""
        said = tuple(printable(str(text)) for text in self.document.get("warnings") or ())
        return (*said, "the answer is partial") if self.document.get("isPartial") else said


class ParsedResponse(requests.Response):
    """A response whose body has been read, checked and parsed, once."""

    def __init__(self, document: dict[str, Any]) -> None:
        super().__init__()
        self.status_code = 200
        self.document = document

    def json(self, **kwargs: Any) -> Any:
        """The parsed document."""
        return self.document


class CheckedSession(requests.Session):
    """A session whose every request ends, in a checked document or in a SourceError. For one thread at a time."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.exchange = Exchange()
        self.trust_env = False  # neither a .netrc nor a proxy variable may divert credentials
        self.headers["User-Agent"] = "leakwatch"
        # Prometheus spends three times the CPU of the query itself on compressing its answer.
        self.headers["Accept-Encoding"] = "identity"
        for name, value in settings.prometheus_headers.items():
            self.headers[name] = value.get_secret_value()
        if settings.prometheus_tenant is not None:
            self.headers["X-Scope-OrgID"] = settings.prometheus_tenant
        if settings.prometheus_token is not None:
            self.headers["Authorization"] = f"Bearer {settings.prometheus_token.get_secret_value()}"
        if settings.prometheus_username is not None:
            password = settings.prometheus_password.get_secret_value() if settings.prometheus_password else ""
            self.auth = HTTPBasicAuth(settings.prometheus_username.encode(), password.encode())
        if settings.prometheus_ca_file is not None:
            self.verify = str(settings.prometheus_ca_file)
        if settings.prometheus_client_cert is not None and settings.prometheus_client_key is not None:
            self.cert = (str(settings.prometheus_client_cert), str(settings.prometheus_client_key))

        self._wire = Wire()
        self._watched = WatchedAdapter(self._wire)

    def get_adapter(self, url: str | bytes) -> WatchedAdapter:
        """The one whose connections can be cut, whatever else is mounted: the client library mounts its own."""
        return self._watched

    def close(self) -> None:
        """Close the connection."""
        super().close()
        self._watched.close()
        self._wire.close()

    @contextlib.contextmanager
    def cut_short(self, when: Callable[[], bool]) -> Iterator[None]:
        """Close the connection under a request of this block as soon as `when` says so, whatever it waits for.

        A socket's time-out is for each read: a server that sends a byte now and then is never too late for it.
        """
        done = threading.Event()

        def watch() -> None:
            while not done.wait(_WATCH_SECONDS):
                if when():
                    self._wire.cut()

        watcher = threading.Thread(target=watch, name="leakwatch-watch", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()

    def drop(self) -> None:
        """Give up the connection: where an answer was not read to its end, the server would go on writing it."""
        self._wire.cut()
        self._wire.close()

    def request(  # type: ignore[override]  # what else requests accepts goes through unchanged
        self, method: str | bytes, url: str | bytes, **kwargs: Any
    ) -> requests.Response:
        """One request to the API. Raises SourceError; never returns anything but a good document."""
        where = url.decode() if isinstance(url, bytes) else url
        # Parameters go in a form, whatever the method was: a list of pods does not fit into a URL.
        form = kwargs.pop("params", None)
        verb = "GET" if method == "GET" and form is None else "POST"
        for ours in ("timeout", "allow_redirects", "stream"):
            kwargs.pop(ours, None)
        with self._sent(verb, where, data=form, **kwargs) as response:
            body = self._body(response)
            status, content_type = response.status_code, response.headers.get("Content-Type", "")
        self._check_in_time(where)
        document = _checked(status, content_type, body, where)
        self.exchange.warnings.extend(Answer(document).warnings)
        self.exchange.spent = spent_in(document)
        return ParsedResponse(document)

    def read_streamed(
        self, url: str, body: bytes, headers: Mapping[str, str], take: Callable[[str, Iterator[bytes]], Result]
    ) -> Result:
        """Post `body`, and give `take` the content type of a good answer and its bytes as they come.

        What `take` makes of them. Raises SourceError, for an answer that is cut or late too.
        """
        with self._sent("POST", url, data=body, headers=dict(headers)) as response:
            content_type = response.headers.get("Content-Type", "").lower()
            if response.status_code != 200:
                said = response.raw.read(MOST_BYTES, decode_content=False) or b""
                raise _status_error(response.status_code, told(said) or f"HTTP {response.status_code}", url)
            if not {"content-length", "transfer-encoding"} & {name.lower() for name in response.headers}:
                raise SourceUnusable(  # it would end just so if it were cut
                    f"{url}: the answer does not say how long it is", "let no proxy of HTTP/1.0 stand between"
                )
            result = take(content_type, self._chunks(response))
        self._check_in_time(url)
        return result

    @contextlib.contextmanager
    def _sent(self, verb: str, where: str, **options: Any) -> Iterator[requests.Response]:
        """The answer, whose body is not read yet. Raises SourceError for what goes wrong in the block, too."""
        remaining = max(self.exchange.deadline - time.monotonic(), 0.001)
        options |= {"timeout": (min(_CONNECT_SECONDS, remaining), remaining), "allow_redirects": False, "stream": True}
        try:
            with super().request(verb, where, **options) as response:
                yield response
        except (RequestException, HTTPError) as error:  # urllib3's: what is read of a body without requests
            late = time.monotonic() >= self.exchange.deadline
            raise _transport_error(Timeout() if late else error, where) from error
        except UnicodeError as error:
            raise _transport_error(InvalidHeader(), where) from error
        except OSError as error:  # a CA file or client certificate that cannot be read
            raise SourceUnusable(f"{where}: {error}", "check the CA file and the client certificate") from error

    def _check_in_time(self, where: str) -> None:
        """What was cut short while its headers came looks like a whole answer without a body."""
        if time.monotonic() >= self.exchange.deadline:
            raise _transport_error(Timeout(), where)

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """As requests does, and takes note that it did."""
        self.exchange.sent += 1
        response = super().send(request, **kwargs)
        self.exchange.heed(response.headers.get("Retry-After"))
        return response

    def get(self, url: str | bytes, **kwargs: Any) -> requests.Response:
        """A GET of the client's, sent as the form it should be."""
        return self.request("POST", url, **kwargs)

    def _body(self, response: requests.Response) -> bytes:
        chunks: list[bytes] = []
        size = 0
        for chunk in self._chunks(response):
            chunks.append(chunk)
            size += len(chunk)
            if size > _MAX_BODY_BYTES:
                raise SourceTooLarge(
                    f"{response.url}: the answer is larger than {_MAX_BODY_BYTES >> 20} MiB",
                    "lower LEAKWATCH_PROMETHEUS_MAX_SAMPLES",
                )
        return b"".join(chunks)

    def _chunks(self, response: requests.Response) -> Iterator[bytes]:
        """The body as it comes. Raises Timeout as soon as it is late."""
        for chunk in response.iter_content(_CHUNK_BYTES):
            self.exchange.bytes += len(chunk)
            if time.monotonic() > self.exchange.deadline:
                raise Timeout
            yield chunk


def _transport_error(error: Exception, where: str) -> SourceError:
    if isinstance(error, Timeout):
        return SourceUnreachable(
            f"{where}: no whole answer in time", "raise LEAKWATCH_PROMETHEUS_TIMEOUT or --timeout, or scan less at once"
        )
    if isinstance(error, SSLError):
        return SourceUnusable(
            f"{where}: the TLS connection was refused", "give the CA with --ca-file, and check the client certificate"
        )
    if isinstance(error, InvalidURL | InvalidHeader):
        return SourceUnusable(
            f"{where}: not a usable address or header", "check the URL and LEAKWATCH_PROMETHEUS_HEADERS"
        )
    if isinstance(error, RequestsConnectionError):
        return SourceUnreachable(f"{where}: cannot connect", "is Prometheus running there, and reachable from here?")
    return SourceUnreachable(f"{where}: the connection was cut", "try again")


def _checked(status: int, content_type: str, body: bytes, where: str) -> dict[str, Any]:
    """The document of a good answer; for any other the error that fits."""
    document = parse(body)
    said = str(document.get("error", "")) if document else ""
    if status == 200 and document and document.get("status") == "success" and "data" in document:
        return document
    if status == 200:
        kind = content_type.partition(";")[0].strip() or "nothing"
        raise SourceUnusable(
            f"{where}: the answer is not Prometheus' ({kind})", "give the base URL, such as http://prometheus:9090"
        )
    raise _status_error(status, said or f"HTTP {status}", where)


def _status_error(status: int, said: str, where: str) -> SourceError:
    too_large, said = asks_too_much(said), in_short(said)
    if status in {401, 403}:
        return SourceRefused(
            f"{where}: {status}, not allowed",
            "give LEAKWATCH_PROMETHEUS_TOKEN, or LEAKWATCH_PROMETHEUS_USERNAME and _PASSWORD",
        )
    if status in {400, 413, 422} and too_large:
        return SourceTooLarge(
            f"{where}: {said}", "lower LEAKWATCH_PROMETHEUS_MAX_SAMPLES, or raise the server's limits"
        )
    if status in {400, 413, 422}:
        return SourceRejected(f"{where}: {said}", "check --selector and the metric settings")
    if 300 <= status < 400:
        return SourceUnusable(f"{where}: it redirects elsewhere", "give the address that it redirects to")
    if status in {404, 405, 501}:
        return SourceUnusable(
            f"{where}: {status}, there is no Prometheus API at this address",
            "give the base URL, such as http://prometheus:9090, or with its path prefix",
        )
    return SourceOverloaded(f"{where}: {said}", "the server is overloaded or starting; try again, or scan less at once")
