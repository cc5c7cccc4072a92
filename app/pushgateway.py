"""Gives a Pushgateway what the database knows, in place of what it was given before.

Its contract: https://github.com/prometheus/pushgateway#put-method
"""

import ssl
from collections.abc import Callable, Sequence

import httpx2
from prometheus_client import CollectorRegistry, push_to_gateway

from app.errors import LeakwatchError, SettingsError
from app.settings import Settings

_JOB = "leakwatch"
_SECONDS = 20.0


class PushgatewayError(LeakwatchError):
    """It did not take the metrics."""

    retryable = True


def push_metrics(settings: Settings, registry: CollectorRegistry) -> None:
    """Give all metrics of a registry to the Pushgateway that is set. Raises PushgatewayError, SettingsError."""
    url = settings.pushgateway_url or ""
    # Whoever scans clusters one by one, each with a database of its own, pushes each beside the others.
    apart = {"instance": settings.cluster} if settings.cluster else None
    try:
        push_to_gateway(url, _JOB, registry, grouping_key=apart, timeout=_SECONDS, handler=_handler(settings))
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        raise PushgatewayError(f"no whole answer: {type(error).__name__}", "check LEAKWATCH_PUSHGATEWAY_URL") from error


def _handler(settings: Settings) -> Callable[..., Callable[[], None]]:
    password = settings.secret("pushgateway_password")
    auth = None if settings.pushgateway_username is None else (settings.pushgateway_username, password or "")
    try:
        context = ssl.create_default_context(cafile=settings.pushgateway_ca_file)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError("LEAKWATCH_PUSHGATEWAY_CA_FILE: cannot be read as a PEM file") from error

    def handler(
        url: str, method: str, timeout: float | None, headers: Sequence[tuple[str, str]], data: bytes
    ) -> Callable[[], None]:
        def send() -> None:
            # Neither a .netrc nor a proxy variable may divert credentials.
            with (
                httpx2.Client(auth=auth, verify=context, timeout=timeout, trust_env=False) as client,
                client.stream(method, url, content=data, headers=dict(headers)) as answer,
            ):
                if not answer.is_success:
                    raise PushgatewayError(f"it answered {answer.status_code}", "check LEAKWATCH_PUSHGATEWAY_URL")

        return send

    return handler
