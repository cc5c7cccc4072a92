"""Real servers for tests, started on free ports and stopped again; and a false one for faults that are hard to have."""

import contextlib
import http.server
import itertools
import os
import pwd
import random
import shutil
import signal
import socket
import socketserver
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.support.forked import Forked

_READY_SECONDS = 60.0
_STOP_SECONDS = 15.0
_PAUSE_SECONDS = 0.05
_FIRST_PORT = 20_000
_PORTS_OF_A_WORKER = 1_000
_WORKERS_WITH_PORTS = 12
_numbers = itertools.count()
# Two runs of pytest at once begin elsewhere.
_start = random.SystemRandom().randrange(_PORTS_OF_A_WORKER)


def wait_until(what: Callable[[], Any], why: str, seconds: float = _READY_SECONDS) -> Any:
    """The first true value of `what`; the test fails when there is none in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = what()
        if found:
            return found
        time.sleep(_PAUSE_SECONDS)
    pytest.fail(f"waited {seconds:g} s in vain until {why}")


def free_port() -> int:
    """A port that is free, and that nobody else is about to be given.

    It lies below those that the system hands out (32768 and up, on Linux), and each worker of pytest-xdist has a
    thousand of its own: what takes it a moment later finds it free still.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = _FIRST_PORT + _PORTS_OF_A_WORKER * (worker % _WORKERS_WITH_PORTS)
    for _ in range(_PORTS_OF_A_WORKER):
        port = first + (_start + next(_numbers)) % _PORTS_OF_A_WORKER
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    pytest.fail("no port is free")


def answers(url: str) -> bool:
    """Whether a GET succeeds."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def need(program: str) -> str:
    """The path of a program; the test is skipped, and says so, where there is none."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed (make test installs it where it may)")
    return found


@dataclass
class Process:
    """A running server."""

    handle: "subprocess.Popen[bytes] | Forked"
    log: Path

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Stop it and give its exit status."""
        if self.handle.poll() is None:
            self.handle.send_signal(number)
        try:
            return self.handle.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.handle.kill()
            self.handle.wait(_STOP_SECONDS)
            raise


def start(command: list[str], log: Path, **options: Any) -> Process:
    """Start a program with its output in a file."""
    with log.open("wb") as out:
        return Process(subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, **options), log)


@dataclass
class Prometheus:
    """A real Prometheus that takes remote writes."""

    url: str
    folder: Path
    process: Process


@contextlib.contextmanager
def running_prometheus(folder: Path, *options: str, configured: str = "global: {}\n") -> Iterator[Prometheus]:
    """A real, empty Prometheus, with this configuration (YAML)."""
    program = need("prometheus")
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "prometheus.yml"
    config.write_text(configured)
    port = free_port()
    command = [
        program,
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--web.enable-remote-write-receiver",
        "--storage.tsdb.retention.time=60d",
        *options,
    ]
    process = start(command, folder / "log")
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: answers(f"{url}/-/ready"), "Prometheus is ready")
        yield Prometheus(url, folder, process)
    finally:
        process.stop(signal.SIGKILL)


@dataclass
class Victoria:
    """A real single VictoriaMetrics. It takes remote writes, and what it took is seen after `flush`."""

    url: str
    folder: Path
    process: Process

    def flush(self) -> None:
        """Let everything written be seen."""
        assert answers(f"{self.url}/internal/force_flush")


@contextlib.contextmanager
def running_victoria(folder: Path, *options: str, prefix: str = "") -> Iterator[Victoria]:
    """A real, empty VictoriaMetrics. prefix: what all its paths begin with."""
    program = shutil.which("victoria-metrics-prod") or need("victoria-metrics")
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    command = [
        program,
        f"-storageDataPath={folder / 'data'}",
        f"-httpListenAddr=127.0.0.1:{port}",
        "-retentionPeriod=10y",
        f"-http.pathPrefix={prefix}",
        *options,
    ]
    process = start(command, folder / "log")
    try:
        url = f"http://127.0.0.1:{port}{prefix}"
        wait_until(lambda: answers(f"{url}/health"), "VictoriaMetrics is ready")
        yield Victoria(url, folder, process)
    finally:
        process.stop(signal.SIGKILL)


@dataclass
class Alertmanager:
    """A real Alertmanager. command: starts it again on the same data and port, after a kill."""

    url: str
    folder: Path
    command: list[str]
    process: Process

    def restart(self) -> None:
        """Start it again, once it has ended."""
        self.process = start(self.command, self.folder / "log-again")
        wait_until(lambda: answers(f"{self.url}/-/ready"), "Alertmanager is ready again")


@contextlib.contextmanager
def running_alertmanager(folder: Path, config: str) -> Iterator[Alertmanager]:
    """A real Alertmanager with this configuration (YAML)."""
    program = shutil.which("alertmanager") or need("prometheus-alertmanager")
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "alertmanager.yml"
    file.write_text(config)
    port = free_port()
    command = [
        program,
        f"--config.file={file}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    shown = Alertmanager(f"http://127.0.0.1:{port}", folder, command, start(command, folder / "log"))
    try:
        wait_until(lambda: answers(f"{shown.url}/-/ready"), "Alertmanager is ready")
        yield shown
    finally:
        shown.process.stop(signal.SIGKILL)


@contextlib.contextmanager
def running_pushgateway(folder: Path, *options: str) -> Iterator[str]:
    """The URL of a real, empty Pushgateway."""
    program = shutil.which("pushgateway") or need("prometheus-pushgateway")
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    process = start([program, f"--web.listen-address=127.0.0.1:{port}", *options], folder / "log")
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: answers(f"{url}/-/ready"), "the Pushgateway is ready")
        yield url
    finally:
        process.stop(signal.SIGKILL)


@dataclass
class PostgreSQL:
    """A real PostgreSQL, reached through a socket. command and options: start it again on the same data."""

    folder: Path
    command: list[str]
    options: dict[str, Any]
    process: Process

    def url(self, database: str) -> str:
        """The URL of the database of that name."""
        return f"postgresql://leakwatch@/{database}?host={self.folder}"

    def stop(self, number: int) -> None:
        """SIGTERM waits for clients, SIGINT cuts them off, SIGQUIT is as a crash."""
        self.process.stop(number)

    def start(self) -> None:
        """Start it again, once it has ended."""
        self.process = start(self.command, self.folder / "log-again", **self.options)
        self._wait()

    @contextlib.contextmanager
    def standing_still(self) -> Iterator[None]:
        """All its processes stop: connections stay, and nothing answers."""
        leader = self.process.handle.pid
        processes = [leader, *map(int, Path(f"/proc/{leader}/task/{leader}/children").read_text().split())]
        for one in processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGSTOP)
        try:
            yield
        finally:
            for one in processes:
                with contextlib.suppress(ProcessLookupError):  # one was ending, and its leader has seen it by now
                    os.kill(one, signal.SIGCONT)

    def _wait(self) -> None:
        wait_until((self.folder / ".s.PGSQL.5432").exists, "PostgreSQL listens")


@contextlib.contextmanager
def running_postgresql() -> Iterator[PostgreSQL]:
    """A real PostgreSQL."""
    # A folder of its own under /tmp: its user must get there, and the path of a socket may not be long.
    folder = Path(tempfile.mkdtemp(prefix="leakwatch-pg-"))
    try:
        with _postgresql_in(folder) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _postgresql_in(folder: Path) -> Iterator[PostgreSQL]:
    initdb = shutil.which("initdb") or next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))), None)
    if initdb is None:
        pytest.skip("postgresql is not installed (make test installs it where it may)")
    user: dict[str, Any] = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        try:
            owner = pwd.getpwnam("postgres")
        except KeyError:
            pytest.skip("PostgreSQL does not run as root, and there is no user postgres")
        shutil.chown(folder, owner.pw_uid, owner.pw_gid)
        user = {"user": owner.pw_uid, "group": owner.pw_gid}
    data = folder / "data"
    made = subprocess.run(
        [initdb, "-D", data, "-U", "leakwatch", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C"],
        capture_output=True,
        check=False,
        cwd="/",
        **user,
    )
    assert made.returncode == 0, made.stderr.decode()
    command = [
        str(Path(initdb).with_name("postgres")),
        *("-D", str(data), "-k", str(folder), "-c", "listen_addresses=", "-c", "fsync=off"),
    ]
    options = {"cwd": "/", **user}
    server = PostgreSQL(folder, command, options, start(command, folder / "log", **options))
    try:
        server._wait()
        yield server
    finally:
        server.stop(signal.SIGQUIT)  # as a crash: what it would write to its files in order to end well is not wanted


Reply = tuple[int, str, bytes] | tuple[int, str, bytes, dict[str, str]]


class Cut(bytes):
    """A body of which more was promised when the connection was cut."""


@dataclass
class FalsePrometheus:
    """An HTTP server that answers as it is told; `asked` has the path, headers and form of each request."""

    url: str
    answer: Callable[[str, str], Reply | None]
    asked: list[tuple[str, dict[str, str], str]] = field(default_factory=list)


class _QuietServer(http.server.ThreadingHTTPServer):
    """A client that goes away, or is refused, is what the tests want, and nothing to report."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


@contextlib.contextmanager
def false_prometheus(
    answer: Callable[[str, str], Reply | None], tls: ssl.SSLContext | None = None
) -> Iterator[FalsePrometheus]:
    """Serve `answer(path, form)`: (status, content type, body) and further headers, or None to cut the connection."""
    shown: FalsePrometheus

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode(errors="replace")
            shown.asked.append((self.path, dict(self.headers), form))
            reply = shown.answer(self.path, form)
            if reply is None:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{")
                self.close_connection = True
                return
            status, kind, body, *more = reply
            self.send_response(status)
            self.send_header("Content-Type", kind)
            cut = isinstance(body, Cut)
            self.send_header("Content-Length", str(len(body) + 1000 * cut))
            self.close_connection = self.close_connection or cut
            for name, value in (more[0] if more else {}).items():
                self.send_header(name, value)
            self.end_headers()
            with contextlib.suppress(ConnectionError):
                self.wfile.write(body)

        do_GET = do_PUT = do_POST  # noqa: N815 (its base class wants them so)

        def log_message(self, *_: Any) -> None:
            pass

    server = _QuietServer(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    shown = FalsePrometheus(f"http://127.0.0.1:{server.server_port}", answer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield shown
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextlib.contextmanager
def exporting(page: str) -> Iterator[str]:
    """A target to scrape that always shows this page of metrics; its host and port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            with contextlib.suppress(ConnectionError):
                self.wfile.write(page.encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = _QuietServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextlib.contextmanager
def cutting_server(answer: bytes) -> Iterator[str]:
    """A server that sends these bytes to whoever asks, whatever they are, and closes the connection."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError):
                self.request.recv(65_536)
                self.request.sendall(answer)
                self.request.shutdown(socket.SHUT_WR)
                while self.request.recv(65_536):
                    pass  # what is closed with something unread is reset, and the answer lost

    with _serving(Handler) as url:
        yield url


@contextlib.contextmanager
def dripping_server(head: bytes, drop: bytes, given_up: threading.Event | None = None) -> Iterator[str]:
    """A server that answers `head` and then `drop` again and again, a little at a time, and never ends.

    given_up is set when a client has closed its connection.
    """
    over = threading.Event()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            try:
                self.request.recv(65_536)
                self.request.sendall(head)
                while not over.wait(_PAUSE_SECONDS):
                    self.request.sendall(drop)
            except OSError:
                if given_up is not None:
                    given_up.set()

    try:
        with _serving(Handler) as url:
            yield url
    finally:
        over.set()


@contextlib.contextmanager
def _serving(handler: type[socketserver.BaseRequestHandler]) -> Iterator[str]:
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
