"""Cells of a terminal to draw on: dots several to a cell, and characters over them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.text import Text

# The bit of each dot of a braille cell, by row and column (Unicode, chapter 21.1: Braille Patterns).
_BRAILLE = 0x2800
_BRAILLE_BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_ASCII_BITS = ((1,), (2,))
_ASCII_DOTS = (" ", "'", ".", ":")


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The characters of a plot. bits: the bit of each dot of a cell, by its row and column there."""

    bits: tuple[tuple[int, ...], ...]
    floor: str
    fit: str
    working_set: str
    limit: str
    upright: str
    corner: str
    axis: str
    value_tick: str
    time_tick: str

    @property
    def dot_rows(self) -> int:
        """Dots of a cell from top to bottom."""
        return len(self.bits)

    @property
    def dot_columns(self) -> int:
        """Dots of a cell from left to right."""
        return len(self.bits[0])

    def dots(self, bits: int) -> str:
        """The character with these dots."""
        return _ASCII_DOTS[bits] if self.bits is _ASCII_BITS else chr(_BRAILLE + bits)

    @property
    def full(self) -> str:
        """The character with every dot."""
        return self.dots(sum(map(sum, self.bits)))


UNICODE = Glyphs(_BRAILLE_BITS, "━", "*", "~", "╌", "│", "└", "─", "┤", "┬")
ASCII = Glyphs(_ASCII_BITS, "=", "*", "~", "-", "|", "+", "-", "+", "+")


class Canvas:
    """Cells with dots in one style, and characters with a style each; a character covers the dots of its cell."""

    def __init__(self, width: int, height: int, glyphs: Glyphs, dot_style: str) -> None:
        self.width = width
        self.height = height
        self._glyphs = glyphs
        self._dot_style = dot_style
        self._bits: NDArray[np.int64] = np.zeros((height, width), dtype=np.int64)
        self._marks: dict[tuple[int, int], tuple[str, str]] = {}

    def dot(self, row: int, column: int) -> None:
        """Set a dot; row and column count dots, from the top left."""
        bits = self._glyphs.bits
        bit = bits[row % len(bits)][column % len(bits[0])]
        self._bits[row // len(bits), column // len(bits[0])] |= bit

    def put(self, row: int, column: int, character: str, style: str) -> None:
        """Put a character into a cell."""
        self._marks[row, column] = (character, style)

    def is_taken(self, row: int, column: int) -> bool:
        """Whether a cell has a dot or a character."""
        return bool(self._bits[row, column]) or (row, column) in self._marks

    def is_free(self, row: int, columns: range) -> bool:
        """Whether none of the cells has dots."""
        return not self._bits[row, columns.start : columns.stop].any()

    def line(self, row: int) -> Text:
        """One row of cells, without the empty ones at its end."""
        text = Text()
        for column in range(self.width):
            mark = self._marks.get((row, column))
            if mark is not None:
                text.append(*mark)
            elif self._bits[row, column]:
                text.append(self._glyphs.dots(int(self._bits[row, column])), self._dot_style)
            else:
                text.append(" ")
        text.rstrip()
        return text
