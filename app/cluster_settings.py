"""What can be set of each of several clusters that one leakwatch scans."""

from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from app.kubernetes_settings import ClusterAccessMode
from app.setting_checks import check_connection

_SECRETS = ("prometheus_token", "prometheus_password")


class ClusterSettings(BaseModel):
    """One cluster and its Prometheus. What is not set here is as it is for all, but for credentials, headers and
    tenants: those of one server are never sent to another.

    A secret `x` may instead be the content of the file that `x_file` names.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    name: str = Field(min_length=1, max_length=200, description="Name of the cluster, part of each fingerprint")
    prometheus_url: str = Field(description="Its Prometheus, Thanos, Mimir or VictoriaMetrics")
    prometheus_token: SecretStr | None = Field(None, description="Bearer token")
    prometheus_username: str | None = Field(None, description="User for basic authentication")
    prometheus_password: SecretStr | None = Field(None, description="Its password")
    prometheus_ca_file: Path | None = Field(None, description="PEM file of the certificate authority to trust")
    prometheus_client_cert: Path | None = Field(None, description="PEM file of the client's certificate")
    prometheus_client_key: Path | None = Field(None, description="PEM file of the client's key")
    prometheus_tenant: str | None = Field(None, description="Tenant, sent as X-Scope-OrgID")
    prometheus_headers: dict[str, SecretStr] = Field(default_factory=dict, description="Further headers")
    namespaces: tuple[str, ...] = Field((), description="Namespaces to scan, unless some are given for all clusters")
    selector: str = Field("", description="Further label matchers, beside those for all")
    container_matchers: str | None = Field(None, description="In place of LEAKWATCH_METRICS__CONTAINER_MATCHERS")
    state_matchers: str | None = Field(None, description="In place of LEAKWATCH_METRICS__STATE_MATCHERS")
    kubernetes: ClusterAccessMode | None = Field(
        None, description="Access to its API; unset: by the kubeconfig or context named here, else off"
    )
    kubernetes_kubeconfig: Path | None = Field(None, description="Its kubeconfig file")
    kubernetes_context: str | None = Field(None, max_length=253, description="Its context in that")
    kubernetes_namespaces: tuple[str, ...] = Field((), description="Namespaces to read there, one by one")

    def access_to_kubernetes(self, kubeconfig: Path | None) -> dict[str, Any]:
        """The settings of the way to its API. It is never reached by what is meant for another cluster.

        kubeconfig: the file for all, of which each cluster may have a context.
        """
        named = self.kubernetes_kubeconfig is not None or self.kubernetes_context is not None
        return {
            "kubernetes": self.kubernetes or ("kubeconfig" if named else "off"),
            "kubernetes_kubeconfig": self.kubernetes_kubeconfig or kubeconfig,
            "kubernetes_context": self.kubernetes_context,
            "kubernetes_namespaces": self.kubernetes_namespaces,
        }

    @model_validator(mode="before")
    @classmethod
    def _with_secret_files(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        given = dict(given)
        for name in _SECRETS:
            path = given.pop(f"{name}_file", None)
            if path is None:
                continue
            if given.get(name) is not None:
                raise ValueError(f"{name}_file: give it or {name}, not both")
            given[name] = _content(path, f"{name}_file")
        return given

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        check_connection(self)
        if self.prometheus_password and not self.prometheus_username:
            raise ValueError("prometheus_username: a password (prometheus_password) needs a user name")
        if not self.name.isprintable():
            raise ValueError("name: must be printable")
        return self


def _content(path: Any, name: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except TypeError:
        raise ValueError(f"{name}: must be a path") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "it is not UTF-8 text"
        raise ValueError(f"{name}: cannot read {path}: {reason}") from None
