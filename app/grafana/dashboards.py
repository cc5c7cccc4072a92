"""Dashboards of ours in a Grafana, over its HTTP API: what differs, and putting it right.

Its contract: https://grafana.com/docs/grafana/latest/developers/http_api/dashboard/
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.grafana.client import GrafanaClient, GrafanaError, GrafanaRefused, NotInGrafana


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder that dashboards are in."""

    uid: str
    title: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A dashboard against what Grafana has. verb: new, changed or unchanged; places: where it differs."""

    uid: str
    verb: str
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DashboardPusher:
    """Puts dashboards into one folder of one Grafana. Methods raise GrafanaError."""

    client: GrafanaClient
    folder: Folder

    def differences(self, dashboards: Sequence[Mapping[str, Any]]) -> tuple[Difference, ...]:
        """What a push would change. Changes nothing."""
        return tuple(self._difference(one) for one in dashboards)

    def push(self, dashboards: Sequence[Mapping[str, Any]], message: str) -> Iterator[Difference]:
        """Save those that differ, by their uid, each as it is saved. message: of the version that each becomes."""
        found = self.differences(dashboards)
        if any(one.verb != "unchanged" for one in found):
            self._keep_folder()
        for document, difference in zip(dashboards, found, strict=True):
            if difference.verb != "unchanged":
                self._save(document, message)
            yield difference

    def _difference(self, document: Mapping[str, Any]) -> Difference:
        uid = str(document["uid"])
        try:
            answer = self._ask("GET", f"/api/dashboards/uid/{uid}")
        except NotInGrafana:
            return Difference(uid, "new")
        if not isinstance(answer, dict) or not isinstance(answer.get("dashboard"), dict):
            raise GrafanaError(f"{uid}: the answer has no dashboard", "is LEAKWATCH_GRAFANA_URL that of Grafana?")
        meta = answer.get("meta") or {}
        places = list(_places(document, answer["dashboard"], ""))
        if meta.get("folderUid", self.folder.uid) != self.folder.uid:
            places.insert(0, "folder")
        if places and meta.get("provisioned"):
            raise GrafanaError(
                f"{uid}: Grafana has it from a file, and takes no other over its API",
                "change that file with `leakwatch dashboards build`, or take it out of Grafana's provisioning",
            )
        return Difference(uid, "changed" if places else "unchanged", tuple(places))

    def _keep_folder(self) -> None:
        try:
            self._ask("GET", f"/api/folders/{self.folder.uid}")
        except NotInGrafana:
            self._ask("POST", "/api/folders", {"uid": self.folder.uid, "title": self.folder.title})

    def _save(self, document: Mapping[str, Any], message: str) -> None:
        body = {
            "dashboard": {**document, "id": None},
            "folderUid": self.folder.uid,
            "message": message,
            "overwrite": True,
        }
        self._ask("POST", "/api/dashboards/db", body)

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        try:
            return self.client.ask(method, path, body)
        except GrafanaRefused as error:
            raise GrafanaRefused(
                str(error),
                "give LEAKWATCH_GRAFANA_TOKEN the token of a service account that may read, create and write folders "
                "and dashboards (role Editor)",
            ) from error


def _places(ours: Any, theirs: Any, where: str) -> Iterator[str]:
    """Where theirs is not as ours. What they have besides is no difference: Grafana fills in what it likes."""
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        for name, value in ours.items():
            if name in theirs:
                yield from _places(value, theirs[name], f"{where}.{name}")
            elif value:
                yield f"{where}.{name}".lstrip(".")
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for number, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from _places(one, other, f"{where}[{number}]")
    elif ours != theirs:
        yield where.lstrip(".")
