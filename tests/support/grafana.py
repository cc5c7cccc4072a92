"""A false Grafana for tests: its annotations API, and faults that a real one is hard to make to have."""

import contextlib
import http.server
import json
import threading
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import httpx2

TOKEN = "glsa_secret"


class Cut(Exception):
    """The connection is to be cut: what was asked for may have been done."""


@dataclass
class FalseGrafana:
    """`faults` are had one after the other by requests of a method: a status, "cut before", or "cut after".

    As Grafana does, it keeps of a tag what stands between its first two colons, and changes no time to nothing.
    """

    annotations: dict[int, dict] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    faults: list[tuple[str, int | str]] = field(default_factory=list)
    token: str = TOKEN
    prefix: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def handle(self, method, target, headers, body):
        """(status, JSON document). Raises Cut."""
        with self._lock:
            path, query = urlsplit(target).path, parse_qs(urlsplit(target).query)
            self.asked.append((method, path))
            fault = self._fault(method)
            if headers.get("Authorization", headers.get("authorization")) != f"Bearer {self.token}":
                return 401, {"message": "Invalid API key"}
            if not path.startswith(f"{self.prefix}/api/annotations"):
                return 404, {"message": "Not found"}
            if isinstance(fault, int):
                return fault, {"message": "so it is told"}
            if fault == "cut before":
                raise Cut
            answer = self._done(method, path, query, json.loads(body) if body else None)
            if fault == "cut after":
                raise Cut
            return answer

    def tagged(self):
        """How often each of our own tags was given."""
        own = [tag for one in self.annotations.values() for tag in one["tags"] if tag.startswith("leakwatch:")]
        return {tag: own.count(tag) for tag in own}

    def transport(self):
        """A transport for a client, without a network."""

        def answer(request):
            target = request.url.raw_path.decode()
            try:
                status, document = self.handle(request.method, target, request.headers, request.read())
            except Cut as cut:
                raise httpx2.ReadError("cut") from cut
            return httpx2.Response(status, json=document)

        return httpx2.MockTransport(answer)

    def _fault(self, method):
        for number, (of, _) in enumerate(self.faults):
            if of == method:
                return self.faults.pop(number)[1]
        return None

    def _done(self, method, path, query, body):
        if method == "GET":
            wanted = {_kept(tag) for tag in query["tags"]}
            found = [one | {"id": id_} for id_, one in self.annotations.items() if wanted <= set(one["tags"])]
            return 200, found[::-1]
        if method == "POST":
            id_ = len(self.annotations) + 100
            end = body.get("timeEnd") or body["time"]
            self.annotations[id_] = body | {"timeEnd": end, "tags": [_kept(tag) for tag in body["tags"]]}
            return 200, {"message": "Annotation added", "id": id_}
        one = self.annotations.get(int(path.rpartition("/")[2]))
        if one is None:
            return 404, {"message": "Could not find annotation to update"}
        one |= {name: value for name, value in body.items() if value}
        one["tags"] = [_kept(tag) for tag in one["tags"]]
        return 200, {"message": "Annotation patched"}


def _kept(tag):
    return ":".join(tag.split(":")[:2])


@contextlib.contextmanager
def serving(grafana, slow=None):
    """The URL of a false Grafana on a port; until `slow` is set, where it is given, it answers POST drop by drop."""
    slow = slow or _not_slow()

    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                status, document = grafana.handle(self.command, self.path, self.headers, body)
            except Cut:
                self.close_connection = True
                return
            told = json.dumps(document).encode()
            with contextlib.suppress(OSError):
                self.send_response(status)
                self.send_header("Content-Length", str(len(told)))
                self.end_headers()
                if self.command == "POST":
                    while not slow.wait(0.05):
                        self.wfile.write(b" ")
                self.wfile.write(told)

        def do_GET(self):
            self.answer()

        def do_POST(self):
            self.answer()

        def do_PATCH(self):
            self.answer()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        slow.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _not_slow():
    event = threading.Event()
    event.set()
    return event
