"""Rule files, unit tests and configurations of Alertmanager out of files, whoever wrote them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from alert_rules.lint import RuleFile
from alert_rules.manifest import rules_in
from app.errors import UsageError

_MAX_BYTES = 16 << 20
_SUFFIXES = {".yml", ".yaml"}


@dataclass(slots=True)
class Read:
    """What files hold, by their names: rule documents, promtool's tests, and texts of Alertmanager's configuration."""

    rules: dict[str, Any] = field(default_factory=dict)
    tests: dict[str, Any] = field(default_factory=dict)
    alertmanager: dict[str, str] = field(default_factory=dict)

    def rule_files(self) -> tuple[RuleFile, ...]:
        """For the lint: each file of rules with the tests that name it."""
        return tuple(
            RuleFile(name, document, tuple(one for one in self.tests.values() if name in _named_by(one)))
            for name, document in self.rules.items()
        )


def read(paths: Sequence[Path]) -> Read:
    """What is in files, and in the YAML files of folders. Raises UsageError where one cannot be read as YAML."""
    found = Read()
    for path in paths:
        files = sorted(one for one in path.iterdir() if one.suffix in _SUFFIXES) if path.is_dir() else [path]
        if not files:
            raise UsageError(f"{path}: has no YAML files in it", "name a folder that `leakwatch rules build` wrote")
        for file in files:
            _read(file, found)
    return found


def _read(path: Path, found: Read) -> None:
    text = _text(path)
    try:
        documents = [one for one in yaml.safe_load_all(text) if one is not None]
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = "" if mark is None else f":{mark.line + 1}"
        raise UsageError(f"{path}{where}: is not YAML: {getattr(error, 'problem', None) or error}") from None
    flat = [one for document in documents for one in _items(document)]
    for number, document in enumerate(flat, 1):
        name = path.name if len(flat) == 1 else f"{path.stem}-{number}{path.suffix}"
        if name in found.rules or name in found.tests:
            raise UsageError(f"{path}: another file has the same name, {name}", "check them one by one")
        if isinstance(document, dict) and "rule_files" in document and "tests" in document:
            found.tests[name] = document
        elif isinstance(document, dict) and "route" in document and "receivers" in document:
            found.alertmanager[name] = text
        else:
            found.rules[name] = rules_in(document)


def _items(document: Any) -> Iterator[Any]:
    """A List's items; a document by itself."""
    if isinstance(document, dict) and document.get("kind") == "List" and isinstance(document.get("items"), list):
        yield from document["items"]
    else:
        yield document


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(_MAX_BYTES + 1)
        if len(raw) > _MAX_BYTES:
            raise UsageError(f"{path}: is longer than 16 MiB")
        return raw.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: is not UTF-8 text") from None


def _named_by(tests: Any) -> list[str]:
    files = tests.get("rule_files")
    return [Path(str(one)).name for one in files] if isinstance(files, list) else []
