"""YAML files of anybody's, read so that none does harm: bounded in bytes, and in what its anchors make of it."""

from pathlib import Path
from typing import Any

import yaml

from app.errors import UsageError

SUFFIXES = frozenset({".yml", ".yaml"})

_MAX_BYTES = 16 << 20
# A file without anchors has as many as are written. With them, ten lines can stand for more than any memory holds,
# once somebody writes them out again.
_MAX_FROM_ANCHORS = 1_000_000


def documents_in(path: Path) -> list[Any]:
    """The documents of a file; those with nothing in them are left out. Raises UsageError: the file, and its line."""
    return loaded(path, text_of(path))


def text_of(path: Path) -> str:
    """The text of a file, UTF-8, of at most 16 MiB. Raises UsageError."""
    try:
        with path.open("rb") as file:
            raw = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from None
    if len(raw) > _MAX_BYTES:
        raise UsageError(f"{path}: is longer than 16 MiB")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{path}: is not UTF-8 text") from None


def loaded(path: Path, text: str) -> list[Any]:
    """The documents of a text. path: what messages call it. Raises UsageError."""
    try:
        loader = yaml.SafeLoader(text)
        try:
            found = []
            while loader.check_node():
                node = loader.get_node()
                if node is not None:
                    _written_out(node, path, {})
                    found.append(loader.construct_document(node))
            return [one for one in found if one is not None]
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = "" if mark is None else f":{mark.line + 1}"
        raise UsageError(f"{path}{where}: is not YAML: {error.problem or error.context}") from None
    except yaml.reader.ReaderError as error:
        raise UsageError(f"{path}: is not YAML: {error.reason}") from None
    except (yaml.YAMLError, ValueError) as error:
        raise UsageError(f"{path}: is not YAML: {error}") from None
    except RecursionError:
        raise UsageError(f"{path}: is nested too deeply") from None


def _written_out(node: yaml.Node, path: Path, known: dict[int, int | None]) -> int:
    """How many nodes a node is when each alias is written out. known: those that were counted; None: being counted."""
    if id(node) in known:
        count = known[id(node)]
        if count is None:
            raise UsageError(f"{path}:{node.start_mark.line + 1}: is within itself", "write it without an anchor")
        return count
    known[id(node)] = None
    count = 1
    if isinstance(node, yaml.MappingNode):
        count += sum(_written_out(one, path, known) for pair in node.value for one in pair)
    elif isinstance(node, yaml.SequenceNode):
        count += sum(_written_out(one, path, known) for one in node.value)
    if count > max(_MAX_FROM_ANCHORS, len(known)):
        line = node.start_mark.line + 1
        raise UsageError(f"{path}:{line}: its anchors make too much of it", "write it without anchors")
    known[id(node)] = count
    return count
