"""A false API server, for faults that a real one does not give; and kubeconfigs that lead to it."""

import contextlib
import http.server
import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml


@dataclass
class Asked:
    """One request."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any


@dataclass
class Reply:
    """What it is answered. chunks: sent one by one in place of a body, as a watch is; then: runs before any is sent."""

    status: int = 200
    document: Any = None
    body: bytes | None = None
    chunks: Sequence[bytes] = ()
    then: Callable[[], Any] | None = None


@dataclass
class FalseCluster:
    """The server. answer may be replaced while it runs."""

    url: str
    answer: Callable[[Asked], Reply]
    asked: list[Asked] = field(default_factory=list)


def status(code: int, message: str, reason: str = "") -> Reply:
    """An answer that is no good, in the API's own form."""
    document = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message, "code": code}
    return Reply(code, {**document, "reason": reason})


def kubeconfig(folder: Path, server: str, user: Mapping[str, Any] | None = None, **cluster: Any) -> Path:
    """A kubeconfig file that leads to a server."""
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "there", "cluster": {"server": server, **cluster}}],
        "users": [{"name": "me", "user": dict(user or {"token": "s3cret"})}],
        "contexts": [{"name": "here", "context": {"cluster": "there", "user": "me"}}],
        "current-context": "here",
    }
    file = folder / "kubeconfig"
    file.write_text(yaml.safe_dump(document))
    return file


class _QuietServer(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


@contextlib.contextmanager
def false_cluster(answer: Callable[[Asked], Reply]) -> Iterator[FalseCluster]:
    """Serve `answer(asked)` on a free port."""
    shown: FalseCluster

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            body = json.loads(sent) if sent else None
            asked = Asked(self.command, parts.path, query, dict(self.headers), body)
            shown.asked.append(asked)
            reply = shown.answer(asked)
            if reply.then is not None:
                reply.then()
            whole = reply.body if reply.body is not None else json.dumps(reply.document).encode()
            with contextlib.suppress(ConnectionError):
                self.send_response(reply.status)
                self.send_header("Content-Type", "application/json")
                if not reply.chunks:
                    self.send_header("Content-Length", str(len(whole)))
                    self.end_headers()
                    self.wfile.write(whole)
                    return
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                for chunk in reply.chunks:
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
                self.wfile.write(b"0\r\n\r\n")

        do_POST = do_PATCH = do_GET  # noqa: N815 (its base class wants them so)

        def log_message(self, *_: Any) -> None:
            pass

    server = _QuietServer(("127.0.0.1", 0), Handler)
    shown = FalseCluster(f"http://127.0.0.1:{server.server_port}", answer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield shown
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
