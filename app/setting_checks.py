"""Checks that several settings share. Each raises ValueError, naming the setting and never showing a secret."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from pydantic import SecretStr


class Connection(Protocol):
    """How one Prometheus is reached, as settings have it."""

    @property
    def prometheus_url(self) -> str | None:
        """Its base URL."""

    @property
    def prometheus_token(self) -> SecretStr | None:
        """A bearer token."""

    @property
    def prometheus_username(self) -> str | None:
        """A user for basic authentication."""

    @property
    def prometheus_client_cert(self) -> Path | None:
        """A client's certificate."""

    @property
    def prometheus_client_key(self) -> Path | None:
        """Its key."""

    @property
    def prometheus_tenant(self) -> str | None:
        """A tenant."""

    @property
    def prometheus_headers(self) -> Mapping[str, SecretStr]:
        """Further headers."""


def check_connection(one: Connection) -> None:
    """Raise ValueError where that is no way to reach a Prometheus."""
    check_url(one.prometheus_url, "prometheus_url")
    for name, value in one.prometheus_headers.items():
        check_header(name, f"prometheus_headers: the name {name[:40]!r}")
        check_header(value.get_secret_value(), f"prometheus_headers: the value of {name[:40]!r}")
    check_header(one.prometheus_tenant or "", "prometheus_tenant: it")
    check_header(one.prometheus_token.get_secret_value() if one.prometheus_token else "", "prometheus_token: it")
    if one.prometheus_token and one.prometheus_username:
        raise ValueError("prometheus_token: give a bearer token or a user name, not both")
    if bool(one.prometheus_client_cert) != bool(one.prometheus_client_key):
        raise ValueError("prometheus_client_cert: a client certificate and its key go together")


def check_url(url: str | None, name: str) -> None:
    """Raise ValueError, without the URL, which may hold a password by mistake."""
    if url is None:
        return
    if not re.match(r"https?://[^/]", url):
        raise ValueError(f"{name}: must begin with http:// or https:// and name a host")
    try:
        parts = urlsplit(url)
        host, secret = parts.hostname, parts.username or parts.password
        _ = parts.port  # reading it is what checks it
    except ValueError as error:
        raise ValueError(f"{name}: is no URL: check its host and port") from error
    if not host or not url.isprintable() or parts.query or parts.fragment:
        raise ValueError(f"{name}: give the base URL alone, such as http://prometheus:9090")
    if secret:
        raise ValueError(f"{name}: give the user and password by their own settings, not in the URL")


def check_header(text: str, what: str) -> None:
    """Raise ValueError where the text cannot be in a header."""
    if not (text.isascii() and text.isprintable()):
        raise ValueError(f"{what} must be printable ASCII")
