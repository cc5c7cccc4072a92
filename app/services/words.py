"""Words that people give, made fit to keep."""

from app.errors import UsageError
from app.text import printable

LONGEST_NAME = 255
LONGEST_COMMENT = 2000


def name_of(field: str, text: str) -> str:
    """A name as one line that prints. Raises UsageError naming the field where it is empty or too long."""
    return _words(field, text, LONGEST_NAME)


def comment_of(text: str, field: str = "comment") -> str:
    """A comment that must be, as one line that prints. Raises UsageError."""
    return _words(field, text, LONGEST_COMMENT)


def comment_or_none(text: str) -> str:
    """A comment that may be missing; then "". Raises UsageError."""
    return comment_of(text) if text else ""


def _words(field: str, text: str, longest: int) -> str:
    words = printable(text, longest + 1)
    if not words.strip():
        raise UsageError(f"{field}: must not be empty", "say it in words that can be printed")
    if len(words) > longest:
        raise UsageError(f"{field}: longer than {longest} characters", "shorten it")
    return words.strip()
