"""What can be set of snapshots in S3-compatible storage."""

import re
from pathlib import Path

from pydantic import BaseModel, Field, SecretStr

from app.durations import DurationSeconds
from app.setting_checks import check_url

BACKUP_SECRETS = frozenset({"backup_access_key", "backup_secret_key"})
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,254}")


class BackupSettings(BaseModel):
    """A part of Settings: that of `db backup` and `db restore`."""

    backup_bucket: str | None = Field(None, description="Bucket that `db backup` keeps snapshots in, and restores from")
    backup_prefix: str = Field(
        "leakwatch",
        max_length=500,
        description="Folder in it, for one database alone: old snapshots in it are removed",
    )
    backup_endpoint: str | None = Field(
        None, description="S3-compatible server, such as https://minio.example.org:9000 (unset: Amazon's)"
    )
    backup_region: str | None = Field(None, max_length=100, description="Its region (unset: AWS_REGION, or us-east-1)")
    backup_path_style: bool = Field(
        True, description="Ask that server for /bucket/key; false: for /key at bucket.server"
    )
    backup_access_key: SecretStr | None = Field(
        None,
        description="Access key (or ..._ACCESS_KEY_FILE); unset: AWS_ACCESS_KEY_ID, or the pod's or machine's role",
    )
    backup_secret_key: SecretStr | None = Field(None, description="Its secret (or ..._SECRET_KEY_FILE)")
    backup_ca_file: Path | None = Field(None, description="PEM file of the certificate authority to trust there")
    backup_timeout: DurationSeconds = Field(60.0, gt=0, le=3600.0, description="Longest wait for one answer from there")
    backup_keep_daily: int = Field(14, ge=1, le=10_000, description="Days of which the last snapshot is kept")
    backup_keep_weekly: int = Field(8, ge=0, le=10_000, description="Weeks of which the last snapshot is kept")


def check_backup(one: BackupSettings) -> None:
    """Raise ValueError, naming the setting, where they do not go together."""
    check_url(one.backup_endpoint, "backup_endpoint")
    if bool(one.backup_access_key) != bool(one.backup_secret_key):
        raise ValueError("backup_access_key: an access key and its secret (backup_secret_key) go together")
    if one.backup_bucket is not None and not _BUCKET.fullmatch(one.backup_bucket):
        raise ValueError("backup_bucket: is no name of a bucket")
    try:
        check_place("any", one.backup_prefix)
    except ValueError as error:
        raise ValueError(f"backup_prefix: {error}") from None


def check_place(bucket: str, prefix: str) -> None:
    """Raise ValueError where that is no bucket, or no folder in it."""
    if not _BUCKET.fullmatch(bucket):
        raise ValueError("this is no name of a bucket")
    if not prefix.isprintable() or any(part in {"", ".", ".."} for part in prefix.strip("/").split("/")):
        raise ValueError("snapshots need a folder of their own, such as backups/leakwatch")
