"""One API server: JSON documents by path, every call bounded in time and size, errors that say what to do.

Typed objects of the client library are slow and fat; of it only the way in is used (app/kubernetes/connect.py).
"""

import contextlib
import threading
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, Self

from urllib3.exceptions import HTTPError, MaxRetryError, ReadTimeoutError

from app.errors import ClusterError, ClusterUnauthorized, ClusterUnreachable
from app.kubernetes.answers import NOT_KUBERNETES, Parse, document_in, read_events, read_whole
from app.kubernetes.call import JSON, Call
from app.kubernetes.line import Line, line_of_this_thread
from app.kubernetes.refusals import refusal
from app.kubernetes.way import effective_access
from app.settings import Settings

if TYPE_CHECKING:
    from app.kubernetes.connect import Connection

FIELD_MANAGER = "leakwatch"
PatchKind = Literal["strategic", "merge", "json", "apply"]
_PATCH_TYPES: Mapping[PatchKind, str] = {
    "strategic": "application/strategic-merge-patch+json",
    "merge": "application/merge-patch+json",
    "json": "application/json-patch+json",
    "apply": "application/apply-patch+yaml",
}
_MOST_PAGES = 10_000
# The server ends a watch after so long; where nothing else comes, a bookmark does, about once a minute.
_WATCH_SECONDS = 240
_WATCH_SILENCE_SECONDS = 150.0
# How long credentials that were read anew, and were not accepted either, are not read once more.
_LOGIN_PAUSE_SECONDS = 5.0


class ClusterAccess:
    """One API server. For any number of threads."""

    def __init__(self, settings: Settings) -> None:
        """settings: of one cluster, with an access that is in_cluster or kubeconfig. Connects when first asked."""
        self.settings = settings
        self._timeout = settings.kubernetes_timeout
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._refused_at = -_LOGIN_PAUSE_SECONDS
        self._lines: set[Line] = set()
        self._closed = False

    @classmethod
    def of(cls, settings: Settings, cluster: str = "", *, by_hand: bool = False) -> Self | None:
        """The access to a cluster ("": the only one), or None where the settings give none to it.

        by_hand: a person's command, which takes kubectl's own kubeconfig where a service would have no access.
        """
        meant = effective_access(settings, cluster, by_hand=by_hand)
        return None if meant is None else cls(meant)

    def get(self, path: str, query: Mapping[str, str] | None = None) -> dict[str, Any]:
        """The document at a path. Raises ClusterError."""
        return self._document(Call("GET", path, query or {}, self._timeout))

    def pages(
        self,
        path: str,
        query: Mapping[str, str] | None = None,
        limit: int = 500,
        *,
        accept: str = JSON,
        parse: Parse = document_in,
    ) -> Iterator[dict[str, Any]]:
        """The documents of a list, `limit` items at a time.

        accept: METADATA_ONLY leaves out spec and status; parse: makes of the body what is wanted of a page.
        Raises ClusterError; ClusterExpired where a later page is asked for too late.
        """
        asked = {**(query or {}), "limit": str(limit)}
        for _ in range(_MOST_PAGES):
            call = Call("GET", path, dict(asked), self._timeout, accept)
            page = self._document(call, parse)
            # One of metadata alone has null where there is nothing.
            if "items" not in page or not isinstance(page["items"], list | None):
                raise ClusterError(f"{self._named(call)}: the answer is no list", NOT_KUBERNETES)
            yield page
            metadata = page.get("metadata")
            following = metadata.get("continue") if isinstance(metadata, dict) else None
            if not following:
                return
            asked["continue"] = str(following)
        raise ClusterError(f"{self._named(call)}: the list does not end", NOT_KUBERNETES)

    def watch(
        self, path: str, resource_version: str, query: Mapping[str, str] | None = None, *, accept: str = JSON
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """What changes after a version: "ADDED", "MODIFIED", "DELETED" or "BOOKMARK", and the object.

        Once this returns, the server has taken it up. It ends after some minutes, or where nothing came for long: go on
        from the version of the last object. Raises ClusterError, then and later; ClusterExpired where the version is
        too old: list anew.
        """
        asked = {
            **(query or {}),
            "watch": "1",
            "resourceVersion": resource_version,
            "allowWatchBookmarks": "true",
            "timeoutSeconds": str(_WATCH_SECONDS),
        }
        call = Call("GET", path, asked, _WATCH_SILENCE_SECONDS, accept)
        with contextlib.ExitStack() as stack:
            line = stack.enter_context(self._line())
            with _cut_after(line, self._timeout):
                response = self._sent(line, call)
                stack.callback(response.close)
                if response.status != 200:
                    raise refusal(response.status, self._whole(line, response, call), self._named(call))
            return self._followed(stack.pop_all(), line, response, call)

    def _followed(
        self, stack: contextlib.ExitStack, line: Line, response: Any, call: Call
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        with stack:
            try:
                yield from read_events(response, self._named(call))
            except ReadTimeoutError:
                return
            except (HTTPError, OSError) as error:
                raise self._cut(line, call) from error

    def patch(self, path: str, body: Any, kind: PatchKind, *, dry_run: bool = False) -> dict[str, Any]:
        """The object as it is after the patch. kind: "apply" is server-side apply. Raises ClusterError."""
        if (kind == "json") != isinstance(body, list):
            raise ValueError("a JSON patch is a list, and no other patch is")
        return self._write("PATCH", path, body, _PATCH_TYPES[kind], dry_run)

    def post(self, path: str, body: Any, *, dry_run: bool = False) -> dict[str, Any]:
        """The object that was made of `body`. Raises ClusterError."""
        return self._write("POST", path, body, JSON, dry_run)

    @property
    def server(self) -> str:
        """The host that was reached, and its port; "" before it was asked."""
        connection = self._connection
        return "" if connection is None else connection.host

    def close(self) -> None:
        """End what is under way, watches too, and the connections."""
        with self._lock:
            self._closed = True
            lines, connection, self._connection = list(self._lines), self._connection, None
        for line in lines:
            line.cut()
        if connection is not None:
            connection.close()

    def _write(self, method: str, path: str, body: Any, content_type: str, dry_run: bool) -> dict[str, Any]:
        query = {"fieldManager": FIELD_MANAGER, **({"dryRun": "All"} if dry_run else {})}
        call = Call(method, path, query, self._timeout, body=body, content_type=content_type)
        return self._document(call, _read_after_writing)

    def _document(self, call: Call, parse: Parse = document_in) -> dict[str, Any]:
        with self._line() as line, _cut_after(line, self._timeout):
            response = self._sent(line, call)
            body = self._whole(line, response, call)
        if not 200 <= response.status < 300:
            raise refusal(response.status, body, self._named(call), writes=call.writes)
        return parse(body, self._named(call))

    def _whole(self, line: Line, response: Any, call: Call) -> bytes:
        whole = False
        try:
            body = read_whole(response, self._named(call))
            whole = not line.was_cut  # what was cut may look like an end
        except (HTTPError, OSError) as error:
            raise self._cut(line, call) from error
        except ClusterError as error:  # too large: of a write that may have been done
            if call.writes:
                raise ClusterUnreachable(str(error), error.hint) from error
            raise
        finally:
            if whole:
                response.release_conn()
            else:
                response.close()
        if not whole:
            raise self._cut(line, call)
        return body

    def _sent(self, line: Line, call: Call) -> Any:
        """The answer, whose body is not read yet. Where the credentials are not accepted they are read anew, once."""
        connection = self._connected()
        response = self._sent_by(connection, line, call)
        if response.status == 401 and self._drop(connection):
            response.close()
            connection = self._connected()
            response = self._sent_by(connection, line, call)
            if response.status == 401:
                self._refused_at = time.monotonic()
        return response

    def _sent_by(self, connection: "Connection", line: Line, call: Call) -> Any:
        from app.kubernetes.connect import TlsRefused  # noqa: PLC0415 (`kubernetes` takes a second)

        try:
            with line_of_this_thread(line):
                return connection.send(call, self._timeout)
        except TlsRefused:
            if line.was_cut:
                raise self._cut(line, call) from None
            raise ClusterError(
                f"{self._named(call)}: the TLS connection was refused",
                "is the kubeconfig stale? check its certificates",
            ) from None
        except (HTTPError, OSError) as error:
            raise self._cut(line, call, error) from error
        except ValueError:  # its text has the token in it
            raise ClusterUnauthorized(
                f"{self._named(call)}: the credentials cannot be sent", "the token must be one line of ASCII"
            ) from None

    def _connected(self) -> "Connection":
        from app.kubernetes.connect import Connection  # noqa: PLC0415 (`kubernetes` takes a second)

        with self._lock:
            if self._closed:
                raise ClusterUnreachable("the access to the cluster was closed")
            if self._connection is None:
                self._connection = Connection(self.settings)
            return self._connection

    def _drop(self, used: "Connection") -> bool:
        """Forget the credentials of that connection, so that they are read anew; False where they were, in vain."""
        with self._lock:
            if self._closed or time.monotonic() - self._refused_at < _LOGIN_PAUSE_SECONDS:
                return False
            if self._connection is used:
                self._connection = None
                used.close()
            return True

    @contextlib.contextmanager
    def _line(self) -> Iterator[Line]:
        line = Line()
        with self._lock:
            self._lines.add(line)
        try:
            yield line
        finally:
            with self._lock:
                self._lines.discard(line)

    def _cut(self, line: Line, call: Call, error: Exception | None = None) -> ClusterUnreachable:
        if self._closed:
            return ClusterUnreachable("the access to the cluster was closed")
        if line.was_cut or _is_late(error):
            return ClusterUnreachable(
                f"{self._named(call)}: no whole answer in {self._timeout:g} s",
                "is the API server well? or raise LEAKWATCH_KUBERNETES_TIMEOUT",
            )
        if error is not None:
            return ClusterUnreachable(
                f"{self._named(call)}: cannot connect",
                "is it running, and reachable from here? is the kubeconfig stale?",
            )
        return ClusterUnreachable(f"{self._named(call)}: the connection was cut", "try again")

    def _named(self, call: Call) -> str:
        connection = self._connection
        return f"Kubernetes API{'' if connection is None else f' at {connection.host}'}: {call}"


def _is_late(error: Exception | None) -> bool:
    """Whether the socket's own time-out came first: it and the timer that cuts the line end in the same moment."""
    return isinstance(error.reason if isinstance(error, MaxRetryError) else error, ReadTimeoutError)


def _read_after_writing(body: bytes, what: str) -> dict[str, Any]:
    """The object after a write that was accepted: where it cannot be read, what was asked for may have been done."""
    try:
        return document_in(body, what)
    except ClusterError as error:
        raise ClusterUnreachable(str(error), "it may have been done: look at the object") from error


@contextlib.contextmanager
def _cut_after(line: Line, seconds: float) -> Iterator[None]:
    timer = threading.Timer(seconds, line.cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
