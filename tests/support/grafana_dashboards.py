"""A false Grafana for tests: what of its API has to do with dashboards and folders."""

import json
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx2

from tests.support.grafana import TOKEN


@dataclass
class FalseDashboards:
    """Keeps dashboards by uid, each with its folder and its versions' messages. `status`: what everything answers."""

    dashboards: dict[str, dict] = field(default_factory=dict)
    folders: dict[str, str] = field(default_factory=dict)
    messages: list[tuple[str, str]] = field(default_factory=list)
    provisioned: set[str] = field(default_factory=set)
    asked: list[tuple[str, str]] = field(default_factory=list)
    status: int | None = None

    def transport(self):
        """A transport for a client, without a network."""

        def answer(request):
            path = urlsplit(request.url.raw_path.decode()).path
            self.asked.append((request.method, path))
            if self.status is not None:
                return httpx2.Response(self.status, json={"message": "so it is told"})
            if request.headers.get("Authorization") != f"Bearer {TOKEN}":
                return httpx2.Response(401, json={"message": "Invalid API key"})
            body = request.read()
            status, document = self._done(request.method, path, json.loads(body) if body else None)
            return httpx2.Response(status, json=document)

        return httpx2.MockTransport(answer)

    def changes(self):
        """What was asked for that changes something."""
        return [path for method, path in self.asked if method != "GET"]

    def _done(self, method, path, body):
        uid = path.rpartition("/")[2]
        if method == "GET" and path.startswith("/api/dashboards/uid/"):
            kept = self.dashboards.get(uid)
            if kept is None:
                return 404, {"message": "Dashboard not found"}
            meta = {"folderUid": kept["folder"], "provisioned": uid in self.provisioned}
            return 200, {"meta": meta, "dashboard": kept["document"]}
        if method == "GET" and path.startswith("/api/folders/"):
            return (200, {"uid": uid}) if uid in self.folders else (404, {"message": "folder not found"})
        if (method, path) == ("POST", "/api/folders"):
            self.folders[body["uid"]] = body["title"]
            return 200, body
        if (method, path) == ("POST", "/api/dashboards/db"):
            return self._saved(body)
        return 404, {"message": "Not found"}

    def _saved(self, body):
        uid = body["dashboard"]["uid"]
        if body["folderUid"] not in self.folders:
            return 400, {"message": "folder not found"}
        if uid in self.dashboards and not body["overwrite"]:
            return 412, {"message": "The dashboard has been changed by someone else", "status": "version-mismatch"}
        version = self.dashboards.get(uid, {}).get("document", {}).get("version", 0) + 1
        # As Grafana does: with a number of its own, and with what it likes to fill in.
        document = body["dashboard"] | {"id": 7, "version": version, "weekStart": ""}
        self.dashboards[uid] = {"folder": body["folderUid"], "document": document}
        self.messages.append((uid, body["message"]))
        return 200, {"uid": uid, "status": "success"}
