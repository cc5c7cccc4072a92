"""Checks of addresses that settings give: hosts, proxies, origins, paths. Each raises ValueError, with the remedy."""

import ipaddress
import re

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(\*\.)?{_LABEL}(\.{_LABEL})*\.?", re.IGNORECASE)
_ORIGIN = re.compile(rf"https?://({_LABEL}(\.{_LABEL})*|\[[0-9a-f:.]+\])(:\d{{1,5}})?", re.IGNORECASE)
_ROOT_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)+")


def is_loopback(host: str) -> bool:
    """Whether an address or name can be reached from this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def check_host(host: str) -> None:
    """A name, *.name or address that requests may be for, as it stands in their Host header but without the port."""
    address = host[1:-1] if host.startswith("[") and host.endswith("]") else None
    if address is None and _HOST.fullmatch(host):
        return
    try:
        ipaddress.IPv6Address(address or "")
    except ValueError:
        raise ValueError(
            f"{host[:80]!r} is no host name: write leakwatch.example.org, *.example.org, 10.0.0.1 or [::1]"
        ) from None


def check_proxy(address: str) -> None:
    """An address or network of proxies."""
    try:
        ipaddress.ip_network(address)
    except ValueError:
        raise ValueError(f"{address[:80]!r} is no address: write 10.0.0.1 or 10.0.0.0/8") from None


def check_origin(origin: str) -> None:
    """An origin as browsers send it."""
    if not _ORIGIN.fullmatch(origin):
        raise ValueError(f"{origin[:80]!r} is no origin: write https://grafana.example.org, without a path")


def check_root_path(path: str) -> None:
    """The path under which a proxy serves us; empty for none."""
    if path and not _ROOT_PATH.fullmatch(path):
        raise ValueError("must be like /leakwatch: with a slash before it and none behind it")
