"""What is kept of the containers of one batch, put where the window's columns have moved to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.prometheus.window.page import Columns, Key, Page, PageUnusable
from app.prometheus.window.store import Place, WindowStore
from detectors.panel import Bools, Floats, Ints

# Where more of the window than this is new, reading it whole is as cheap, and simpler.
_MOST_NEW = 0.5


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of some of a batch's rows.

    rows: which, shape (rows,); until: the first column that must be read; pages: which of the batch's rows are on
    which rows of a page, those that are built upon first; base: the first column that a `recent` page must have
    """

    rows: Bools
    until: int
    base: int
    pages: Sequence[tuple[Page, Ints, Ints]]

    def fill(self, members: Mapping[str, Floats], first: int) -> None:
        """Put what is kept into members of shape (rows, columns), whose first column is `first`.

        Raises PageUnusable, and KeyError for a member that is not kept.
        """
        for page, into, rows in self.pages:
            begin, end = max(page.columns.first, first), min(page.columns.end, self.until)
            if begin < end:
                source = slice(begin - page.columns.first, end - page.columns.first)
                for name, values in members.items():
                    values[into, begin - first : end - first] = page.member(name)[rows, source]


def kept_of(store: WindowStore, keys: Sequence[Key], columns: Columns, oldest: int) -> Kept | None:
    """What of these containers is kept, all of it checked; None where next to nothing is.

    columns: those of the window that is wanted; oldest: pages that end before this column are to be read again whole
    """
    while True:
        places = {
            row: place
            for row, key in enumerate(keys)
            if (place := store.place(key)) and _is_usable(place, columns, oldest)
        }
        if not places:
            return None
        pages = _by_page(places)
        if all(_is_loaded(store, page) for page, _, _ in pages):
            break
    rows = np.zeros(len(keys), dtype=np.bool_)
    rows[list(places)] = True
    until = min(columns.end, *(place.frozen for place in places.values()))
    base = min(place.base.columns.frozen for place in places.values())
    return Kept(rows, until, max(base, columns.first), pages)


def _is_usable(place: Place, columns: Columns, oldest: int) -> bool:
    base, recent = place.base.columns, place.recent
    if base.first > columns.first or base.end < oldest:
        return False
    if recent is not None and recent.columns.first > max(base.frozen, columns.first):
        return False  # between the two something is missing
    new = columns.end - place.frozen
    return place.frozen > columns.first and new <= _MOST_NEW * (columns.end - columns.first)


def _by_page(places: Mapping[int, Place]) -> list[tuple[Page, Ints, Ints]]:
    """The pages, all that others are built upon first, and which row of each goes where."""
    rows: dict[Page, list[tuple[int, int]]] = {}
    for row, place in places.items():
        rows.setdefault(place.base, []).append((row, place.base_row))
    for row, place in places.items():
        if place.recent is not None:
            rows.setdefault(place.recent, []).append((row, place.recent_row))
    return [(page, *np.array(pairs, dtype=np.int64).T) for page, pairs in rows.items()]


def _is_loaded(store: WindowStore, page: Page) -> bool:
    """Whether a page is at hand, and is what was written; else the store forgets it."""
    try:
        page.load()
    except PageUnusable as error:
        store.trouble.append(f"what was kept of the last scan cannot be used: {error}")
        store.forget(page)
        return False
    return True
