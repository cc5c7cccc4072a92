"""Light or dark."""

from enum import StrEnum


class Scheme(StrEnum):
    """What the reader's system prefers."""

    LIGHT = "light"
    DARK = "dark"
