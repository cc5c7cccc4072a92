"""Options that more than one command has, and what they make of the settings."""

import getpass
import math
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from app.durations import parse_duration
from app.errors import UsageError

PrometheusUrl = Annotated[
    str | None, typer.Option("--prometheus-url", help="Prometheus, Thanos, Mimir or VictoriaMetrics to scan.")
]
Recording = Annotated[
    Path | None, typer.Option("--recording", help="A recorded cluster (Parquet, CSV, promtool tsdb dump) instead.")
]
Lookback = Annotated[str | None, typer.Option("--lookback", help="Window of the scan, such as 48h.")]
History = Annotated[
    str | None, typer.Option("--history", help="How far before the window to look coarsely, such as 7d.")
]
Step = Annotated[
    str | None, typer.Option("--step", help="Step of the grid, such as 1m. Chosen from the window if unset.")
]
Namespace = Annotated[list[str] | None, typer.Option("--namespace", "-n", help="Only this namespace. Repeatable.")]
Selector = Annotated[str | None, typer.Option("--selector", help='Further label matchers, such as pod=~"cart-.*".')]
Cluster = Annotated[str | None, typer.Option("--cluster", help="Name of the cluster, part of each fingerprint.")]
Header = Annotated[
    list[str] | None, typer.Option("--header", help="Further request header, 'Name: value'. Repeatable.")
]
Timeout = Annotated[str | None, typer.Option("--timeout", help="Longest wait for one answer, such as 60s.")]
Tenant = Annotated[str | None, typer.Option("--tenant", help="Tenant, sent as X-Scope-OrgID.")]
Username = Annotated[
    str | None,
    typer.Option("--username", help="User of basic authentication; the password is LEAKWATCH_PROMETHEUS_PASSWORD."),
]
TokenFile = Annotated[
    Path | None, typer.Option("--token-file", help="File with a bearer token (or set LEAKWATCH_PROMETHEUS_TOKEN).")
]
PasswordFile = Annotated[Path | None, typer.Option("--password-file", help="File with the password of --username.")]
CaFile = Annotated[Path | None, typer.Option("--ca-file", help="Certificate authority to trust, PEM.")]
ClientCert = Annotated[Path | None, typer.Option("--client-cert", help="Client certificate, PEM.")]
ClientKey = Annotated[Path | None, typer.Option("--client-key", help="Key of the client certificate, PEM.")]
End = Annotated[
    str | None,
    typer.Option(
        "--end",
        help="End of the window, RFC 3339 or unix seconds; the present if unset. The past keeps no incidents, "
        "and heeds no 'not a leak'.",
    ),
]


def connection(
    *,
    header: list[str] | None,
    timeout: str | None,
    tenant: str | None,
    token_file: Path | None,
    username: str | None,
    password_file: Path | None,
    ca_file: Path | None,
    client_cert: Path | None,
    client_key: Path | None,
) -> dict[str, Any]:
    """The settings that the options of the connection make. Raises UsageError."""
    return {
        "prometheus_headers": headers_of(header),
        "prometheus_timeout": timeout,
        "prometheus_tenant": tenant,
        "prometheus_token": secret_in(token_file, "--token-file"),
        "prometheus_username": username,
        "prometheus_password": secret_in(password_file, "--password-file"),
        "prometheus_ca_file": ca_file,
        "prometheus_client_cert": client_cert,
        "prometheus_client_key": client_key,
    }


def headers_of(lines: list[str] | None) -> dict[str, str] | None:
    """Headers of `Name: value` lines. Raises UsageError, without the value."""
    if not lines:
        return None
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name.strip() or "\n" in line or "\r" in line:
            raise UsageError("--header: not of the form 'Name: value'")
        headers[name.strip()] = value.strip()
    return headers


def secret_in(path: Path | None, option: str) -> str | None:
    """The secret that a file holds. Raises UsageError naming the option."""
    if path is None:
        return None
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise UsageError(f"{option}: cannot read {path}: {reason}") from error


def time_of(text: str | None, now: float) -> float | None:
    """Unix seconds of an RFC 3339 time or a number. Raises UsageError when it is neither, or not yet."""
    if text is None:
        return None
    seconds = moment(text, "--end")
    if not 0 < seconds <= now + 60:
        raise UsageError(f"--end: {text!r} is not in the past")
    return seconds


def end_of(until: str | None, span: str | None, now: float) -> float:
    """Unix seconds of a time to come: of --until, or of --for from now. Raises UsageError."""
    if (until is None) == (span is None):
        raise UsageError("--for: give it or --until, one of them", "such as --for 2h")
    return now + duration(span, "--for") if span is not None else moment(until or "", "--until")


def moment(text: str, option: str) -> float:
    """Unix seconds of an RFC 3339 time or a number. Raises UsageError naming the option."""
    try:
        seconds = float(text)
    except ValueError:
        try:
            when = datetime.fromisoformat(text)
        except ValueError:
            raise UsageError(f"{option}: {text!r} is no time", "write 2026-01-31T12:00:00Z, or unix seconds") from None
        if when.tzinfo is None:
            raise UsageError(
                f"{option}: {text!r} has no time zone", "add Z for UTC, or an offset such as +02:00"
            ) from None
        seconds = when.timestamp()
    if not math.isfinite(seconds):
        raise UsageError(f"{option}: {text!r} is no time", "write 2026-01-31T12:00:00Z, or unix seconds")
    return seconds


def duration(text: str, option: str) -> float:
    """Seconds of a span such as 7d. Raises UsageError naming the option."""
    try:
        seconds = parse_duration(text)
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from None
    if seconds <= 0:
        raise UsageError(f"{option}: {text!r} is no time at all", "write 90s, 5m, 48h, 7d or 1d12h")
    return seconds


def login_name() -> str:
    """Who runs the command. Raises UsageError where the machine does not know."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        raise UsageError("--by: this machine does not know your name", "give it with --by NAME") from None


def given(**values: Any) -> dict[str, Any]:
    """What was given on the command line; the settings decide the rest."""
    return {name: value for name, value in values.items() if value is not None and value != []}


By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who says so; your login name if unset.")]


def whoever(by: str | None) -> str:
    """Who acts: as given, else who runs the command. Raises UsageError where the machine does not know."""
    if by is not None:
        return by
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        raise UsageError("--by: this machine does not know your name", "give it with --by NAME") from None
