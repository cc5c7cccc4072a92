"""Functions that numba compiles, and where their machine code is kept: without a place for it only time is lost.

Compiling takes some seconds. Numba knows a function by its own file, not by those of the functions it calls, so what
is kept stands in a folder named after the content of all files here.
"""

import hashlib
import shutil
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import config, njit
from numba.core.caching import FunctionCache

Function = TypeVar("Function", bound=Callable[..., Any])

_PREFIX = "compiled-"
_HERE = Path(__file__).parent
_BESIDE = _HERE / "__pycache__"
_kernels: list[Any] = []
_lock = threading.Lock()


def part(function: Function) -> Function:
    """Compile a function that other compiled ones call."""
    return cast("Function", njit(nogil=True)(function))


def kernel(function: Function) -> Function:
    """Compile a function that Python calls, with the interpreter's lock released. What it calls are `part`s."""
    dispatcher = njit(nogil=True)(function)
    _kernels.append(dispatcher)
    return cast("Function", dispatcher)


def keep_compiled(data_dir: Path | None) -> Path | None:
    """Let machine code be kept: beside this file where that can be written, as at install, else in the data folder.

    The folder; None where neither can be written, or where NUMBA_CACHE_DIR names another. Never raises for a disk.
    """
    with _lock:
        folder = None
        if not config.CACHE_DIR:
            folder = _usable_folder(data_dir)
            if folder is None:
                return None
            config.CACHE_DIR = str(folder)
        for dispatcher in _kernels:
            _enable(dispatcher)
        return folder


def _usable_folder(data_dir: Path | None) -> Path | None:
    """The first folder that can be written; what an installation has made beforehand is taken along."""
    installed = _BESIDE / _name()
    if _is_writable(installed):
        return installed
    if data_dir is None:
        return None
    kept = data_dir / _name()
    if not kept.exists() and installed.is_dir():
        _copy(installed, kept)
    return kept if _is_writable(kept) else None


def _copy(installed: Path, kept: Path) -> None:
    """All of a folder or nothing: another process may do the same."""
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept.parent, prefix=_PREFIX) as temporary:
            copied = Path(temporary) / kept.name
            shutil.copytree(installed, copied)
            copied.rename(kept)
    except (OSError, shutil.Error):
        return  # it will be compiled


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        return False
    return True


def _name() -> str:
    """The same for each process of an installation, whichever of these files it has imported."""
    digest = hashlib.sha256()
    for file in sorted(_HERE.rglob("*.py")):
        digest.update(file.read_bytes())
    return _PREFIX + digest.hexdigest()[:16]


def _enable(dispatcher: Any) -> None:
    if isinstance(dispatcher._cache, _Forgiving):
        return
    try:
        dispatcher._cache = _Forgiving(dispatcher.py_func)
    except (RuntimeError, OSError):
        return  # numba has no place that it can use


class _Forgiving(FunctionCache):  # type: ignore[misc]  # numba has no types
    """What cannot be read, is damaged, or cannot be written is compiled again."""

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        try:
            return super().load_overload(sig, target_context)
        except Exception:  # noqa: BLE001 (a torn file unpickles to anything)
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        try:
            super().save_overload(sig, data)
        except Exception:  # noqa: BLE001 (a full disk must not end a scan)
            return
