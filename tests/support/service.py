"""A real `leakwatch serve` in a process of its own, and a certificate for it."""

import contextlib
import re
import signal
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from app.prometheus.recording.demo import demo_recording
from tests.integration.conftest import environment
from tests.support.forked import start_leakwatch
from tests.support.servers import Process, need, wait_until


@dataclass
class Service:
    """One that is up."""

    url: str
    process: Process

    @property
    def log(self) -> str:
        """All that it has said."""
        return self.process.log.read_text()

    def client(self, token: str | None = None, **options: Any) -> httpx2.Client:
        """A client of it."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return httpx2.Client(base_url=self.url, headers=headers, timeout=15.0, trust_env=False, **options)


@contextlib.contextmanager
def running_service(folder: Path, *arguments: str, **settings: Any) -> Iterator[Service]:
    """A service on the demo cluster, on a free port, that scans nothing unless told to. A setting of None is unset."""
    wanted = {"port": 0, "recording": demo_recording(), "scan_on_start": "false"} | settings
    given = {name: value for name, value in wanted.items() if value is not None}
    process = start_leakwatch(["serve", "--upgrade", *arguments], folder / "service.log", environment(**given))

    def url() -> str | None:
        assert process.handle.poll() is None, process.log.read_text()
        found = re.search(r"leakwatch serves on (https?://\S+)", process.log.read_text())
        return None if found is None else found[1]

    try:
        yield Service(wait_until(url, "the service is up"), process)
    finally:
        process.stop(signal.SIGKILL)


@dataclass(frozen=True)
class Certificate:
    """PEM files of a certificate for 127.0.0.1, signed by itself, and of its key."""

    file: Path
    key: Path

    def trusted(self) -> ssl.SSLContext:
        """What a client needs to believe it."""
        return ssl.create_default_context(cafile=str(self.file))


def make_certificate(folder: Path, name: str = "service", *options: str) -> Certificate:
    """A new one, by openssl."""
    made = Certificate(folder / f"{name}.pem", folder / f"{name}.key")
    command = [
        *(need("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-days", "2"),
        *("-subj", "/CN=leakwatch", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(made.key)),
        *("-out", str(made.file), *(options or ("-nodes",))),
    ]
    subprocess.run(command, check=True, capture_output=True)
    return made
