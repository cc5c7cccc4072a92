"""A real server of S3's API for tests, on a folder: Versity's gateway, which `make control-plane` builds."""

import contextlib
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.control_plane import program
from tests.support.servers import answers, free_port, start, wait_until
from tests.support.service import Certificate

_KEY, _SECRET = "key-of-tests", "secret-of-tests"
BUCKET = "backups"


@dataclass(frozen=True)
class ObjectStore:
    """A running server with one bucket. folder: where the bucket's objects are files."""

    url: str
    folder: Path

    def settings(self, **more: Any) -> dict[str, Any]:
        """The settings that lead there, by their names."""
        given = {
            "backup_endpoint": self.url,
            "backup_bucket": BUCKET,
            "backup_access_key": _KEY,
            "backup_secret_key": _SECRET,
        }
        return given | more

    def files(self, prefix: str) -> list[Path]:
        """The objects of a folder of the bucket, by name."""
        return sorted(one for one in (self.folder / prefix).glob("*") if one.is_file())

    @property
    def is_uploading(self) -> bool:
        """Whether pieces have come of what is not a whole object yet."""
        return any(one.is_file() for one in (self.folder / ".sgwtmp").rglob("*"))


@contextlib.contextmanager
def running_s3(folder: Path, tls: Certificate | None = None) -> Iterator[ObjectStore]:
    """A real, empty object store."""
    data, kept_beside = folder / "data", folder / "metadata"
    (data / BUCKET).mkdir(parents=True)
    kept_beside.mkdir()
    port = free_port()
    secured = [] if tls is None else ["--cert", str(tls.file), "--key", str(tls.key)]
    command = [
        *(program("versitygw"), "--access", _KEY, "--secret", _SECRET, "--port", f"127.0.0.1:{port}"),
        *("--health", "/health", *secured, "posix", "--sidecar", str(kept_beside), str(data)),
    ]
    process = start(command, folder / "log")
    try:
        scheme = "http" if tls is None else "https"
        if tls is None:
            wait_until(lambda: answers(f"http://127.0.0.1:{port}/health"), "the object store answers")
        else:
            wait_until(lambda: b"listening" in (folder / "log").read_bytes(), "the object store listens")
        yield ObjectStore(f"{scheme}://127.0.0.1:{port}", data / BUCKET)
    finally:
        process.stop(signal.SIGKILL)
