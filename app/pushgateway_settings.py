"""What can be set of a Pushgateway, which keeps for Prometheus what no `serve` is there to tell."""

from pathlib import Path

from pydantic import BaseModel, Field, SecretStr

from app.setting_checks import check_url

PUSHGATEWAY_SECRETS = frozenset({"pushgateway_password"})


class PushgatewaySettings(BaseModel):
    """A part of Settings: that of `scan --push`."""

    pushgateway_url: str | None = Field(
        None, description="Pushgateway that `scan --push` gives its metrics to (unset: none): see docs/operations.md"
    )
    pushgateway_username: str | None = Field(None, description="User for basic authentication there")
    pushgateway_password: SecretStr | None = Field(None, description="Its password (or ..._PASSWORD_FILE)")
    pushgateway_ca_file: Path | None = Field(None, description="PEM file of the certificate authority to trust there")


def check_pushgateway(one: PushgatewaySettings) -> None:
    """Raise ValueError, naming the setting, where they do not go together."""
    check_url(one.pushgateway_url, "pushgateway_url")
    if bool(one.pushgateway_username) != bool(one.pushgateway_password):
        raise ValueError("pushgateway_username: a user name and its password (pushgateway_password) go together")
