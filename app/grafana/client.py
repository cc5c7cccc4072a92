"""Grafana's HTTP API: annotations, and whatever else is asked by path. Bounded in time and size.

Its contract: https://grafana.com/docs/grafana/latest/developers/http_api/annotations/
"""

import json
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from app.errors import LeakwatchError, SettingsError
from app.settings import Settings
from app.text import printable

_STEP_SECONDS = 10.0
_WHOLE_SECONDS = 20.0
_MAX_BYTES = 1 << 20
_PATH = "/api/annotations"


class GrafanaError(LeakwatchError):
    """Grafana did not do what it was asked to; for this annotation only."""


class GrafanaUnavailable(GrafanaError):
    """No answer, one that came too late, or one that says to try later: it may have done what it was asked to."""

    retryable = True


class GrafanaRefused(GrafanaError):
    """The token is not good enough."""


class NotInGrafana(GrafanaError):
    """What was asked for is not there, or not any more."""


@dataclass(frozen=True, slots=True)
class GrafanaClient:
    """Calls one Grafana. Methods raise GrafanaError."""

    http: httpx2.Client

    def create(self, annotation: Mapping[str, Any]) -> int:
        """The id of a new annotation of the organisation. annotation: time, timeEnd (epoch ms), text, tags."""
        _, document = self._ask("POST", _PATH, json=dict(annotation))
        return _id_in(document)

    def change(self, id_: int, annotation: Mapping[str, Any]) -> None:
        """Give an annotation other times, text or tags. Raises NotInGrafana where it is gone."""
        self._ask("PATCH", f"{_PATH}/{id_}", json=dict(annotation))

    def find(self, tag: str) -> int | None:
        """The first annotation that was made with a tag."""
        _, document = self._ask("GET", _PATH, params={"tags": tag, "type": "annotation", "limit": "100"})
        if not isinstance(document, list):
            raise GrafanaError("the answer is not a list of annotations", "is LEAKWATCH_GRAFANA_URL that of Grafana?")
        # Asked again here: not every version heeds all that it is asked.
        return min(
            (_id_in(one) for one in document if isinstance(one, dict) and tag in one.get("tags", ())), default=None
        )

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """The document that a path of the API answers with. Raises NotInGrafana where there is no such thing."""
        _, document = self._ask(method, path, **({} if body is None else {"json": dict(body)}))
        return document

    def close(self) -> None:
        """Let the connections go."""
        self.http.close()

    def _ask(self, method: str, path: str, **what: Any) -> tuple[int, Any]:
        until = time.monotonic() + _WHOLE_SECONDS
        try:
            with self.http.stream(method, path, **what) as answer:
                body = b""
                for part in answer.iter_bytes():
                    body += part
                    if len(body) > _MAX_BYTES or time.monotonic() > until:
                        raise GrafanaUnavailable("its answer is too long, or takes too long")
                return answer.status_code, _checked(answer.status_code, body)
        except (httpx2.HTTPError, httpx2.InvalidURL, ssl.SSLError) as error:
            raise GrafanaUnavailable(f"no whole answer: {type(error).__name__}") from error


def make_client(settings: Settings, transport: httpx2.BaseTransport | None = None) -> GrafanaClient | None:
    """The client that the settings ask for; None where no Grafana is set. Raises SettingsError for a bad CA file."""
    if settings.grafana_url is None or settings.grafana_token is None:
        return None
    try:
        context = ssl.create_default_context(cafile=settings.grafana_ca_file)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError("LEAKWATCH_GRAFANA_CA_FILE: cannot be read as a PEM file") from error
    http = httpx2.Client(
        base_url=settings.grafana_url.rstrip("/"),
        headers={"Authorization": f"Bearer {settings.grafana_token.get_secret_value()}", "Accept": "application/json"},
        verify=context,
        timeout=_STEP_SECONDS,
        follow_redirects=False,
        trust_env=False,
        transport=transport,
    )
    return GrafanaClient(http)


def _checked(status: int, body: bytes) -> Any:
    """The document of a good answer; for any other the error that fits."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    if 200 <= status < 300 and document is not None:
        return document
    said = printable(str(document.get("message") or "")) if isinstance(document, dict) else ""
    told = f"{status} {said}".strip()
    if status in {401, 403}:
        raise GrafanaRefused(
            f"Grafana refuses the token: {told}",
            "give LEAKWATCH_GRAFANA_TOKEN the token of a service account that may read, create and write annotations "
            "of the organisation (role Editor)",
        )
    if status == 404 and said:
        raise NotInGrafana(told)
    if 300 <= status < 400 or status == 404 or (status < 300 and document is None):
        raise GrafanaError(f"{told}: there is no Grafana at this address", "check LEAKWATCH_GRAFANA_URL")
    if status >= 500 or status in {408, 425, 429}:
        raise GrafanaUnavailable(told)
    raise GrafanaError(told)


def _id_in(document: Any) -> int:
    found = document.get("id") if isinstance(document, dict) else None
    if not isinstance(found, int) or found < 1:
        raise GrafanaError("the answer has no id", "is LEAKWATCH_GRAFANA_URL that of Grafana?")
    return found
