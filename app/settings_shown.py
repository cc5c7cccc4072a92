"""What pages show of the settings in force: grouped in the README's order, and never a secret."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from app.cluster_settings import ClusterSettings
from app.domain.setting import Origin, SettingGroup, ShownCluster, ShownSetting, ShownSettings, ShownValue
from app.durations import format_duration
from app.settings import (
    CONFIG_VARIABLE,
    PREFIX,
    MetricNames,
    Settings,
    config_file,
    origins,
    secret_fields,
    shown_fields,
)
from detectors.words import amount

# The setting that each group begins with, in the README's order; whether the group tells of other systems' insides.
_GROUPS: Mapping[str, tuple[str, bool]] = {
    "prometheus_url": ("Source", True),
    "cluster": ("What is scanned", False),
    "warn_within": ("When a leak is urgent", False),
    "reopen_within": ("Incidents", False),
    "data_dir": ("Database", True),
    "host": ("Service", True),
    "scan_interval": ("Schedule", False),
    "public_url": ("How it is reached", True),
    "token_key": ("Tokens and webhooks", True),
    "alertmanager_urls": ("Alertmanager", True),
    "grafana_url": ("Grafana", True),
    "max_incident_series": ("Metrics and retention", False),
    "log_format": ("Log", False),
    "kubernetes": ("Kubernetes", True),
    "mitigation": ("Acting on leaks", False),
    "mitigation_argocd_url": ("Argo CD", True),
    "backup_bucket": ("Backups", True),
    "pushgateway_url": ("Pushgateway", True),
    "metrics": ("Names of metrics", False),
}
_SET, _NOT_SET = ShownValue("set"), ShownValue("")


def shown_settings(settings: Settings) -> ShownSettings:
    """All settings as they are shown. Raises SettingsError where a file that they came from cannot be read any more."""
    found = origins(settings)
    groups: list[SettingGroup] = []
    for name, field in shown_fields().items():
        shown = tuple(_shown(settings, name, field, found))
        if name in _GROUPS:
            groups.append(SettingGroup(*_GROUPS[name], shown))
        else:
            groups[-1] = SettingGroup(groups[-1].title, groups[-1].is_inner, groups[-1].settings + shown)
    return ShownSettings(tuple(groups), tuple(_cluster(one) for one in settings.clusters), config_file() or "")


def _shown(settings: Settings, name: str, field: FieldInfo, found: Mapping[str, Origin]) -> Iterator[ShownSetting]:
    if name != "metrics":
        yield _setting(name, getattr(settings, name), field, found.get(name, Origin.DEFAULT))
        return
    for part, inner in MetricNames.model_fields.items():
        origin = found.get(f"{name}.{part}", Origin.DEFAULT)
        yield _setting(f"{name}__{part}", getattr(settings.metrics, part), inner, origin)


def _setting(name: str, value: Any, field: FieldInfo, origin: Origin) -> ShownSetting:
    default = field.get_default(call_default_factory=True)
    variable = f"{PREFIX}{name.upper()}"
    # A command sets some by itself, and what it was given may be no more than the default.
    origin = Origin.DEFAULT if value == default else Origin.COMMAND if origin is Origin.DEFAULT else origin
    where = {
        Origin.COMMAND: "the command",
        Origin.ENVIRONMENT: variable,
        Origin.SECRET_FILE: f"{variable}_FILE",
        Origin.FILE: f"the file of {CONFIG_VARIABLE}",
        Origin.DEFAULT: "",
    }[origin]
    is_secret = name in secret_fields()
    return ShownSetting(
        variable=variable,
        value=_hidden(value) if is_secret else _value(name, value),
        default=_NOT_SET if is_secret or default is PydanticUndefined else _value(name, default),
        meaning=field.description or "",
        origin=origin,
        from_where=where,
        is_secret=is_secret,
    )


def _hidden(value: SecretStr | None) -> ShownValue:
    return _NOT_SET if value is None else _SET


def _value(name: str, value: Any) -> ShownValue:
    """A value as one would write it; of what holds secrets, their names alone."""
    text, other = str(value), ""
    match value:
        case None | "" | ():
            text = ""
        case bool():
            text = text.lower()
        case float():  # all of them are spans of time
            text = format_duration(value).replace(" ", "") if value >= 1 else f"{value:g}s"
            other = f"{value:,.3f}".rstrip("0").rstrip(".") + " s"
        case int() if name.endswith("bytes"):
            other = amount(value)
        case dict():
            text = ", ".join(f"{key} (hidden)" for key in sorted(value))
        case tuple():
            text = ", ".join(one.name if isinstance(one, ClusterSettings) else str(one) for one in value)
        case SecretStr() | BaseModel():
            raise TypeError(f"{name} has no form to be shown in")
    return ShownValue(text, other)


def _cluster(one: ClusterSettings) -> ShownCluster:
    access = [
        "a bearer token" if one.prometheus_token else "",
        f"as {one.prometheus_username}" if one.prometheus_username else "",
        "a client certificate" if one.prometheus_client_cert else "",
        *(f"header {name}" for name in sorted(one.prometheus_headers)),
    ]
    return ShownCluster(
        name=one.name,
        url=one.prometheus_url,
        access=", ".join(part for part in access if part),
        tenant=one.prometheus_tenant or "",
        namespaces=", ".join(one.namespaces),
        selector=one.selector,
    )
