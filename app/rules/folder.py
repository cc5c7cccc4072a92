"""A folder of generated files: what would change in it, and changing it. Files that are not ours are never touched."""

import contextlib
import errno
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.errors import LeakwatchError, UsageError

_MODE = 0o644
# Another folder helps; where the disk is full or broken, what was asked for made sense.
_NO_PLACE = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG})


@dataclass(frozen=True, slots=True)
class Change:
    """A file, and its text before and after; None where it is not there."""

    name: str
    before: str | None
    after: str | None

    @property
    def verb(self) -> str:
        """What happens to the file, in a word."""
        if self.before == self.after:
            return "unchanged"
        return "new" if self.before is None else "removed" if self.after is None else "changed"


def changes(folder: Path, files: Mapping[str, str], is_ours: Callable[[str], bool]) -> tuple[Change, ...]:
    """What it takes for the folder to hold these files, and no other of ours; by name. Writes nothing.

    is_ours: whether a text is one that we wrote. Raises UsageError where a file that is to be written is not ours.
    """
    found = {path.name: path for path in _entries(folder)}
    made = []
    for name in sorted({*files, *found}):
        after = files.get(name)
        before = _ours(found[name], is_ours) if name in found else None
        if name in found and before is None:
            if after is not None:
                raise UsageError(
                    f"{found[name]}: is not a file that leakwatch wrote, and is left as it is",
                    "move it away, or choose another folder with --into",
                )
            continue
        made.append(Change(name, before, after))
    return tuple(made)


def write(folder: Path, planned: tuple[Change, ...]) -> None:
    """Make the changes; each file is there as it was or as it will be, never in part.

    All texts are on the disk before the first file is replaced: a disk that is full changes nothing. Raises UsageError
    where the folder is none to write into, LeakwatchError where writing fails otherwise.
    """
    staged: dict[Path, str] = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for one in planned:
            if one.after is not None and one.after != one.before:
                staged[folder / one.name] = _staged(folder / one.name, one.after)
        for path, name in staged.items():
            os.replace(name, path)
        for one in planned:
            if one.after is None:
                (folder / one.name).unlink(missing_ok=True)
    except OSError as error:
        message = f"{folder}: cannot be written: {error.strerror or error}"
        if error.errno in _NO_PLACE:
            raise UsageError(message, "choose another folder with --into") from error
        raise LeakwatchError(message) from error
    finally:
        for name in staged.values():
            with contextlib.suppress(OSError):
                os.unlink(name)


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except FileNotFoundError:
        return []
    except NotADirectoryError:
        raise UsageError(f"{folder}: is a file", "name a folder with --into") from None
    except OSError as error:
        raise LeakwatchError(f"{folder}: cannot be read: {error.strerror or error}") from error


def _ours(path: Path, is_ours: Callable[[str], bool]) -> str | None:
    """The text of a file of ours; None for a link, a folder and all that somebody else wrote."""
    if path.is_symlink() or not path.is_file():
        return None
    try:
        # Line ends as they are: what Git or an editor has turned round is a change.
        text = path.read_bytes().decode()
    except UnicodeDecodeError:
        return None
    except OSError as error:
        raise LeakwatchError(f"{path}: cannot be read: {error.strerror or error}") from error
    return text if is_ours(text) else None


def _staged(path: Path, text: str) -> str:
    """The name of a new file beside `path` that holds the text."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fchmod(file.fileno(), _MODE)
            os.fsync(file.fileno())
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
    return name
