"""Names and texts that end up in rules and manifests, checked before they do."""

import re
from urllib.parse import urlsplit

from app.promql.parse import ExpressionError, parse

_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
# Set by each alert itself, or told by its series: incidents are matched by them.
_TAKEN = ("alertname", "severity", "team", "namespace", "workload", "container", "pod", "node", "incident_id")
_DNS = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
_MANIFEST_KEY = re.compile(r"([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_MANIFEST_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
_QUOTED = r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'"
_MATCHER = re.compile(
    rf"\s*(?P<label>[A-Za-z_]\w*)\s*(?P<operator>=~|!~|!=|=)\s*(?P<value>{_QUOTED})\s*(?:,|$)", re.ASCII
)


def check_label(name: str, value: str) -> None:
    """Raise ValueError, with the fix, where it cannot be a label of every alert."""
    if not _LABEL.fullmatch(name) or name.startswith("__"):
        raise ValueError("is no label name; write letters, digits and _, and begin with a letter")
    if name in _TAKEN:
        fix = "write it as `team:`" if name == "team" else "give the label another name"
        raise ValueError(f"is a label that alerts have of their own; {fix}")
    check_text(value)


def check_text(value: str) -> None:
    """Raise ValueError, with the fix, where it cannot be the value of a label that never changes."""
    if not value.strip() or not value.isprintable():
        raise ValueError("has no text; write some, or leave the key out")
    if "{{" in value:
        raise ValueError("would change, being a template; write text that stays the same")


def check_dns(name: str) -> None:
    """Raise ValueError, with the fix, where it cannot be the name of a namespace or a workload."""
    if not _DNS.fullmatch(name):
        raise ValueError(f"{name!r} is no name in Kubernetes; write the whole name, in small letters, digits, - and .")


def check_manifest_label(name: str, value: str) -> None:
    """Raise ValueError, with the fix, where it cannot be a label of an object in Kubernetes."""
    if not _MANIFEST_KEY.fullmatch(name):
        raise ValueError("is no label of Kubernetes; write NAME or DOMAIN/NAME")
    if not _MANIFEST_VALUE.fullmatch(value):
        raise ValueError(
            f"{value!r} is no value of a label of Kubernetes; write at most 63 letters, digits, -, _ and ."
        )


def check_matchers(text: str) -> None:
    """Raise ValueError, with the fix, where a text is no label matchers without braces; none is fine."""
    at, text = 0, text.strip()
    while at < len(text):
        match = _MATCHER.match(text, at)
        if match is None:
            raise ValueError(
                f'{text[at : at + 60]!r} is no label matcher; write them with no braces, as job="kubelet",container!=""'
            )
        at = match.end()
    if text:
        try:
            parse(f"x{{{text}}}")
        except ExpressionError as error:
            raise ValueError(f"{text[:60]!r} {error}; mend the regular expression") from None


def check_runbook_url(url: str) -> None:
    """Raise ValueError, with the fix, where it is neither an address nor a path of pages."""
    if not url or not url.isprintable() or " " in url or "{{" in url:
        raise ValueError("is no address; write https://runbooks.example.org/{alert}")
    try:
        parts = urlsplit(url)
        secret = parts.username or parts.password
    except ValueError:
        raise ValueError("is no address; write https://runbooks.example.org/{alert}") from None
    if parts.scheme and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise ValueError("is no address; write https://runbooks.example.org/{alert}")
    if secret:
        raise ValueError("has a password in it, which every alert would show; leave it out")
