"""Real servers to measure, on free ports, as they would run: what they say is kept is on the disk."""

import contextlib
import json
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

_READY_SECONDS = 60


def wait_for(what: Callable[[], Any], why: str) -> Any:
    """The first true value of `what`. Raises TimeoutError."""
    until = time.monotonic() + _READY_SECONDS
    while time.monotonic() < until:
        found = what()
        if found:
            return found
        time.sleep(0.05)
    raise TimeoutError(why)


def answers(url: str) -> bool:
    """Whether a GET succeeds."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def cpu_seconds_of(pid: int) -> float:
    """CPU time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Service:
    """A `leakwatch serve` on one database, which can be killed and started again."""

    def __init__(self, folder: Path, recording: Path, database_url: str | None) -> None:
        self.data_dir = folder / "data"
        self._log = folder / "serve.log"
        self._env = os.environ | {
            "LEAKWATCH_DATA_DIR": str(self.data_dir),
            "LEAKWATCH_PORT": "0",
            "LEAKWATCH_RECORDING": str(recording),
            "LEAKWATCH_SCAN_ON_START": "false",
            "LEAKWATCH_INSECURE_NO_AUTH": "true",
            **({"LEAKWATCH_DATABASE_URL": database_url} if database_url else {}),
        }
        self.url = ""
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with self._log.open("wb") as out:
            command = [sys.executable, "-m", "app.cli", "serve", "--upgrade"]
            self.process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=self._env)

        def url() -> str | None:
            found = re.search(r"leakwatch serves on (http://\S+)", self._log.read_text())
            return found[1] if found else None

        self.url = wait_for(url, "the service does not start")

    def cpu_seconds(self) -> float:
        """CPU time that it has used."""
        assert self.process is not None
        return cpu_seconds_of(self.process.pid)

    def stop(self, number: int = signal.SIGTERM) -> None:
        """Stop it, or kill it."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(30)


class Prometheus:
    """A real Prometheus that takes remote writes, with an empty storage in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @contextlib.contextmanager
    def running(self) -> Iterator[str]:
        """Its URL. Raises FileNotFoundError where it is not installed."""
        port = free_port()
        (self._folder / "prometheus.yml").write_text("global: {}\n")
        command = [
            "prometheus",
            f"--config.file={self._folder}/prometheus.yml",
            f"--storage.tsdb.path={self._folder}/prometheus",
            f"--web.listen-address=127.0.0.1:{port}",
            "--web.enable-remote-write-receiver",
        ]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as self._process:
            try:
                url = f"http://127.0.0.1:{port}"
                wait_for(lambda: answers(f"{url}/-/ready"), "Prometheus does not start")
                yield url
            finally:
                self._process.kill()

    def cpu_seconds(self) -> float:
        """CPU time that it has used."""
        assert self._process is not None
        return cpu_seconds_of(self._process.pid)


@contextlib.contextmanager
def running_postgresql() -> Iterator[str]:
    """The URL of an empty database of a real PostgreSQL with its default settings."""
    folder = Path(tempfile.mkdtemp(prefix="leakwatch-bench-pg-"))
    initdb = shutil.which("initdb") or str(max(Path("/usr/lib/postgresql").glob("*/bin/initdb")))
    user: dict[str, Any] = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        owner = pwd.getpwnam("postgres")
        shutil.chown(folder, owner.pw_uid, owner.pw_gid)
        user = {"user": owner.pw_uid, "group": owner.pw_gid}
    made = [initdb, "-D", str(folder / "data"), "-U", "leakwatch", "-A", "trust", "-E", "UTF8", "--locale=C"]
    subprocess.run(made, check=True, capture_output=True, cwd="/", **user)
    program = str(Path(initdb).with_name("postgres"))
    command = [program, "-D", str(folder / "data"), "-k", str(folder), "-c", "listen_addresses="]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", **user) as process:
        try:
            wait_for((folder / ".s.PGSQL.5432").exists, "PostgreSQL does not start")
            yield f"postgresql://leakwatch@/postgres?host={folder}"
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def running_alertmanager(folder: Path) -> Iterator[str]:
    """The URL of a real Alertmanager that tells nobody. Raises FileNotFoundError where there is none."""
    program = shutil.which("alertmanager") or shutil.which("prometheus-alertmanager")
    if program is None:
        raise FileNotFoundError("alertmanager is not installed")
    (folder / "alertmanager.yml").write_text(
        json.dumps({"route": {"receiver": "none"}, "receivers": [{"name": "none"}]})
    )
    port = free_port()
    command = [
        program,
        f"--config.file={folder / 'alertmanager.yml'}",
        f"--storage.path={folder / 'alertmanager'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(lambda: answers(f"{url}/-/ready"), "Alertmanager does not start")
            yield url
        finally:
            process.kill()
