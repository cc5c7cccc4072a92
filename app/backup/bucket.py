"""A folder in S3-compatible storage: what is written, read, listed and removed there, each within a time limit.

By obstore, which signs requests and takes credentials, unless they are set, where the tools of Amazon's do: from
AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, from the role of a pod (web identity), of a container, or of a machine.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from app.backup.refusals import refusal
from app.backup_settings import BackupSettings
from app.errors import SettingsError, StoreUnusable
from app.text import printable

if TYPE_CHECKING:
    from obstore.store import ClientConfig, ObjectStore, RetryConfig, S3Config

_CONNECT_SECONDS = 10.0
_RETRIES = 3
# How much is asked for, or sent, at once: each piece has a request, and a time limit, of its own.
_PIECE_BYTES = 8 << 20
_PIECES_AT_ONCE = 2
# In a folder of one database there are some dozens.
_MOST_OBJECTS = 10_000


@dataclass(frozen=True, slots=True)
class Bucket:
    """Methods raise StoreUnreachable, StoreRefused, StoreUnusable. where: the folder, as people know it."""

    store: "ObjectStore"
    where: str

    def sizes(self) -> dict[str, int]:
        """The size of each object, bytes, by its name in the folder."""
        found: dict[str, int] = {}
        with self._told("list"):
            for some in obstore.list(self.store):
                found |= {one["path"]: one["size"] for one in some}
                if len(found) > _MOST_OBJECTS:
                    raise StoreUnusable(
                        f"{self.where} holds more than {_MOST_OBJECTS} objects", "give snapshots a folder of their own"
                    )
        return found

    def write(self, name: str, content: bytes | Iterator[bytes]) -> None:
        """Make an object, of blocks as they come; where that fails, or they raise, there is none."""
        with self._told("write"):
            obstore.put(self.store, name, content, chunk_size=_PIECE_BYTES, max_concurrency=_PIECES_AT_ONCE)

    def read(self, name: str, size: int) -> Iterator[bytes]:
        """The blocks of an object of that size. Raises NoSnapshot where it is not there."""
        for start in range(0, size, _PIECE_BYTES):
            with self._told("read", name):
                block = obstore.get_range(self.store, name, start=start, end=min(start + _PIECE_BYTES, size))
            yield block.to_bytes()

    def remove(self, name: str) -> None:
        """Remove an object; one that is gone already is no error."""
        with self._told("remove"):
            obstore.delete(self.store, name)

    @contextmanager
    def _told(self, act: str, name: str = "") -> Iterator[None]:
        try:
            yield
        except (BaseError, FileNotFoundError) as error:
            raise refusal(act, self.where, name, error) from error


def open_bucket(settings: BackupSettings, bucket: str, prefix: str) -> Bucket:
    """A folder of a bucket; nothing is asked yet. Raises SettingsError where the settings cannot be used."""
    seconds = settings.backup_timeout
    client: ClientConfig = {
        "connect_timeout": timedelta(seconds=min(seconds, _CONNECT_SECONDS)),
        "timeout": timedelta(seconds=seconds),
        "allow_http": (settings.backup_endpoint or "").startswith("http://"),
    }
    if settings.backup_ca_file is not None:
        client["root_certificate"] = _authority(settings)
    # What fails at once is tried again within the time that one answer may take.
    retry: RetryConfig = {"max_retries": _RETRIES, "retry_timeout": timedelta(seconds=seconds)}
    try:
        store = S3Store(
            bucket,
            prefix=prefix.strip("/"),
            config=_config(settings, bucket),
            client_options=client,
            retry_config=retry,
        )
    except (BaseError, ValueError) as error:
        reason = printable(str(error).partition("\n")[0])
        raise SettingsError(f"LEAKWATCH_BACKUP_ENDPOINT: cannot be used: {reason}") from error
    return Bucket(store, f"s3://{bucket}/{prefix.strip('/')}")


def _config(settings: BackupSettings, bucket: str) -> "S3Config":
    config: S3Config = {}
    if settings.backup_region:
        config["region"] = settings.backup_region
    if settings.backup_access_key and settings.backup_secret_key:
        config["access_key_id"] = settings.backup_access_key.get_secret_value()
        config["secret_access_key"] = settings.backup_secret_key.get_secret_value()
    if settings.backup_endpoint:
        endpoint = settings.backup_endpoint.rstrip("/")
        scheme, host = endpoint.split("://", 1)
        config["endpoint"] = endpoint if settings.backup_path_style else f"{scheme}://{bucket}.{host}"
        config["virtual_hosted_style_request"] = not settings.backup_path_style
    return config


def _authority(settings: BackupSettings) -> bytes:
    path = settings.backup_ca_file
    try:
        content = b"" if path is None else path.read_bytes()
    except OSError as error:
        raise SettingsError(f"LEAKWATCH_BACKUP_CA_FILE: cannot read {path}: {error.strerror}") from error
    if b"-----BEGIN CERTIFICATE-----" not in content:
        raise SettingsError("LEAKWATCH_BACKUP_CA_FILE: is not a PEM file of certificates")
    return content
