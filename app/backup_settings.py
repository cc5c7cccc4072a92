"""What can be set of snapshots in S3-compatible storage."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, SecretStr

from app.durations import DurationSeconds
from app.setting_checks import check_url

_SECRETS = frozenset({"backup_access_key", "backup_secret_key"})


class BackupSettings(BaseModel):
    """Settings of `db backup` and `db restore`."""

    backup_bucket: str | None = Field(
        None, max_length=255, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]+$", description="Bucket that snapshots are kept in"
    )
    backup_prefix: str = Field(
        "leakwatch", max_length=500, description="Folder in it, of one database alone: old snapshots there are removed"
    )
    backup_endpoint: str | None = Field(
        None, description="S3-compatible server, such as https://minio.example.org:9000 (unset: Amazon's)"
    )
    backup_region: str | None = Field(None, max_length=100, description="Its region (unset: AWS_REGION, or us-east-1)")
    backup_path_style: bool = Field(
        True, description="Ask the endpoint for /bucket/key; false: for /key at bucket.endpoint"
    )
    backup_access_key: SecretStr | None = Field(
        None,
        description="Access key (or ..._ACCESS_KEY_FILE); unset: AWS_ACCESS_KEY_ID, or the role of the pod, task or "
        "machine",
    )
    backup_secret_key: SecretStr | None = Field(None, description="Its secret (or ..._SECRET_KEY_FILE)")
    backup_ca_file: Path | None = Field(None, description="PEM file of the certificate authority to trust there")
    backup_timeout: DurationSeconds = Field(60.0, gt=0, le=3600.0, description="Longest wait for one answer from there")
    backup_keep_daily: int = Field(14, ge=1, le=10_000, description="Days of which the last snapshot is kept")
    backup_keep_weekly: int = Field(8, ge=0, le=10_000, description="Weeks of which the last snapshot is kept")


def backup_secrets() -> frozenset[str]:
    """Those whose value must never be shown, and which may come from a file."""
    return _SECRETS


def check_backup(one: BackupSettings) -> None:
    """Raise ValueError where they do not go together."""
    check_url(one.backup_endpoint, "backup_endpoint")
    if bool(one.backup_access_key) != bool(one.backup_secret_key):
        raise ValueError("backup_access_key: an access key and its secret (backup_secret_key) go together")
    check_prefix(one.backup_prefix, "backup_prefix")


def check_prefix(prefix: str, name: str) -> None:
    """Raise ValueError where it can be no folder in a bucket."""
    parts: list[Any] = prefix.strip("/").split("/")
    if not prefix.isprintable() or any(part in {"", ".", ".."} for part in parts):
        raise ValueError(f"{name}: is no folder: give names separated by /, such as backups/leakwatch")
