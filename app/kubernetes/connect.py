"""The way to one API server, from a service account or a kubeconfig: the only module that touches `kubernetes`."""

from pathlib import Path
from typing import Any

import urllib3
import yaml
from kubernetes.client import ApiClient, Configuration
from kubernetes.client.exceptions import ApiException
from kubernetes.config.config_exception import ConfigException
from kubernetes.config.dateutil import parse_rfc3339
from kubernetes.config.incluster_config import SERVICE_CERT_FILENAME, InClusterConfigLoader
from kubernetes.config.kube_config import (
    ENV_KUBECONFIG_PATH_SEPARATOR,
    KUBE_CONFIG_DEFAULT_LOCATION,
    FileOrData,
    KubeConfigLoader,
    KubeConfigMerger,
)

from app.errors import ClusterError, ClusterUnauthorized
from app.kubernetes.call import Call
from app.kubernetes.line import follow_connections
from app.kubernetes.login import log_in
from app.kubernetes.way import TOKEN_FILE
from app.settings import Settings, inherited_environment
from app.text import printable

_MOST_BYTES = 4 << 20
_LOGIN_SECONDS = 60.0
_CONNECTIONS = 16


class TlsRefused(Exception):
    """The two ends do not agree on who they are."""


class Connection:
    """A client that has read its credentials."""

    def __init__(self, settings: Settings) -> None:
        """Asks the server nothing yet. Raises ClusterError."""
        configuration = Configuration()
        configuration.retries = urllib3.Retry(total=0, redirect=False, status=False, raise_on_redirect=False)
        configuration.connection_pool_maxsize = _CONNECTIONS
        if settings.kubernetes == "in_cluster":
            _from_service_account(configuration)
        else:
            _from_kubeconfig(configuration, settings)
        try:
            self._client = ApiClient(configuration)
        except (OSError, ValueError) as error:
            raise _unusable(settings, error) from None
        self._client.user_agent = "leakwatch"
        self.host = urllib3.util.parse_url(configuration.host).netloc or ""
        follow_connections(self._client.rest_client.pool_manager)

    def send(self, call: Call, connect_seconds: float) -> urllib3.HTTPResponse:
        """The answer, whose body is not read yet.

        Raises TlsRefused, urllib3's HTTPError, OSError, ClusterError, and ValueError for a token that no header holds.
        """
        try:
            request = self._client.param_serialize(
                call.method,
                call.quoted_path,
                query_params=list(call.query.items()),
                header_params=call.headers,
                body=call.body,
                auth_settings=["BearerToken"],
            )
            timeout = (connect_seconds, call.silence_seconds)
            answer: urllib3.HTTPResponse = self._client.call_api(*request, _request_timeout=timeout).response
            return answer
        except ApiException:
            raise TlsRefused from None
        except ConfigException as error:  # a token was to be read anew
            raise ClusterUnauthorized(f"{call}: {printable(str(error), 200)}", "check the kubeconfig") from None

    def close(self) -> None:
        """Close the connections that are not in use."""
        self._client.close()


def _from_service_account(configuration: Configuration) -> None:
    try:
        InClusterConfigLoader(str(TOKEN_FILE), SERVICE_CERT_FILENAME).load_and_set(configuration)
    except (ConfigException, OSError) as error:
        raise ClusterError(
            f"kubernetes: no service account is to be had here ({printable(str(error), 120)})",
            "outside a pod set LEAKWATCH_KUBERNETES=kubeconfig; in one, automountServiceAccountToken",
        ) from None


def _from_kubeconfig(configuration: Configuration, settings: Settings) -> None:
    path = str(settings.kubernetes_kubeconfig or KUBE_CONFIG_DEFAULT_LOCATION)
    try:
        config = _merged(path)
        loader = _Loader(config_dict=config, active_context=settings.kubernetes_context)
        loader.seconds = max(settings.kubernetes_timeout, _LOGIN_SECONDS)
        loader.load_and_set(configuration)
    except (ConfigException, OSError, ValueError, TypeError, KeyError, AttributeError, yaml.YAMLError) as error:
        raise _unusable(settings, error) from None


def _merged(paths: str) -> Any:
    there = [Path(one).expanduser() for one in paths.split(ENV_KUBECONFIG_PATH_SEPARATOR) if one]
    there = [one for one in there if one.exists()]
    if not there:
        raise ClusterError(
            f"kubernetes_kubeconfig: there is no file {printable(paths, 200)}",
            "name one by LEAKWATCH_KUBERNETES_KUBECONFIG, or set LEAKWATCH_KUBERNETES=off",
        )
    if any(one.stat().st_size > _MOST_BYTES for one in there):
        raise ConfigException("it is larger than 4 MiB")
    return KubeConfigMerger(ENV_KUBECONFIG_PATH_SEPARATOR.join(map(str, there))).config


def _unusable(settings: Settings, error: Exception) -> ClusterError:
    """What is wrong with a kubeconfig. Errors of YAML quote the file, which may hold a token, and are not passed on."""
    quotes = isinstance(error, yaml.YAMLError | UnicodeDecodeError)
    if quotes:
        said = "it is not valid YAML"
    elif isinstance(error, OSError):
        said = error.strerror or "it, or a file that it names, cannot be read"
    elif isinstance(error, ConfigException):
        said = printable(str(error), 200)
    else:
        said = "it is not in the form of a kubeconfig"
    path = settings.kubernetes_kubeconfig or "kubectl's own"
    return ClusterError(
        f"kubernetes_kubeconfig: {path}: {said}", "check it by `kubectl config view`, and LEAKWATCH_KUBERNETES_CONTEXT"
    )


class _Loader(KubeConfigLoader):  # type: ignore[misc]
    """The library's, but for the parts that wait for ever, ask on a terminal, or log instead of raising."""

    seconds = _LOGIN_SECONDS

    def _load_auth_provider_token(self) -> str | None:
        """client-go dropped all of these but oidc, whose token is taken as it is: kubectl renews it in the file."""
        provider = self._user.safe_get("auth-provider")
        if provider is None:
            return None
        token = provider["config"].get("id-token") if provider.get("name") == "oidc" else None
        if not token:
            raise ConfigException("its user has an auth-provider, which kubectl no longer knows: use an exec plugin")
        self.token = f"Bearer {token}"
        return self.token

    def _load_user_token(self) -> bool | None:
        found: bool | None = super()._load_user_token()
        if found:
            self.token = self.token.strip()  # a file may end in a line break
        return found

    def _load_from_exec_plugin(self) -> bool | None:
        section = self._user.safe_get("exec")
        if section is None:
            return None
        folder = self._get_base_path(self._user.path)
        status = log_in(section, folder, inherited_environment(), self.seconds)
        if status.get("token"):
            self.token = f"Bearer {status['token']}"
        elif status.get("clientCertificateData") and status.get("clientKeyData"):
            self.cert_file = _as_file(status, "clientCertificateData", folder)
            self.key_file = _as_file(status, "clientKeyData", folder)
        else:
            raise ClusterUnauthorized("the login command gave neither a token nor a certificate", "run it by hand")
        if status.get("expirationTimestamp"):
            self.expiry = parse_rfc3339(str(status["expirationTimestamp"]))
        return True


def _as_file(status: dict[str, Any], name: str, folder: str) -> Any:
    return FileOrData(status, None, data_key_name=name, file_base_path=folder, base64_file_content=False).as_file()
