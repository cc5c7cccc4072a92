"""A false Argo CD, which answers as its API server does (argo-cd: server/server.go, server/application)."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.support.false_cluster import Asked, Reply, false_cluster

TOKEN = "of-the-tests"
_FAILED_PRECONDITION, _INVALID, _DENIED, _UNAUTHENTICATED = 9, 3, 7, 16


@dataclass
class ArgoCD:
    """What it has: one application, by the name cart, of two deployments.

    url: where it is; loses_answers: it does what it is told, and a proxy before it says 502
    """

    application: dict[str, Any]
    url: str = ""
    loses_answers: bool = False
    asked: list[Asked] = field(default_factory=list)

    def answer(self, asked: Asked) -> Reply:
        """As it would."""
        self.asked.append(asked)
        if asked.headers.get("Authorization") != f"Bearer {TOKEN}":
            return refusal(401, _UNAUTHENTICATED, "invalid session: signature is invalid")
        if asked.method != "GET" and asked.headers.get("Content-Type") != "application/json":
            return Reply(415, body=b"Invalid content type\n")
        _, _, of = asked.path.partition("/api/v1/applications/")
        name, _, act = of.partition("/")
        if name != self.application["metadata"]["name"]:
            return refusal(403, _DENIED, "permission denied")
        if act != "rollback":
            return Reply(200, self.application)
        reply = self._roll_back(asked.body)
        return Reply(502, body=b"<html>") if self.loses_answers else reply

    def did(self, *, phase: str = "Succeeded", message: str = "") -> None:
        """Its controller has carried out what was asked for, or has not managed to. By its clock that began now."""
        operation = self.application.pop("operation")
        told = {"operation": operation, "phase": phase, "message": message, "startedAt": "2099-01-01T00:00:00Z"}
        self.application["status"]["operationState"] = told

    def _roll_back(self, body: Any) -> Reply:
        status, spec = self.application["status"], self.application["spec"]
        if spec.get("syncPolicy", {}).get("automated") is not None:
            return refusal(400, _FAILED_PRECONDITION, "rollback cannot be initiated when auto-sync is enabled")
        found = next((one for one in status["history"] if one["id"] == body["id"]), None)
        if found is None:
            return refusal(400, _INVALID, f"application cart does not have deployment with id {body['id']}")
        if "operation" in self.application:
            return refusal(400, _FAILED_PRECONDITION, "another operation is already in progress")
        self.application["operation"] = {"sync": {"revision": found["revision"], "prune": body["prune"]}}
        return Reply(200, self.application)


def refusal(status: int, code: int, message: str) -> Reply:
    """As grpc-gateway writes it. code: of gRPC."""
    return Reply(status, {"error": message, "code": code, "message": message})


def application(namespace: str = "shop", **sync_policy: Any) -> dict[str, Any]:
    """One with the Deployment cart alone, that was deployed from the Git revision aaa long ago, and then from bbb."""
    history = [
        {"id": 4, "revision": "aaa", "deployStartedAt": "2020-01-01T00:00:00Z", "deployedAt": "2020-01-01T00:01:00Z"},
        {"id": 5, "revision": "bbb", "deployStartedAt": "2021-01-01T00:00:00Z", "deployedAt": "2099-01-01T00:00:00Z"},
    ]
    cart = {"group": "apps", "version": "v1", "kind": "Deployment", "namespace": namespace, "name": "cart"}
    return {
        "metadata": {"name": "cart", "namespace": "argocd"},
        "spec": {"source": {"repoURL": "https://git.example/shop"}, "syncPolicy": sync_policy},
        "status": {"history": history, "sync": {"revision": "bbb"}, "resources": [cart]},
    }


@contextlib.contextmanager
def running_argo_cd(namespace: str = "shop", **sync_policy: Any) -> Iterator[ArgoCD]:
    """It, on a free port."""
    shown = ArgoCD(application(namespace, **sync_policy))
    with false_cluster(shown.answer) as server:
        shown.url = server.url
        yield shown
