"""The dashboards that the settings want, and the files that they become, form by form."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.dashboards.forms import DashboardFormat
from app.rules.dashboard_settings import DashboardSettings
from app.rules.text import DASHBOARDS as AUTHOR
from dashboards.builder import document
from dashboards.model import DashboardKind, Options
from dashboards.registry import DASHBOARDS

_UPDATE_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Made:
    """A dashboard as Grafana takes it."""

    kind: DashboardKind
    document: dict[str, Any]

    @property
    def uid(self) -> str:
        """What Grafana knows it by; files are named after it."""
        return self.kind.uid

    @property
    def text(self) -> str:
        """The document as JSON, the same each time."""
        return json.dumps(self.document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def made(options: Options, kinds: Sequence[DashboardKind] = DASHBOARDS) -> tuple[Made, ...]:
    """All dashboards."""
    return tuple(Made(kind, document(kind, options)) for kind in kinds)


def files(dashboards: Sequence[Made], form: DashboardFormat, settings: DashboardSettings) -> dict[str, str]:
    """What is written, by name."""
    if form in {DashboardFormat.JSON, DashboardFormat.PROVISIONING}:
        found = {f"{one.uid}.json": one.text for one in dashboards}
        if form is DashboardFormat.PROVISIONING:
            found["leakwatch-dashboards.yaml"] = _yaml(_provider(settings))
        return found
    manifest = _config_map if form is DashboardFormat.CONFIGMAP else _grafana_dashboard
    return {f"{one.uid}.{form.value}.yaml": _yaml(manifest(one, settings)) for one in dashboards}


def is_ours(text: str) -> bool:
    """Whether a file is one that `dashboards build` wrote: it may write it again, or remove it."""
    if AUTHOR.wrote(text):
        return True
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and found.get("uid") in {kind.uid for kind in DASHBOARDS}


def _yaml(found: Mapping[str, Any]) -> str:
    return AUTHOR.written(dict(found), "the settings")


def _provider(settings: DashboardSettings) -> dict[str, Any]:
    return {
        "apiVersion": 1,
        "providers": [
            {
                "name": "leakwatch",
                "folder": settings.folder,
                "folderUid": settings.folder_uid,
                "type": "file",
                "disableDeletion": True,
                "updateIntervalSeconds": _UPDATE_SECONDS,
                "options": {"path": settings.path},
            }
        ],
    }


def _metadata(one: Made, settings: DashboardSettings, labels: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {"name": one.uid}
    if settings.namespace is not None:
        found["namespace"] = settings.namespace
    return found | {"labels": {"app.kubernetes.io/part-of": "leakwatch", **labels, **settings.labels}}


def _config_map(one: Made, settings: DashboardSettings) -> dict[str, Any]:
    """For the sidecar of Grafana's Helm charts, which is to be told `folderAnnotation: grafana_folder`."""
    metadata = _metadata(one, settings, {"grafana_dashboard": "1"})
    metadata["annotations"] = {"grafana_folder": settings.folder}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {f"{one.uid}.json": one.text}}


def _grafana_dashboard(one: Made, settings: DashboardSettings) -> dict[str, Any]:
    """For Grafana's operator, version 5."""
    return {
        "apiVersion": "grafana.integreatly.org/v1beta1",
        "kind": "GrafanaDashboard",
        "metadata": _metadata(one, settings, {}),
        "spec": {
            "instanceSelector": {"matchLabels": dict(settings.instance_labels)},
            "folder": settings.folder,
            "json": one.text,
        },
    }
