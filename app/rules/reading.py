"""Rule files, unit tests and configurations of Alertmanager out of files, whoever wrote them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alert_rules.lint import RuleFile
from alert_rules.manifest import is_manifest, rules_in
from app.errors import UsageError
from app.rules.settings import FILE_NAME
from app.rules.text import is_of_other_command
from app.rules.yaml_files import SUFFIXES, loaded, text_of


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
    """What is in files, and in the YAML files of folders. Raises UsageError where one is not YAML, or there is nothing.

    Of a folder, what is plainly something else is passed over: other objects of Kubernetes, the settings, and what
    leakwatch's other commands wrote. A file that is named itself is always looked at.
    """
    found = Read()
    for path in paths:
        if path.is_dir():
            for file in sorted(one for one in path.iterdir() if one.suffix in SUFFIXES and one.name != FILE_NAME):
                _read(file, found, among_others=True)
        else:
            _read(path, found, among_others=False)
    if not (found.rules or found.tests or found.alertmanager):
        names = ", ".join(str(one) for one in paths)
        raise UsageError(f"{names}: has no rules in it", "name what `leakwatch rules build` wrote, or other rule files")
    return found


def _read(path: Path, found: Read, *, among_others: bool) -> None:
    text = text_of(path)
    flat = [one for document in loaded(path, text) for one in _items(document)]
    for number, document in enumerate(flat, 1):
        name = path.name if len(flat) == 1 else f"{path.stem}-{number}{path.suffix}"
        if name in found.rules or name in found.tests:
            raise UsageError(f"{path}: another file has the same name, {name}", "check them one by one")
        if isinstance(document, dict) and "rule_files" in document and "tests" in document:
            found.tests[name] = document
        elif isinstance(document, dict) and "route" in document and "receivers" in document:
            found.alertmanager[name] = text
        elif not (among_others and (is_of_other_command(text) or _is_other_object(document))):
            found.rules[name] = rules_in(document)


def _is_other_object(document: Any) -> bool:
    return isinstance(document, dict) and {"apiVersion", "kind"} <= document.keys() and not is_manifest(document)


def _items(document: Any) -> Iterator[Any]:
    """A List's items; a document by itself."""
    if isinstance(document, dict) and document.get("kind") == "List" and isinstance(document.get("items"), list):
        yield from document["items"]
    else:
        yield document


def _named_by(tests: Any) -> list[str]:
    files = tests.get("rule_files")
    return [Path(str(one)).name for one in files] if isinstance(files, list) else []
