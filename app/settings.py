"""Every setting, from the environment and one file. No other module reads the environment.

A setting `x_y` is the variable LEAKWATCH_X_Y, or the key `x_y` of the YAML file named by LEAKWATCH_CONFIG; the
environment wins. A secret `x` may instead be the content of the file named by LEAKWATCH_X_FILE.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, SecretStr, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings import SettingsError as SettingsSourceError

from app.addresses import check_host, check_origin, check_proxy, check_root_path, is_loopback
from app.backup_settings import BACKUP_SECRETS, BackupSettings, check_backup
from app.cluster_settings import ClusterSettings
from app.domain.setting import Origin
from app.durations import DurationSeconds
from app.errors import SettingsError
from app.gate_settings import GateSettings
from app.kubernetes_settings import KubernetesSettings
from app.mitigation_settings import MitigationSettings
from app.pushgateway_settings import PUSHGATEWAY_SECRETS, PushgatewaySettings, check_pushgateway
from app.setting_checks import check_connection, check_header, check_url
from app.setting_types import Names
from app.settings_origin import origins_of

PREFIX = "LEAKWATCH_"
CONFIG_VARIABLE = f"{PREFIX}CONFIG"
# Kubernetes gives each pod the addresses of the namespace's services: these for names that begin with "leakwatch".
_SERVICE_LINK = re.compile(rf"{PREFIX}(\w+_)?(SERVICE_(HOST|PORT(_\w+)?)|PORT(_\d+_\w+)?)")


_SHORTEST_KEY = 32
_HOUR, _DAY, _MONTH, _YEAR = 3600.0, 86_400.0, 2_592_000.0, 31_536_000.0


def _default_data_dir() -> Path:
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "leakwatch"


class MetricNames(BaseModel):
    """Names and label matchers of the series that are read; the defaults are cAdvisor's and kube-state-metrics'."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    working_set: str = Field("container_memory_working_set_bytes", description="Working set, bytes")
    rss: str = Field("container_memory_rss", description="Anonymous memory, bytes")
    cache: str = Field("container_memory_cache", description="Page cache, bytes")
    cpu: str = Field("container_cpu_usage_seconds_total", description="CPU time, seconds")
    start_time: str = Field("container_start_time_seconds", description="Start of the container, unix seconds")
    spec_limit: str = Field("container_spec_memory_limit_bytes", description="cAdvisor's own memory limit, bytes")
    limit: str = Field("kube_pod_container_resource_limits", description="Limits by kube-state-metrics")
    restarts: str = Field("kube_pod_container_status_restarts_total", description="Restarts of a container")
    terminated: str = Field(
        "kube_pod_container_status_last_terminated_reason", description="Why a container was last terminated"
    )
    pod_owner: str = Field("kube_pod_owner", description="Owner of a pod")
    replicaset_owner: str = Field("kube_replicaset_owner", description="Owner of a ReplicaSet")
    job_owner: str = Field("kube_job_owner", description="Owner of a Job")
    container_info: str = Field("kube_pod_container_info", description="Image of a container")
    container_matchers: str = Field(
        'container!="",container!="POD"',
        description="Label matchers that leave out pod sandboxes and cgroup slices of cAdvisor's series; "
        'add your job here, such as job="kubelet"',
    )
    state_matchers: str = Field("", description="Label matchers for kube-state-metrics' series")


SourceKind = Literal["auto", "remote_read", "victoria_metrics", "query_range"]


class Settings(GateSettings, MitigationSettings, KubernetesSettings, BackupSettings, PushgatewaySettings, BaseSettings):
    """What can be set. Each description ends up in the README's table; a test holds the two together."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    prometheus_url: str | None = Field(None, description="Prometheus, Thanos, Mimir or VictoriaMetrics to scan")
    source: SourceKind = Field(
        "auto",
        description="How series are read: what the server has that costs it least, or remote_read, "
        "victoria_metrics or query_range",
    )
    prometheus_token: SecretStr | None = Field(None, description="Bearer token (or LEAKWATCH_PROMETHEUS_TOKEN_FILE)")
    prometheus_username: str | None = Field(None, description="User for basic authentication")
    prometheus_password: SecretStr | None = Field(None, description="Its password (or ..._PASSWORD_FILE)")
    prometheus_ca_file: Path | None = Field(None, description="PEM file of the certificate authority to trust")
    prometheus_client_cert: Path | None = Field(None, description="PEM file of the client's certificate")
    prometheus_client_key: Path | None = Field(None, description="PEM file of the client's key")
    prometheus_tenant: str | None = Field(None, description="Tenant, sent as X-Scope-OrgID")
    prometheus_headers: dict[str, SecretStr] = Field(
        default_factory=dict, description="Further headers for each request, as a JSON object"
    )
    prometheus_timeout: DurationSeconds = Field(60.0, gt=0, le=_HOUR, description="Longest wait for one answer")
    prometheus_concurrency: int = Field(4, ge=1, le=16, description="Most queries under way at once")
    prometheus_max_samples: int = Field(
        250_000, ge=10_000, description="Most samples one query may return; batches are cut to it"
    )
    prometheus_max_samples_in_flight: int = Field(
        1_000_000, ge=10_000, description="Most samples that all queries under way may return together"
    )
    prometheus_slow_after: DurationSeconds = Field(
        15.0, gt=0, le=_HOUR, description="An answer that takes longer makes the next queries smaller"
    )
    prometheus_pause_above_queries: int | None = Field(
        None,
        ge=1,
        description="Wait, up to a minute, while a Prometheus that scrapes itself has more queries under way",
    )
    prometheus_pause_above_bytes: int | None = Field(
        None, ge=1, description="The same while it holds more memory than that"
    )
    prometheus_retries: int = Field(3, ge=0, le=10, description="Tries after a time-out, a cut connection or a 503")

    recording: Path | None = Field(None, description="A recorded cluster to scan in place of a server")
    cluster: str = Field(
        "",
        max_length=200,
        description="Name of the scanned cluster, part of each fingerprint; of several clusters, the only one to scan",
    )
    clusters: tuple[ClusterSettings, ...] = Field(
        (), description="Several clusters, each with a Prometheus of its own: see docs/operations.md"
    )
    clusters_at_once: int = Field(4, ge=1, le=64, description="How many of them are scanned side by side at most")
    lookback: DurationSeconds = Field(172800.0, gt=0, le=_YEAR, description="Window of a scan")
    history: DurationSeconds = Field(604800.0, ge=0, le=_YEAR, description="How far before the window to look coarsely")
    step: DurationSeconds | None = Field(
        None, gt=0, le=_DAY, description="Step of the grid; chosen from the window if unset"
    )
    namespaces: Names = Field((), description="Namespaces to scan, separated by commas (empty: all)")
    selector: str = Field(
        "",
        description='Further label matchers, such as pod=~"cart-.*"; then nothing is taken to be gone that is not seen',
    )

    warn_within: DurationSeconds = Field(
        259200.0, gt=0, le=_YEAR, description="Severity warning when the limit is nearer than this"
    )
    page_within: DurationSeconds = Field(
        86400.0, gt=0, le=_YEAR, description="Severity critical when the limit is nearer than this"
    )

    reopen_within: DurationSeconds = Field(
        86400.0,
        ge=0,
        le=_YEAR,
        description="A leak that comes back this soon reopens its incident; later it is a new occurrence",
    )
    resolve_after_scans: int = Field(3, ge=1, le=1000, description="Healthy scans in a row that close an incident")
    gone_after: DurationSeconds = Field(
        21600.0, gt=0, le=_YEAR, description="An incident closes when its workload is gone so long"
    )

    data_dir: Path = Field(default_factory=_default_data_dir, description="Where the SQLite database is kept")
    database_url: SecretStr | None = Field(
        None, description="PostgreSQL, as postgresql://user:password@host/name (or ..._URL_FILE); unset: SQLite"
    )
    incremental: bool = Field(
        True, description="Let `serve` keep each scan's window in the data folder, and read only what is new"
    )
    incremental_overlap: DurationSeconds = Field(
        600.0, ge=0, le=_DAY, description="How late samples may come and still be in the next scan"
    )
    auto_upgrade: bool = Field(False, description="Let `serve` upgrade the database's schema when it starts")

    host: str = Field("127.0.0.1", description="Address that `serve` listens on")
    port: int = Field(8080, ge=0, le=65535, description="Port that `serve` listens on")
    insecure_no_auth: bool = Field(
        False, description="Ask for no token: whoever can use this machine may do all; only on a loopback address"
    )
    scan_interval: DurationSeconds = Field(
        600.0, gt=0, le=_MONTH, description="Time from one scheduled scan to the next"
    )
    scan_jitter: DurationSeconds = Field(
        30.0, ge=0, le=_DAY, description="Random delay added to each, so that fleets spread out"
    )
    scan_time_limit: DurationSeconds = Field(1800.0, gt=0, le=_DAY, description="A scan that takes longer is abandoned")
    scan_on_start: bool = Field(
        True, description="Scan as soon as `serve` is up, unless a scheduled scan began within the interval"
    )

    public_url: str | None = Field(
        None, description="Where people reach this service, such as https://leakwatch.example.org: links begin with it"
    )
    runbook_url: str | None = Field(
        None, description="Where the runbooks are: an alert's name is put behind it, or where it says {alert}"
    )
    root_path: str = Field(
        "", max_length=200, description="Path under which a proxy serves it, such as /leakwatch: see docs/operations.md"
    )
    trusted_hosts: Names = Field(
        (), description="Host names that requests may be for, separated by commas (empty: any)"
    )
    trusted_proxies: Names = Field(
        (), description="Addresses of proxies whose X-Forwarded-For and -Proto are believed, separated by commas"
    )
    tls_cert_file: Path | None = Field(None, description="PEM file of the service's certificate: it then serves HTTPS")
    tls_key_file: Path | None = Field(None, description="PEM file of its key")
    cors_origins: Names = Field(
        (), description="Origins whose pages may call the API, separated by commas (empty: none)"
    )
    max_body_bytes: int = Field(1_048_576, ge=1024, le=2**30, description="Largest body of a request to the API")
    request_time_limit: DurationSeconds = Field(30.0, gt=0, le=_HOUR, description="Longest time to answer a request")

    token_key: SecretStr | None = Field(
        None,
        description="Key of at least 32 characters that hashes API tokens (or LEAKWATCH_TOKEN_KEY_FILE); "
        "unset: made once, and kept in the database",
    )
    webhook_token: SecretStr | None = Field(
        None, description="Bearer token that webhooks must send (or LEAKWATCH_WEBHOOK_TOKEN_FILE)"
    )
    webhook_username: str | None = Field(None, description="User that webhooks must send by basic authentication")
    webhook_password: SecretStr | None = Field(None, description="Its password (or ..._PASSWORD_FILE)")
    webhook_max_body_bytes: int = Field(8_388_608, ge=1024, le=2**30, description="Largest notification")

    alertmanager_urls: Names = Field(
        (), description="Every replica of Alertmanager to push open incidents to, separated by commas (empty: none)"
    )
    alertmanager_token: SecretStr | None = Field(None, description="Bearer token for it (or ..._TOKEN_FILE)")
    alertmanager_username: str | None = Field(None, description="User for basic authentication there")
    alertmanager_password: SecretStr | None = Field(None, description="Its password (or ..._PASSWORD_FILE)")
    alertmanager_ca_file: Path | None = Field(None, description="PEM file of the certificate authority to trust there")
    alertmanager_interval: DurationSeconds = Field(60.0, gt=0, le=_HOUR, description="How often alerts are repeated")

    grafana_url: str | None = Field(None, description="Grafana to keep annotations in (unset: none are pushed)")
    grafana_token: SecretStr | None = Field(None, description="Its service account's token (or ..._TOKEN_FILE)")
    grafana_ca_file: Path | None = Field(None, description="PEM file of the certificate authority to trust there")
    grafana_interval: DurationSeconds = Field(15.0, gt=0, le=_HOUR, description="How often the queue is looked at")

    max_incident_series: int = Field(
        1000, ge=0, le=100_000, description="Most incidents that /metrics tells one by one, the most urgent ones"
    )
    keep_scans: DurationSeconds = Field(2592000.0, gt=0, le=10 * _YEAR, description="How long scans are kept")
    keep_verdicts: DurationSeconds = Field(
        7776000.0, gt=0, le=10 * _YEAR, description="How long the verdicts on workloads are kept"
    )
    keep_alerts: DurationSeconds = Field(
        7776000.0, gt=0, le=10 * _YEAR, description="How long other alerts and unknown notifications are kept"
    )
    keep_incidents: DurationSeconds = Field(
        34128000.0, gt=0, le=10 * _YEAR, description="How long incidents are kept, with their timeline, once resolved"
    )
    keep_evidence: DurationSeconds = Field(
        7776000.0, gt=0, le=10 * _YEAR, description="How long the series behind a resolved incident are kept"
    )

    log_format: Literal["auto", "json", "console"] = Field(
        "auto", description="auto: for people on a terminal, else JSON"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least severe line to log")

    metrics: MetricNames = Field(MetricNames(), description="Metric names and matchers, see below")

    # What was given by hand, by an option or by the command itself.
    _given: frozenset[str] = PrivateAttr(default=frozenset())

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        check_connection(self)
        for name in ("public_url", "runbook_url", "grafana_url"):
            check_url(getattr(self, name), name)
        for url in self.alertmanager_urls:
            check_url(url, "alertmanager_urls")
        if self.grafana_url and not self.grafana_token:
            raise ValueError("grafana_token: Grafana takes no annotations without its service account's token")
        if self.alertmanager_token and self.alertmanager_username:
            raise ValueError("alertmanager_token: give a bearer token or a user name, not both")
        if self.alertmanager_password and not self.alertmanager_username:
            raise ValueError("alertmanager_username: a password (alertmanager_password) needs a user name")
        check_header(self.secret("alertmanager_token") or "", "alertmanager_token: it")
        check_header(self.grafana_token.get_secret_value() if self.grafana_token else "", "grafana_token: it")
        if self.page_within > self.warn_within:
            raise ValueError("page_within: must not be longer than warn_within")
        self._check_access()
        self._check_clusters()
        check_backup(self)
        check_pushgateway(self)
        return self

    def _check_clusters(self) -> None:
        names = [one.name for one in self.clusters]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"clusters: two are named {twice[:80]!r}")
        if self.clusters and (self.prometheus_url or self.recording):
            raise ValueError("clusters: give clusters, a Prometheus or a recording, only one of them")
        if self.clusters and self.cluster and self.cluster not in names:
            raise ValueError(f"cluster: there is none of this name among {', '.join(names)[:200]}")

    def _check_access(self) -> None:
        if self.insecure_no_auth and not is_loopback(self.host):
            raise ValueError(
                f"insecure_no_auth: {self.host[:80]} can be reached by others: listen on 127.0.0.1, or make tokens "
                "by `leakwatch token create`"
            )
        for name, values, check in (
            ("trusted_hosts", self.trusted_hosts, check_host),
            ("trusted_proxies", self.trusted_proxies, check_proxy),
            ("cors_origins", self.cors_origins, check_origin),
            ("root_path", (self.root_path,), check_root_path),
        ):
            for value in values:
                try:
                    check(value)
                except ValueError as error:
                    raise ValueError(f"{name}: {error}") from None
        if bool(self.tls_cert_file) != bool(self.tls_key_file):
            raise ValueError("tls_cert_file: a certificate and its key (tls_key_file) go together")
        if self.token_key is not None and len(self.token_key.get_secret_value()) < _SHORTEST_KEY:
            raise ValueError(f"token_key: shorter than {_SHORTEST_KEY} characters")
        if bool(self.webhook_username) != bool(self.webhook_password):
            raise ValueError("webhook_username: a user name and its password (webhook_password) go together")
        check_header(self.webhook_token.get_secret_value() if self.webhook_token else "", "webhook_token: it")

    def secret(self, name: str) -> str | None:
        """The value of a secret setting, if it has one."""
        found: SecretStr | None = getattr(self, name)
        return None if found is None else found.get_secret_value()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given by hand wins over the environment, that over secret files, and those over the YAML file."""
        return init_settings, env_settings, _SecretFiles(settings_cls), _YamlFile(settings_cls)


class _SecretFiles(PydanticBaseSettingsSource):
    """LEAKWATCH_X_FILE names a file whose content is the secret `x`."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        path = os.environ.get(_variable(field_name) + "_FILE") if field_name in secret_fields() else None
        if not path:
            return None, field_name, False
        try:
            return Path(path).read_text(encoding="utf-8").strip(), field_name, False
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{_variable(field_name)}_FILE: cannot read {path}: {_cause(error)}") from error

    def __call__(self) -> dict[str, Any]:
        values = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in values.items() if value is not None}


class _YamlFile(PydanticBaseSettingsSource):
    """The YAML file that LEAKWATCH_CONFIG names."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return self().get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        path = os.environ.get(CONFIG_VARIABLE)
        if not path:
            return {}
        try:
            content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{CONFIG_VARIABLE}: cannot read {path}: {_cause(error)}") from error
        except yaml.YAMLError as error:
            where = getattr(error, "problem_mark", None)
            line = f", line {where.line + 1}" if where else ""
            raise SettingsError(f"{path}{line}: not valid YAML") from error
        if content is None:
            return {}
        if not isinstance(content, dict):
            raise SettingsError(f"{path}: must hold `setting: value` lines")
        return content


def _variable(field_name: str) -> str:
    return PREFIX + field_name.upper()


def _option(field_name: str) -> str:
    """The command's option for a setting: --lookback, --timeout, --prometheus-url."""
    special = {
        "prometheus_url": "--prometheus-url",
        "namespaces": "--namespace",
        "prometheus_headers": "--header",
        "gate_horizon": "--horizon",
    }
    return special.get(field_name) or "--" + field_name.removeprefix("prometheus_").replace("_", "-")


def _cause(error: OSError | UnicodeDecodeError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or "it is not UTF-8 text"


def config_file() -> str | None:
    """The YAML file that is read, if there is one."""
    return os.environ.get(CONFIG_VARIABLE) or None


def inherited_environment() -> dict[str, str]:
    """What a program that is started inherits, to be added to."""
    return dict(os.environ)


def origins(settings: Settings) -> dict[str, Origin]:
    """Where each setting that is no default came from, by its name. Raises SettingsError where a file is gone."""
    return origins_of(
        [
            (Origin.COMMAND, dict.fromkeys(settings._given)),
            (Origin.ENVIRONMENT, EnvSettingsSource(Settings)()),
            (Origin.SECRET_FILE, _SecretFiles(Settings)()),
            (Origin.FILE, _YamlFile(Settings)()),
        ]
    )


def shown_fields() -> dict[str, FieldInfo]:
    """Every setting in the order in which people are shown them: pydantic has those of the mix-ins first."""
    own = [name for name in Settings.model_fields if name in Settings.__annotations__ and name != "metrics"]
    mixed_in = [name for name in Settings.model_fields if name not in Settings.__annotations__]
    return {name: Settings.model_fields[name] for name in (*own, *mixed_in, "metrics")}


def secret_fields() -> frozenset[str]:
    """Settings whose value must never be shown, and which may come from a file."""
    return frozenset(
        {
            *("prometheus_token", "prometheus_password", "database_url", "token_key"),
            *("webhook_token", "webhook_password"),
            *("alertmanager_token", "alertmanager_password", "grafana_token", "mitigation_argocd_token"),
            *(*BACKUP_SECRETS, *PUSHGATEWAY_SECRETS),
        }
    )


def _known_variables() -> frozenset[str]:
    names = {_variable(name) for name in Settings.model_fields}
    names |= {f"{_variable(name)}_FILE" for name in secret_fields()}
    names |= {f"{_variable('metrics')}__{name.upper()}" for name in MetricNames.model_fields}
    return frozenset(names | {CONFIG_VARIABLE})


def _refuse_unknown(environment: Mapping[str, str]) -> None:
    known = _known_variables()
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known and not _is_service_link(name, environment[name]):
            raise SettingsError(f"{name}: there is no such setting", "the README lists them all")


def _is_service_link(name: str, value: str) -> bool:
    """Whether Kubernetes, not a person, set it."""
    bare_port = name.endswith("_PORT") and not name.endswith("SERVICE_PORT")
    return bool(_SERVICE_LINK.fullmatch(name)) and (not bare_port or value.startswith(("tcp://", "udp://", "sctp://")))


def load_settings(**given: Any) -> Settings:
    """The settings in force: what is `given`, then the environment, secret files, the YAML file, the defaults.

    Raises SettingsError, naming the setting and never showing a secret.
    """
    _refuse_unknown(os.environ)
    if os.environ.get(_variable("port"), "").startswith("tcp://"):  # a service link, not a setting
        given.setdefault("port", Settings.model_fields["port"].default)
    if given.get("prometheus_url") is not None or given.get("recording") is not None:
        given.setdefault("clusters", ())  # who names one server on the command line means that one
    try:
        wanted = {name: value for name, value in given.items() if value is not None}
        settings = Settings(**wanted)
        settings._given = frozenset(wanted)
        return settings
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        loc = [str(part) for part in first["loc"]]
        where = "__".join(loc) if loc[:1] == ["metrics"] else "".join(loc[:1])
        message = first["msg"].removeprefix("Value error, ")
        if loc[:1] == ["clusters"] and len(loc) > 1:
            place = [f"entry {int(loc[1]) + 1}", *loc[2:3]] if loc[1].isdigit() else loc[1:]
            message = ": ".join([*place, message])
        if not where and ": " in message:
            where, message = message.split(": ", 1)
        name = _option(where) if where in given and given[where] is not None else _variable(where)
        raise SettingsError(f"{name}: {message}") from None
    except SettingsSourceError as error:  # an object that is not JSON
        field = re.search(r'field "(\w+)"', str(error))
        name = _variable(field[1]) if field else "a setting"
        raise SettingsError(f"{name}: is not JSON", 'write an object, such as {"X-Key": "value"}') from None
