"""The folder in which the windows of one source are kept, and which container is on which page.

A scan writes at most two files: `whole`, with containers that it read from the window's first column on, and `recent`,
with the newest columns of the others, which replace what an earlier `recent` says of them. Files get their names when
the scan is over and they are on the disk; then those that nothing refers to any more are removed. A process that is
killed leaves the files of the scan before.
"""

import contextlib
import fcntl
import os
import shutil
import time
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from app.prometheus.window.page import Content, Key, Page, PageUnusable, pages_of, write_page

WHOLE, RECENT = "whole", "recent"
_SUFFIX, _UNFINISHED = ".pages", ".unfinished"
_LOCK = "lock"
# Of a source that nobody has scanned for so long the window is of no use any more.
_FORGOTTEN_SECONDS = 86_400.0


class Place(NamedTuple):
    """Where a container is kept: a row of a page that goes back to the window's start, and one with what is newer."""

    base: Page
    base_row: int
    recent: Page | None = None
    recent_row: int = 0

    @property
    def frozen(self) -> int:
        """The first column that may still change."""
        return (self.recent or self.base).columns.frozen

    @property
    def pages(self) -> Iterator[Page]:
        """Its pages, one or two."""
        yield self.base
        if self.recent is not None:
            yield self.recent


class WindowStore:
    """What is kept of one source, for one process and one scan at a time. Make it by `open_store`.

    trouble: what could not be read or written, in words; none of it hurts more than the scan's speed
    """

    def __init__(self, folder: Path, identity: str, lock: int) -> None:
        self.trouble: list[str] = []
        self._folder = folder
        self._identity = identity
        self._lock = lock
        self._places: dict[Key, Place] = {}
        # Of this scan: not to be read before they are committed.
        self._written: list[tuple[str, Page]] = []
        self._files: dict[str, BinaryIO] = {}
        self._broken = False
        self._number = 0
        self._load()

    def place(self, key: Key) -> Place | None:
        """Where a container is kept, if it is."""
        return self._places.get(key)

    def forget(self, page: Page) -> None:
        """Take a page for lost, and with it what only made sense with it."""
        lost = [key for key in page.keys if (place := self._places.get(key)) and page in tuple(place.pages)]
        for key in lost:
            del self._places[key]

    def keep(self, kind: str, content: Content) -> None:
        """Write a page of this kind, and say so where it cannot be written: then nothing more is kept."""
        if self._broken or not content.keys:
            return
        try:
            file = self._files.get(kind) or self._new_file(kind)
            page = write_page(file, self._path(kind), self._identity, content)
        except OSError as error:
            self._broken = True
            self.trouble.append(f"what was read could not be kept in {self._folder}: {error.strerror}")
            return
        self._written.append((kind, page))

    def commit(self, wanted: Collection[Key]) -> None:
        """Make what was kept last, and remove what is not of the wanted containers. Says what it could not do."""
        try:
            for kind, file in self._files.items():
                file.flush()
                os.fsync(file.fileno())
                file.close()
                if not self._broken:
                    Path(file.name).rename(self._path(kind))
            self._sync_folder()
            if not self._broken:
                for kind, page in sorted(self._written, key=lambda one: one[0] == RECENT):
                    self._add(kind, page)
                self._remove_all_but({page.path for page in self._pages(wanted)})
        except OSError as error:
            self.trouble.append(f"what was read could not be kept in {self._folder}: {error.strerror}")

    def close(self) -> None:
        """Let others have the folder. What was not committed is gone."""
        for file in self._files.values():
            with contextlib.suppress(OSError):
                file.close()
            Path(file.name).unlink(missing_ok=True)
        self._files.clear()
        os.close(self._lock)

    def _load(self) -> None:
        for left in self._folder.glob(f"*{_UNFINISHED}"):
            left.unlink(missing_ok=True)
        for path in sorted(self._folder.glob(f"*{_SUFFIX}"), key=_order):
            number, is_recent = _order(path)
            self._number = max(self._number, number)
            try:
                pages = list(pages_of(path, self._identity))
            except PageUnusable as error:
                self.trouble.append(f"what was kept of the last scan cannot be used: {error}")
                path.unlink(missing_ok=True)
                continue
            for page in pages:
                self._add(RECENT if is_recent else WHOLE, page)
        self._number += 1

    def _add(self, kind: str, page: Page) -> None:
        if kind == WHOLE:
            self._places.update((key, Place(page, row)) for row, key in enumerate(page.keys))
            return
        for row, key in enumerate(page.keys):
            known = self._places.get(key)
            if known is not None:
                self._places[key] = Place(known.base, known.base_row, page, row)

    def _pages(self, keys: Iterable[Key]) -> Iterator[Page]:
        for key in keys:
            if key in self._places:
                yield from self._places[key].pages

    def _path(self, kind: str) -> Path:
        return self._folder / f"{self._number:012d}-{kind}{_SUFFIX}"

    def _new_file(self, kind: str) -> BinaryIO:
        path = self._path(kind).with_suffix(_UNFINISHED)
        self._files[kind] = file = open(path, "w+b", opener=_private)  # noqa: SIM115 (closed by commit and close)
        return file

    def _remove_all_but(self, needed: Collection[Path]) -> None:
        for path in self._folder.glob(f"*{_SUFFIX}"):
            if path not in needed:
                path.unlink(missing_ok=True)

    def _sync_folder(self) -> None:
        handle = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def open_store(parent: Path, identity: str) -> WindowStore | None:
    """The store of a source below a folder, for this process alone; None where another has it.

    identity: what tells the source from others, usable as a file's name

    Stores of that folder that nobody has used for a day are removed. Raises OSError.
    """
    folder = parent / identity
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _remove_forgotten(parent, folder)
    lock = _locked(folder)
    if lock is None:
        return None
    try:
        os.utime(folder / _LOCK)
        return WindowStore(folder, identity, lock)
    except BaseException:
        os.close(lock)
        raise


def _locked(folder: Path) -> int | None:
    """A handle that holds the folder until it is closed, or its process has ended; None where another holds it."""
    handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    except BaseException:
        os.close(handle)
        raise
    return handle


def _remove_forgotten(parent: Path, ours: Path) -> None:
    for folder in parent.iterdir():
        try:
            if folder == ours or time.time() - (folder / _LOCK).stat().st_mtime < _FORGOTTEN_SECONDS:
                continue
            lock = _locked(folder)
        except OSError:
            continue  # it is not one of ours, or just made
        if lock is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)


def _order(path: Path) -> tuple[int, bool]:
    """The number of a file's scan, and whether it is of the kind that builds on the other."""
    number, _, kind = path.name.removesuffix(_SUFFIX).partition("-")
    return (int(number) if number.isdigit() else 0), kind == RECENT


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
