"""Running a kubeconfig's login command, in bounded time.

The protocol is client-go's: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
"""

import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from app.errors import ClusterError, ClusterUnauthorized
from app.text import printable

_MOST_BYTES = 1 << 20
_HINT = "run it by hand; kubectl uses the same command"


def log_in(config: Mapping[str, Any], folder: str, environment: Mapping[str, str], seconds: float) -> dict[str, Any]:
    """The `status` of the ExecCredential that the command of an `exec` section prints: a token or a certificate.

    folder: what a relative path begins at; environment: what the command's own variables are added to. It gets no
    terminal: nobody may be there to answer. Raises ClusterUnauthorized when it fails or takes longer than `seconds`,
    ClusterError when it is no command.
    """
    command, version = config.get("command"), str(config.get("apiVersion", ""))
    if not isinstance(command, str) or not command:
        raise ClusterError("kubernetes_kubeconfig: a user's exec section has no command", "compare it with kubectl's")
    asked = {"apiVersion": version, "kind": "ExecCredential", "spec": {"interactive": False}}
    variables = {**environment, **_variables(config.get("env")), "KUBERNETES_EXEC_INFO": orjson.dumps(asked).decode()}
    name = printable(command, 80)
    try:
        ran = subprocess.run(  # noqa: S603 (the command that whoever wrote the kubeconfig wants run; no shell)
            [command, *(str(one) for one in _sequence(config.get("args")))],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            cwd=folder or None,
            env=variables,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ClusterUnauthorized(f"the login command {name} gave no answer in {seconds:g} s", _HINT) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it cannot be run"
        raise ClusterError(f"the login command {name}: {reason}", "install it, or give another kubeconfig") from None
    if ran.returncode != 0:
        said = printable(ran.stderr.decode(errors="replace"), 200)
        raise ClusterUnauthorized(f"the login command {name} failed ({ran.returncode}): {said}", _HINT)
    return _status(ran.stdout[:_MOST_BYTES], name)


def _status(said: bytes, name: str) -> dict[str, Any]:
    try:
        document = orjson.loads(said)
    except ValueError:
        document = None
    status = document.get("status") if isinstance(document, dict) else None
    if not isinstance(status, dict):
        raise ClusterUnauthorized(f"the login command {name} printed no ExecCredential", _HINT)
    return status


def _variables(given: Any) -> dict[str, str]:
    pairs = [one for one in _sequence(given) if isinstance(one, Mapping)]
    return {str(one.get("name", "")): str(one.get("value", "")) for one in pairs if one.get("name")}


def _sequence(given: Any) -> Sequence[Any]:
    return given if isinstance(given, list) else ()
