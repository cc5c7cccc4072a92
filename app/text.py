"""Text from elsewhere, made safe to show: a terminal obeys escape sequences, a log line must stay one line."""


def printable(text: str, longest: int = 300) -> str:
    """One line without control characters, lone surrogates and the like, cut to `longest` characters."""
    return "".join(one if one.isprintable() else " " for one in " ".join(text.split()))[:longest]


def visible(text: str) -> str:
    """The text with everything that cannot be printed written as an escape sequence: nothing of it is lost."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def is_name(text: str) -> bool:
    """Whether it can be the name of something in a cluster: printable, and no longer than Kubernetes allows (253)."""
    return 0 < len(text) <= 253 and text.isprintable()
