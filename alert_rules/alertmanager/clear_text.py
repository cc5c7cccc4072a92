"""Secrets that stand in a configuration, where a file could have been named. Pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

# Keys that hold a secret, and those that name a file with it (config/notifiers.go; common/config/http_config.go).
_SECRETS = {
    "api_url": "api_url_file",
    "slack_api_url": "slack_api_url_file",
    "routing_key": "routing_key_file",
    "service_key": "service_key_file",
    "auth_password": "auth_password_file",
    "auth_secret": "auth_password_file",
    "smtp_auth_password": "smtp_auth_password_file",
    "smtp_auth_secret": "smtp_auth_password_file",
    "credentials": "credentials_file",
    "password": "password_file",
    "bearer_token": "authorization.credentials_file",
    "client_secret": "client_secret_file",
    "api_key": "api_key_file",
    "opsgenie_api_key": "opsgenie_api_key_file",
    "api_secret": "api_secret_file",
    "wechat_api_secret": "wechat_api_secret_file",
    "victorops_api_key": "victorops_api_key_file",
    "bot_token": "bot_token_file",
    "webhook_url": "webhook_url_file",
    "user_key": "user_key_file",
    "token": "token_file",
    "secret_key": "a profile, or a role of the machine",
}
_WITH_PASSWORD = re.compile(r"[A-Za-z][\w+.-]*://[^/?#]*@")
# An address that is no secret where it stands: what begins with it is followed by a key of its own.
_NO_SECRET_IN = frozenset({"webex_configs", "telegram_configs", "opsgenie_configs", "victorops_configs", "sns_configs"})


def in_clear_text(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Where a secret stands, and the key to write instead; never the secret."""
    left: list[tuple[str, str, Any]] = [("", "", dict(config))]
    while left:
        place, around, value = left.pop()
        if isinstance(value, list):
            left += [(f"{place}[{n}]", around, one) for n, one in reversed(list(enumerate(value, 1)))]
        elif isinstance(value, Mapping):
            for key, one in reversed(list(value.items())):
                where = f"{place}.{key}" if place else str(key)
                if isinstance(one, str):
                    instead = _instead(str(key), one, around)
                    if instead is not None:
                        yield where, instead
                else:
                    left.append((where, str(key) if str(key).endswith("_configs") else around, one))


def _instead(key: str, value: str, around: str) -> str | None:
    if not value:
        return None
    if key == "api_url" and around in _NO_SECRET_IN:
        return None
    if key in _SECRETS:
        return _SECRETS[key]
    return "http_config, or url_file" if key == "url" and _WITH_PASSWORD.match(value) else None
