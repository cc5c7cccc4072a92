"""What our own lint and amtool say of configurations of Alertmanager, and of the table that tries their routes."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alert_rules.alertmanager.documents import embedded
from alert_rules.alertmanager.from_resource import as_configuration
from alert_rules.alertmanager.lint import Fault, lint
from app.errors import UsageError
from app.rules import tools
from app.rules.amtool import receivers_match
from app.rules.route_build import TABLE, BuiltRoutes
from app.rules.text import yaml_text
from app.rules.yaml_files import documents_in


@dataclass(frozen=True, slots=True)
class CheckedRoutes:
    """What was found in one configuration. amtool: None where it is not installed."""

    name: str
    faults: tuple[Fault, ...]
    amtool: tools.Said | None

    @property
    def ok(self) -> bool:
        """Whether nothing is to be mended."""
        return not self.faults and (self.amtool is None or self.amtool.ok)


@dataclass(frozen=True, slots=True)
class TriedRow:
    """A row of the table, and who is told in truth."""

    labels: Mapping[str, str]
    wanted: tuple[str, ...]
    told: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether they are the same, in the same order."""
        return self.wanted == self.told


def check_document(name: str, document: Any) -> CheckedRoutes:
    """Check a whole file, fragments, or an AlertmanagerConfig. Raises UsageError where it is none of these."""
    plain = configuration_in(name, document, all_namespaces=False)
    # Of fragments, amtool sees the whole of what they are put into, and our lint themselves.
    looked_at = document if "routes" in document else plain
    said = _amtool(name, plain) if tools.installed("amtool") else None
    return CheckedRoutes(name, tuple(lint(looked_at)), said)


def configuration_in(name: str, document: Any, *, all_namespaces: bool) -> dict[str, Any]:
    """What a document makes Alertmanager's configuration. Raises UsageError where it makes none."""
    try:
        if isinstance(document, dict) and document.get("kind") == "AlertmanagerConfig":
            return as_configuration(document, all_namespaces=all_namespaces)
        if isinstance(document, dict) and isinstance(document.get("routes"), list):
            return embedded(document)
    except (KeyError, TypeError, AttributeError):
        raise UsageError(f"{name}: is no AlertmanagerConfig that makes sense") from None
    if isinstance(document, dict) and isinstance(document.get("route"), dict):
        return document
    raise UsageError(f"{name}: is no configuration of Alertmanager", "name one with `route:`, or with our `routes:`")


def try_table(name: str, document: Any, table: Mapping[str, Any]) -> list[TriedRow]:
    """Ask amtool who is told of each alert of a table. Raises UsageError where the table makes no sense."""
    rows = _rows(table)
    plain = configuration_in(name, document, all_namespaces=table.get("all_namespaces") is True)
    with tempfile.TemporaryDirectory(prefix="leakwatch-routes-") as folder:
        file = Path(folder) / "alertmanager.yml"
        # In what way a receiver is told is nothing to its routes, and may be newer than this amtool.
        names = [{"name": one.get("name")} for one in plain.get("receivers") or () if isinstance(one, dict)]
        file.write_text(yaml_text({**plain, "receivers": names}), encoding="utf-8")
        return [TriedRow(labels, wanted, receivers_match(file, labels, wanted)) for labels, wanted in rows]


def try_built(built: BuiltRoutes) -> list[TriedRow]:
    """The same, of what was built."""
    return try_table(built.name, built.document, built.table)


def try_folder(folder: Path) -> list[TriedRow]:
    """The same, of a folder that `build` wrote. Raises UsageError where there is no table in it."""
    file = folder / TABLE
    if not file.is_file():
        raise UsageError(f"{folder}: has no {TABLE} in it", "write it with `leakwatch rules alertmanager build --into`")
    table = read_yaml(file)
    if not isinstance(table, dict) or not isinstance(table.get("configuration"), str):
        raise UsageError(f"{file}: names no configuration", "write `configuration: FILE`")
    name = Path(table["configuration"]).name
    return try_table(name, read_yaml(folder / name), table)


def read_yaml(path: Path) -> Any:
    """One document of YAML; None where there is none. Raises UsageError."""
    documents = documents_in(path)
    if len(documents) > 1:
        raise UsageError(f"{path}: has {len(documents)} documents in it", "leave one of them there")
    return documents[0] if documents else None


def _amtool(name: str, plain: dict[str, Any]) -> tools.Said:
    said = tools.check_alertmanager(name, yaml_text(plain))
    if "field url_file not found" not in said.text:
        return said
    return tools.Said(said.ok, f"{said.text}\nurl_file needs Alertmanager 0.26: this amtool is older, or write `url`.")


def _rows(table: Mapping[str, Any]) -> Sequence[tuple[dict[str, str], tuple[str, ...]]]:
    found = table.get("alerts")
    if not isinstance(found, list) or not found:
        raise UsageError(f"{TABLE}: there are no alerts to try", "write `alerts:`, each with labels and receivers")
    rows = []
    for number, one in enumerate(found, 1):
        labels, receivers = (one.get("labels"), one.get("receivers")) if isinstance(one, dict) else (None, None)
        if not isinstance(labels, dict) or not isinstance(receivers, list) or not receivers:
            raise UsageError(f"{TABLE}: alert {number} has no labels, or no receivers", "write both")
        rows.append(({str(key): str(value) for key, value in labels.items()}, tuple(map(str, receivers))))
    return rows
