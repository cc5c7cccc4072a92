"""A proxy before a real server that spoils some of its answers."""

import contextlib
import http.server
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Answer:
    """An answer on its way. `length` is what the client is told: where the body is shorter, it is cut there."""

    status: int
    kind: str
    body: bytes
    length: int | None = None

    def cut(self, at: int) -> "Answer":
        """The same, broken off after so many bytes."""
        return Answer(self.status, self.kind, self.body[:at], len(self.body))


HTML = Answer(200, "text/html", b"<html><body>Please sign in</body></html>")
BUSY = Answer(503, "text/plain", b"busy")


@dataclass
class Proxy:
    """spoil(number, path, answer) gives what the client is to get of the answer to the request of that number.

    `over` is set when the proxy is closed, for one that waits.
    """

    url: str
    spoil: Callable[[int, str, Answer], Answer]
    over: threading.Event
    asked: list[str] = field(default_factory=list)


@contextlib.contextmanager
def spoiling_proxy(upstream: str) -> Iterator[Proxy]:
    """A proxy before the server at `upstream`; at first it spoils nothing."""
    lock = threading.Lock()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with lock:
                number = len(shown.asked)
                shown.asked.append(self.path)
            answer = shown.spoil(number, self.path, self._forward(body))
            with contextlib.suppress(OSError):
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.kind)
                self.send_header("Content-Length", str(answer.length or len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)
            self.close_connection = self.close_connection or answer.length is not None

        do_GET = do_POST  # noqa: N815 (its base class wants it so)

        def _forward(self, body: bytes) -> Answer:
            headers = {
                name: value for name, value in self.headers.items() if name.lower() not in {"host", "connection"}
            }
            data = body if self.command == "POST" else None
            request = urllib.request.Request(upstream + self.path, data, headers, method=self.command)
            try:
                with urllib.request.urlopen(request, timeout=60) as reply:
                    return Answer(reply.status, reply.headers.get("Content-Type", ""), reply.read())
            except urllib.error.HTTPError as error:
                return Answer(error.code, error.headers.get("Content-Type", ""), error.read())
            except OSError:
                return Answer(502, "text/plain", b"bad gateway")

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    url = f"http://127.0.0.1:{server.server_port}"
    shown = Proxy(url, lambda number, path, answer: answer, threading.Event())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield shown
    finally:
        shown.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
