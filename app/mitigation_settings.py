"""What can be set of acting on leaks. It is off unless it is set."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, Field, SecretStr, model_validator

from app.domain.mitigation.model import ActKind
from app.domain.pattern import compiled
from app.durations import DurationSeconds
from app.kubernetes_settings import off_is_a_word
from app.setting_checks import check_header, check_url
from app.setting_types import Names

_DAY = 86_400.0
_PATTERNS = ("mitigation_namespaces", "mitigation_workloads", "mitigation_automatic")


class MitigationSettings(BaseModel):
    """A part of Settings."""

    mitigation: Annotated[Literal["off", "propose", "act"], BeforeValidator(off_is_a_word)] = Field(
        "off",
        description="Acting on leaks: off; propose, and do nothing; or act, once a person approves: see "
        "docs/mitigation.md",
    )
    mitigation_namespaces: Names = Field(
        (), description="Namespaces to act in, separated by commas, as expressions such as team-.* (empty: none)"
    )
    mitigation_workloads: Names = Field(
        (), description="Workloads there to act on, as expressions such as shop/cart-.* (empty: all)"
    )
    mitigation_acts: Names = Field(
        (), description="Acts that are allowed, of rollback, abort, restart, raise_limit (empty: all of them)"
    )
    mitigation_a_day: int = Field(10, ge=0, le=10_000, description="Most acts in 24 hours, of all clusters together")
    mitigation_automatic: Names = Field(
        (), description="Workloads to roll back without asking, as expressions such as shop/cart (empty: none)"
    )
    mitigation_automatic_percent: int = Field(
        97, ge=50, le=100, description="How sure it must be that one of these leaks, in percent"
    )
    mitigation_stop: bool = Field(False, description="The emergency stop: nothing is done while it is set")
    mitigation_expires: DurationSeconds = Field(
        3600.0, ge=60, le=7 * _DAY, description="How long a proposal may be approved"
    )
    mitigation_rollout_within: DurationSeconds = Field(
        1800.0, ge=10, le=_DAY, description="How long the rollout of an act may take; after that it has failed"
    )
    mitigation_judge_within: DurationSeconds = Field(
        7 * _DAY, ge=3600, le=90 * _DAY, description="How long scans may take to tell whether an act has helped"
    )
    mitigation_argocd_url: str | None = Field(None, description="Argo CD, asked for the history of what it keeps")
    mitigation_argocd_token: SecretStr | None = Field(None, description="Its token (or ..._TOKEN_FILE)")
    mitigation_argocd_ca_file: Path | None = Field(
        None, description="PEM file of the certificate authority to trust there"
    )
    mitigation_argocd_act: bool = Field(False, description="Whether Argo CD may be told to roll an application back")

    @model_validator(mode="after")
    def _consistent_mitigation(self) -> Self:
        for name in _PATTERNS:
            for pattern in getattr(self, name):
                try:
                    compiled(pattern)
                except ValueError as error:
                    raise ValueError(f"{name}: {pattern[:80]!r} {error}") from None
        acts = [one.value for one in ActKind]
        for act in self.mitigation_acts:
            if act not in acts:
                raise ValueError(f"mitigation_acts: {act[:40]!r} is none of {', '.join(acts)}")
        check_url(self.mitigation_argocd_url, "mitigation_argocd_url")
        token = self.mitigation_argocd_token
        check_header(token.get_secret_value() if token else "", "mitigation_argocd_token: it")
        if bool(self.mitigation_argocd_url) != bool(token):
            raise ValueError("mitigation_argocd_url: Argo CD and its token (mitigation_argocd_token) go together")
        if self.mitigation_argocd_act and not self.mitigation_argocd_url:
            raise ValueError("mitigation_argocd_act: it needs mitigation_argocd_url and mitigation_argocd_token")
        return self
