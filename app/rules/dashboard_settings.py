"""What `leakwatch-rules.yml` may say under `dashboards:`."""

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StrictStr

from app.rules.section import Section
from dashboards.model import Options

_UID = re.compile(r"[A-Za-z0-9_-]{1,40}")
_DNS = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_LABEL_KEY = re.compile(r"([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")


def _address(text: str) -> str:
    try:
        parts = urlsplit(text)
        host, secret = parts.hostname, parts.username or parts.password
    except ValueError:
        host, secret = None, None
    if not host or not text.isprintable() or " " in text or "$" in text or parts.scheme not in {"http", "https"}:
        raise ValueError(f"{text!r} is no address; write https://leakwatch.example.org")
    if secret:
        raise ValueError("has a password in it, which every dashboard would show; leave it out")
    return text.rstrip("/")


def _text(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError("has no text; write some, or leave the key out")
    return text


def _uid(text: str) -> str:
    if not _UID.fullmatch(text):
        raise ValueError(f"{text!r} is no uid in Grafana; write at most 40 letters, digits, - and _")
    return text


def _namespace(text: str) -> str:
    if not _DNS.fullmatch(text):
        raise ValueError(f"{text!r} is no namespace; write small letters, digits and -")
    return text


def _path(text: str) -> str:
    if not text.startswith("/") or not text.isprintable():
        raise ValueError("is no path; write that of a folder where Grafana runs, from / on")
    return text


def _labels(labels: dict[str, str]) -> dict[str, str]:
    for name, value in labels.items():
        if not _LABEL_KEY.fullmatch(name):
            raise ValueError(f"{name!r} is no label of Kubernetes; write NAME or DOMAIN/NAME")
        if not _LABEL_VALUE.fullmatch(value):
            raise ValueError(f"{value!r} is no value of a label; write at most 63 letters, digits, -, _ and .")
    return labels


_Text = Annotated[StrictStr, AfterValidator(_text)]
_Labels = Annotated[dict[str, StrictStr], AfterValidator(_labels)]


class DashboardSettings(Section):
    """Of dashboards. folder: its title in Grafana, folder_uid: what it is known by; path: where Grafana's server has
    the files that its provisioning names; namespace, labels: of manifests; instance_labels: by which a
    GrafanaDashboard finds its Grafana. The rest is as in `dashboards.model.Options`.
    """

    title_prefix: StrictStr = Options().title_prefix
    tags: tuple[_Text, ...] = Options().tags
    public_url: Annotated[StrictStr, AfterValidator(_address)] | None = None
    feed_url: Annotated[StrictStr, AfterValidator(_address)] | None = None
    infinity_uid: Annotated[StrictStr, AfterValidator(_uid)] | None = None
    folder: _Text = "leakwatch"
    folder_uid: Annotated[StrictStr, AfterValidator(_uid)] = "leakwatch"
    path: Annotated[StrictStr, AfterValidator(_path)] = "/var/lib/grafana/dashboards/leakwatch"
    namespace: Annotated[StrictStr, AfterValidator(_namespace)] | None = None
    labels: _Labels = Field(default_factory=dict)
    instance_labels: _Labels = Field({"dashboards": "grafana"})

    def options(self, cadvisor: str, kube_state_metrics: str) -> Options:
        """What dashboards are built from. cadvisor, kube_state_metrics: the settings' selectors."""
        return Options(
            title_prefix=self.title_prefix,
            tags=self.tags,
            public_url=self.public_url,
            # Unless Grafana's server reaches leakwatch elsewhere, it does where people do.
            feed_url=self.feed_url or self.public_url,
            infinity_uid=self.infinity_uid,
            cadvisor=cadvisor,
            kube_state_metrics=kube_state_metrics,
        )
