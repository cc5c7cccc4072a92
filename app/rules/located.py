"""A YAML file that knows on which line everything stands, so that a complaint can say so."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from app.errors import SettingsError

Place = Sequence[str | int]

_MAX_BYTES = 1 << 20
_MAX_DEPTH = 100


@dataclass(frozen=True, slots=True)
class Located:
    """What the file says, and where. name: the file, as messages call it."""

    name: str
    data: dict[str, Any]
    root: yaml.MappingNode | None

    def line(self, place: Place) -> int:
        """The line, from 1, of what is at a place such as ("thresholds", "redis"); of the nearest above that is there.

        A key that stands nowhere, such as one that a model wants, is said to be where it would have to be.
        """
        node: yaml.Node | None = self.root
        line = 1
        for step in place:
            found = _step(node, step)
            if found is None:
                break
            line, node = found
        return line

    def known(self, place: Place) -> tuple[str | int, ...]:
        """As much of a place as is there."""
        node: yaml.Node | None = self.root
        for count, step in enumerate(place):
            found = _step(node, step)
            if found is None:
                return tuple(place[:count])
            _, node = found
        return tuple(place)

    def error(self, place: Place, message: str, hint: str = "") -> SettingsError:
        """An error that says the line, the key and the fix."""
        where = "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in place).lstrip(".")
        return SettingsError(f"{self.name}:{self.line(place)}: {where + ': ' if where else ''}{message}", hint)


def read_located(path: Path) -> Located:
    """Read a file with one mapping in it, or with nothing. Raises SettingsError, which says the line."""
    try:
        with path.open("rb") as file:
            raw = file.read(_MAX_BYTES + 1)
        text = raw.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = (error.strerror or str(error)) if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SettingsError(f"{path}: cannot be read: {reason}", "name a YAML file with --settings") from None
    if len(raw) > _MAX_BYTES:
        raise SettingsError(f"{path}: is longer than 1 MiB", "name a YAML file with --settings")
    return parse_located(text, path.name)


def parse_located(text: str, name: str) -> Located:
    """The same, of a text. Raises SettingsError."""
    try:
        loader = yaml.SafeLoader(text)
    except yaml.reader.ReaderError as error:
        raise SettingsError(f"{name}: is not YAML: {error.reason}", "take that character out") from None
    try:
        node = loader.get_single_node()
        if node is None:
            return Located(name, {}, None)
        if not isinstance(node, yaml.MappingNode):
            raise SettingsError(f"{name}:{_line_of(node)}: is no mapping of keys to values", "write `packs:` and so on")
        _check_keys(node, name)
        return Located(name, loader.construct_document(node), node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = 1 if mark is None else mark.line + 1
        raise SettingsError(f"{name}:{line}: is not YAML: {error.problem or error.context}") from None
    except (yaml.YAMLError, ValueError) as error:
        raise SettingsError(f"{name}: is not YAML: {error}") from None
    except RecursionError:
        raise SettingsError(f"{name}: is nested too deeply") from None
    finally:
        loader.dispose()


def _check_keys(node: yaml.Node, name: str, above: tuple[int, ...] = (), fine: set[int] | None = None) -> None:
    """Every key is text and stands once: PyYAML keeps the last of two, and says nothing. No anchor holds itself.

    above: what the node stands in; fine: what was looked at before, and is met again by an alias.
    """
    fine = set() if fine is None else fine
    if id(node) in above:
        raise SettingsError(f"{name}:{_line_of(node)}: is within itself", "write it without an anchor")
    if len(above) > _MAX_DEPTH:
        raise SettingsError(f"{name}:{_line_of(node)}: is nested too deeply")
    if id(node) in fine:
        return
    if isinstance(node, yaml.MappingNode):
        _check_mapping(node, name)
    below = [one[1] for one in node.value] if isinstance(node, yaml.MappingNode) else node.value
    for one in below if isinstance(node, yaml.CollectionNode) else ():
        _check_keys(one, name, (*above, id(node)), fine)
    fine.add(id(node))


def _check_mapping(node: yaml.MappingNode, name: str) -> None:
    lines: dict[str, int] = {}
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise SettingsError(f"{name}:{_line_of(key)}: a key is no text", "write `key: value`")
        if key.tag == "tag:yaml.org,2002:merge":
            continue
        if key.value in lines:
            raise SettingsError(
                f"{name}:{_line_of(key)}: {key.value}: stands twice, on line {lines[key.value]} too",
                "keep one of them",
            )
        if key.tag != "tag:yaml.org,2002:str":
            raise SettingsError(
                f"{name}:{_line_of(key)}: {key.value}: YAML takes this key for no text", f'write "{key.value}":'
            )
        lines[key.value] = _line_of(key)


def _step(node: yaml.Node | None, step: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == step:
                return _line_of(key), value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return _line_of(node.value[step]), node.value[step]
    return None


def _line_of(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
