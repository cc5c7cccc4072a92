"""What of a pod template may be a secret, and is not shown. Rather too much than too little. Pure."""

import re
from collections.abc import Sequence

from app.text import printable

HIDDEN = "(hidden)"
LONGEST = 200
_TELLTALE = (
    r"pass(?:w(?:or)?d|phrase)?|pwd|secret|token|api[-_.]?key|access[-_.]?key|private[-_.]?key|encryption[-_.]?key|"
    r"signing[-_.]?key|[-_.]key|credential|auth|bearer|jwt|salt|cookie|session|dsn|connection[-_.]?string|webhook|"
    r"license|licence|cert|pem|signature|cred|seed|(?<![a-z])(?:pw|key|sig)(?![a-z])"
)
_SECRET_NAME = re.compile(_TELLTALE, re.IGNORECASE)
# A user and password in a URL, of any characters; `name=value` and `name: value` where the name looks secret, of a
# connection string up to its semicolon; a header of authorisation.
_IN_URL = re.compile(r"(\w://)\S+@")
_ASSIGNED = re.compile(
    rf"([\w.-]*(?:{_TELLTALE})[\w.-]*[\"']?\s*[=:]\s*)(\"[^\"]*\"|'[^']*'|[^;\n]{{1,{LONGEST}}}(?=;)|\S+)",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"\b(bearer|basic)\s+\S+", re.IGNORECASE)
# Keys that are known by their form, wherever they stand.
_KNOWN = re.compile(
    r"\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_\w{20,}|glpat-[\w-]{20,}|xox[abprs]-[\w-]{10,}|sk-[\w-]{20,}|"
    r"eyJ[\w-]{10,}\.[\w-]{10,}(?:\.[\w-]*)?)|-----BEGIN [A-Z ]+-----.*"
)


def shown_value(name: str, value: str) -> str:
    """The value of something of that name, as it may be shown: one line, no secret."""
    if value and _SECRET_NAME.search(name):
        return HIDDEN
    return shown_text(value)


def shown_text(text: str) -> str:
    """A text in which secrets may stand, as it may be shown."""
    text = _KNOWN.sub(HIDDEN, printable(text, 10_000))
    text = _IN_URL.sub(rf"\1{HIDDEN}@", text)
    text = _SCHEME.sub(rf"\1 {HIDDEN}", text)
    text = _ASSIGNED.sub(rf"\1{HIDDEN}", text)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def shown_argument(words: Sequence[str]) -> str:
    """A command line as it may be shown: what follows a flag with a secret's name is hidden too."""
    shown: list[str] = []
    follows = False
    for word in words:
        shown.append(HIDDEN if follows and not word.startswith("-") else shown_text(word))
        follows = word.startswith("-") and "=" not in word and _SECRET_NAME.search(word) is not None
    return printable(" ".join(shown), LONGEST)
