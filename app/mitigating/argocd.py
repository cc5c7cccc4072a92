"""Argo CD's HTTP API, as far as going back to an earlier deployment needs it. Bounded in time and size.

Its contract (github.com/argoproj/argo-cd): server/application/application.proto and application.go; the answers are
Application objects (argoproj.io/v1alpha1), those that are no good have grpc-gateway's form {error, code, message}.
"""

import json
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx2

from app.errors import (
    ClusterError,
    ClusterForbidden,
    ClusterRefused,
    ClusterUnauthorized,
    ClusterUnreachable,
    ObjectNotFound,
    SettingsError,
)
from app.kubernetes.fields import text_in
from app.settings import Settings
from app.text import printable

_STEP_SECONDS = 10.0
_WHOLE_SECONDS = 20.0
_MAX_BYTES = 8 << 20
_WRONG_ADDRESS = "check LEAKWATCH_MITIGATION_ARGOCD_URL: is there an Argo CD at this address?"


class _Unreadable(ClusterError):
    """A good status, and no document: of a proxy, or cut."""


@dataclass(frozen=True, slots=True)
class ArgoClient:
    """Calls one Argo CD. Methods raise ClusterError, as those of an access to a cluster do."""

    http: httpx2.Client

    def application(self, name: str, namespace: str) -> dict[str, Any]:
        """An Application. namespace: of the object, "" for Argo CD's own."""
        found = self._ask("GET", _path(name), params={"appNamespace": namespace} if namespace else {})
        if text_in(found, "metadata", "name") != name:
            raise ClusterError("Argo CD: what is answered is no such application", _WRONG_ADDRESS)
        return found

    def rollback(self, name: str, namespace: str, history_id: int) -> dict[str, Any]:
        """Go back to a deployment of its history. Refused by Argo CD while auto-sync is on.

        After ClusterUnreachable it may have been done all the same.
        """
        body: dict[str, Any] = {"name": name, "id": history_id, "dryRun": False, "prune": False}
        if namespace:
            body["appNamespace"] = namespace
        try:
            return self._ask("POST", f"{_path(name)}/rollback", json=body)
        except _Unreadable as error:
            raise ClusterUnreachable(str(error), "try again") from error

    def close(self) -> None:
        """Let the connections go."""
        self.http.close()

    def _ask(self, method: str, path: str, **what: Any) -> dict[str, Any]:
        until = time.monotonic() + _WHOLE_SECONDS
        try:
            with self.http.stream(method, path, **what) as answer:
                body = b""
                for part in answer.iter_bytes():
                    body += part
                    if len(body) > _MAX_BYTES or time.monotonic() > until:
                        raise ClusterUnreachable("Argo CD: its answer is too long, or takes too long", "try again")
                return _checked(answer.status_code, body)
        except (httpx2.HTTPError, httpx2.InvalidURL, ssl.SSLError) as error:
            raise ClusterUnreachable(f"Argo CD: no whole answer: {type(error).__name__}", "try again") from error


def make_argo_client(settings: Settings, transport: httpx2.BaseTransport | None = None) -> ArgoClient | None:
    """The client that the settings ask for; None where no Argo CD is set. Raises SettingsError for a bad CA file."""
    url, token = settings.mitigation_argocd_url, settings.secret("mitigation_argocd_token")
    if url is None or token is None:
        return None
    try:
        context = ssl.create_default_context(cafile=settings.mitigation_argocd_ca_file)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError("LEAKWATCH_MITIGATION_ARGOCD_CA_FILE: cannot be read as a PEM file") from error
    return ArgoClient(
        httpx2.Client(
            base_url=url.rstrip("/"),
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
            verify=context,
            timeout=_STEP_SECONDS,
            follow_redirects=False,
            trust_env=False,
            transport=transport,
        )
    )


def _path(name: str) -> str:
    return f"/api/v1/applications/{quote(name, safe='')}"


def _checked(status: int, body: bytes) -> dict[str, Any]:
    """The document of a good answer; for any other the error that fits."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    if 200 <= status < 300 and isinstance(document, dict):
        return document
    told = f"Argo CD: {status} {_said(document)}".strip()
    if 200 <= status < 300:
        raise _Unreadable(f"{told}, and no JSON object", _WRONG_ADDRESS)
    match status:
        case 401:
            raise ClusterUnauthorized(told, "check LEAKWATCH_MITIGATION_ARGOCD_TOKEN")
        case 403:
            # So it is answered, too, where there is no such application: nobody is to learn what there is.
            raise ClusterForbidden(
                told, "see whether the application is there; the token's account needs get, and sync to roll back"
            )
        case 404:
            raise ObjectNotFound(told, "check LEAKWATCH_MITIGATION_ARGOCD_URL, and whether the application is there")
        case _ if status >= 500 or status == 429:
            raise ClusterUnreachable(told, "try again")
        case _ if status >= 400:
            raise ClusterRefused(told, "look at the application in Argo CD")
    raise ClusterError(f"{told}: no answer of an API", _WRONG_ADDRESS)


def _said(document: Mapping[str, Any] | None) -> str:
    if not isinstance(document, dict):
        return ""
    return printable(str(document.get("message") or document.get("error") or ""), 300)
