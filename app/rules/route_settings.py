"""What `leakwatch-rules.yml` may say under `alertmanager:`, as it is written; what it means is in `route_plan.py`."""

import re
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StrictInt,
    StrictStr,
    model_validator,
)

from app.rules.section import Section

Severity = Literal["critical", "warning", "info"]

_DURATION = re.compile(r"(\d+(ms|[smhdwy]))+")
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")
_DAY = r"(sun|mon|tues|wednes|thurs|fri|satur)day"
_DAYS = re.compile(rf"{_DAY}(:{_DAY})?")
_NAMESPACE = re.compile(r"[a-z0-9*]([-a-z0-9*]{0,61}[a-z0-9*])?")
_DNS = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
_SMARTHOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^\s:/@]+):\d{1,5}")


def _duration(text: str) -> str:
    if not _DURATION.fullmatch(text):
        raise ValueError(f"{text!r} is no span of time; write 30s, 5m or 12h")
    return text


def _some_time(text: str) -> str:
    if not set(_duration(text)) & set("123456789"):
        raise ValueError(f"{text!r} is no time at all; write 5m or 12h")
    return text


def _clock(text: str) -> str:
    if not _CLOCK.fullmatch(text):
        raise ValueError(f'{text!r} is no time of day; write "09:00", in quotes')
    return text


def _days(text: str) -> str:
    if not _DAYS.fullmatch(text.lower()):
        raise ValueError(f'{text!r} is no weekday; write "monday:friday", or saturday')
    return text.lower()


def _namespace(text: str) -> str:
    if not _NAMESPACE.fullmatch(text):
        raise ValueError(f"{text!r} is no namespace; write its name, with * for any text")
    return text


def _dns(text: str) -> str:
    if not _DNS.fullmatch(text):
        raise ValueError(f"{text!r} is no name in Kubernetes; write small letters, digits, - and .")
    return text


def _path(text: str) -> str:
    if not text.startswith("/") or not text.isprintable():
        raise ValueError("is no path; write that of a file where Alertmanager runs, from / on")
    return text


def _address(text: str) -> str:
    if "@" not in text.strip("@") or not text.isprintable() or "{{" in text:
        raise ValueError(f"{text!r} is no address of mail; write on-call@example.org")
    return text


def _smarthost(text: str) -> str:
    if not _SMARTHOST.fullmatch(text):
        raise ValueError(f"{text!r} is no server of mail; write smtp.example.org:587")
    return text


def _text(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError("has no text; write some")
    return text


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and text.isprintable() and " " not in text
        secret = parts.username or parts.password
    except ValueError:
        sound, secret = False, None
    if not sound:
        raise ValueError("is no address; write http://leakwatch:8080/webhooks/alertmanager")
    if secret:
        raise ValueError("has a password in it; write `token: {file: PATH}` instead")
    return text


def _no_text(value: Any) -> Any:
    if isinstance(value, str):
        raise ValueError("is a secret, and none is written here; write `{file: PATH}`, or `{secret: NAME, key: KEY}`")
    return value


Duration = Annotated[StrictStr, AfterValidator(_duration)]
SomeTime = Annotated[StrictStr, AfterValidator(_some_time)]
Clock = Annotated[StrictStr, AfterValidator(_clock)]
Days = Annotated[StrictStr, AfterValidator(_days)]
Text = Annotated[StrictStr, AfterValidator(_text)]
Url = Annotated[StrictStr, AfterValidator(_url)]
Path = Annotated[StrictStr, AfterValidator(_path)]
Dns = Annotated[StrictStr, AfterValidator(_dns)]
Address = Annotated[StrictStr, AfterValidator(_address)]


class SecretSettings(Section):
    """Where a secret is: a file where Alertmanager runs, a key of a Kubernetes Secret, or both for both forms."""

    file: Path | None = None
    secret: Dns | None = None
    key: Text | None = None

    @model_validator(mode="after")
    def _somewhere(self) -> "SecretSettings":
        if (self.secret is None) != (self.key is None) or (self.file is None and self.secret is None):
            raise ValueError("says not where the secret is; write `{file: PATH}`, or `{secret: NAME, key: KEY}`")
        return self


SecretPlace = Annotated[SecretSettings, BeforeValidator(_no_text)]


class SlackSettings(Section):
    """A channel of Slack."""

    api_url: SecretPlace
    channel: Text


class PagerDutySettings(Section):
    """A service of PagerDuty."""

    routing_key: SecretPlace


class EmailSettings(Section):
    """Mail."""

    to: Address
    sender: Address = Field(alias="from")
    smarthost: Annotated[StrictStr, AfterValidator(_smarthost)]
    auth_username: Text | None = None
    auth_password: SecretPlace | None = None


class WebhookSettings(Section):
    """A webhook. url_from: where the address is kept, when it is itself a secret."""

    url: Url | None = None
    url_from: SecretPlace | None = None
    token: SecretPlace | None = None
    max_alerts: Annotated[StrictInt, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _one_address(self) -> "WebhookSettings":
        if (self.url is None) == (self.url_from is None):
            raise ValueError("has no address, or two; write `url`, or `url_from` where the address is a secret")
        return self


class OwnWebhookSettings(WebhookSettings):
    """leakwatch's webhook. Its body may have 8 MiB: 16 KiB an alert, of 500."""

    max_alerts: Annotated[StrictInt, Field(ge=0)] = 500


class SwitchSettings(WebhookSettings):
    """Who is to miss the alert that always fires."""

    alert: Text = "Watchdog"


class ReceiverSettings(Section):
    """Somebody to tell, in one or several ways."""

    slack: SlackSettings | None = None
    pagerduty: PagerDutySettings | None = None
    email: EmailSettings | None = None
    webhook: WebhookSettings | None = None


class TeamSettings(Section):
    """A team's alerts, and who is told of them."""

    namespaces: tuple[Annotated[StrictStr, AfterValidator(_namespace)], ...] = ()
    receiver: Text | None = None
    severities: dict[Severity, Text] = Field(default_factory=dict)
    hours: Text | None = None


class HoursSettings(Section):
    """When a team works."""

    weekdays: tuple[Days, ...] = ("monday:friday",)
    start: Clock = Field("09:00", alias="from")
    end: Clock = Field("17:00", alias="to")
    location: Text = "UTC"


class ManifestSettings(Section):
    """Of the AlertmanagerConfig. labels: by which the Alertmanager object selects it."""

    name: Dns = "leakwatch"
    namespace: Dns | None = None
    labels: dict[str, StrictStr] = Field(default_factory=dict)
    version: Literal["v1alpha1", "v1beta1"] = "v1alpha1"
    all_namespaces: bool = False


class RowSettings(Section):
    """An alert, and who must be told of it, in the order of the routes."""

    labels: dict[str, StrictStr]
    receivers: tuple[Text, ...]


class RouteSettings(Section):
    """All of it. Without any of it, nobody is told of anything: alerts are grouped, kept quiet, and shown."""

    default: Text = "nobody"
    severities: dict[Severity, Text] = Field(default_factory=dict)
    teams: dict[str, TeamSettings] = Field(default_factory=dict)
    receivers: dict[str, ReceiverSettings] = Field(default_factory=dict)
    hours: dict[str, HoursSettings] = Field(default_factory=dict)
    group_wait: Duration = "30s"
    group_interval: SomeTime = "5m"
    repeat_interval: SomeTime = "12h"
    webhook: OwnWebhookSettings | None = None
    dead_mans_switch: SwitchSettings | None = None
    manifest: ManifestSettings = ManifestSettings()
    tests: tuple[RowSettings, ...] = ()
