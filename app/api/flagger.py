"""`/webhooks/flagger`: what Flagger asks while it rolls out a canary.

Flagger posts its webhooks and takes any status above 202 as "no"; the body is shown in the Canary's events. It sends no
headers of its own, but basic authentication where the URL has a user and a password (fluxcd/flagger,
pkg/controller/webhook.go). What "no" means depends on the webhook's type, which it does not send: hence a path each.
"""

from enum import StrEnum
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, ConfigDict, Field

from app.api.access import WEBHOOK_SECURITY, principal_of
from app.api.gate import LONGEST_NAME, LONGEST_REVISION
from app.api.paging import PLAIN
from app.api.problems import documented
from app.api.services import TheServices
from app.domain.gate import CANARY, STABLE, Answer, Question
from detectors.canary.outcome import Outcome

router = APIRouter(prefix="/webhooks/flagger", tags=["webhooks"])

_NO = 409  # neither a 429 nor a 5xx, which Flagger would ask again

_Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, pattern=PLAIN)]
_Revision = Annotated[str, Field(min_length=1, max_length=LONGEST_REVISION, pattern=PLAIN)]


class Hook(StrEnum):
    """The types of Flagger's webhooks that the gate is for."""

    ROLLOUT = "rollout"
    CONFIRM_PROMOTION = "confirm-promotion"
    ROLLBACK = "rollback"


class FlaggerMetadataModel(BaseModel):
    """What the Canary's webhook has under `metadata`; all of it is optional."""

    model_config = ConfigDict(extra="ignore")

    workload: _Name | None = Field(None, description="The target; null: it is called as the Canary is")
    stable_workload: _Name | None = Field(None, description="The primary; null: TARGET-primary")
    container: _Name | None = Field(None, description="Only this container; null: all of them")
    stable: _Revision = Field(STABLE, description="The primary's revision; what runs there if unset")
    canary: _Revision = Field(CANARY, description="The target's revision; what was started last if unset")
    cluster: str = Field("", max_length=200, pattern=PLAIN, description="Of several clusters, the one")
    inconclusive: Literal["pass", "fail"] | None = Field(
        None, description="What counts where it cannot be told; null: pass for rollout, fail for confirm-promotion"
    )


class FlaggerModel(BaseModel):
    """What Flagger posts."""

    model_config = ConfigDict(extra="ignore")

    name: _Name = Field(description="Of the Canary", examples=["cart"])
    namespace: _Name = Field(description="Of the Canary", examples=["shop"])
    phase: str = Field("", max_length=100, description="Of its analysis", examples=["Progressing"])
    checksum: str = Field("", max_length=200, description="Of what is rolled out")
    metadata: FlaggerMetadataModel = Field(
        default_factory=FlaggerMetadataModel, description="What the Canary's webhook has to say"
    )


@router.post(
    "/{hook}",
    summary="Answer a webhook of Flagger",
    response_class=PlainTextResponse,
    responses={
        **documented(404, 422),
        _NO: {
            "description": "No: the check fails, the promotion waits, or nothing is rolled back",
            "content": {"text/plain": {"schema": {"type": "string"}}},
        },
    },
    openapi_extra={"security": WEBHOOK_SECURITY},
)
def answer_flagger(
    request: Request,
    services: TheServices,
    sent: FlaggerModel,
    hook: Annotated[Hook, Path(description="The webhook's type in the Canary")],
) -> PlainTextResponse:
    """The gate for Flagger: 200 or 409, and why in words.

    `rollout`: 409 where the canary fails, which counts against its threshold. `confirm-promotion`: 200 once it passes.
    `rollback`: 200 where it fails, and Flagger rolls back at once.
    """
    principal_of(request)
    given = sent.metadata
    workload = given.workload or sent.name
    question = Question(
        sent.namespace,
        workload,
        given.stable,
        given.canary,
        given.container,
        given.stable_workload or f"{workload}-primary",
        given.cluster,
    )
    answer = services.rollouts.answer_to_what_may_come(question)
    status = 200 if _is_yes(hook, answer.outcome, given.inconclusive) else _NO
    return PlainTextResponse(_in_words(answer), status)


def _is_yes(hook: Hook, outcome: Outcome, inconclusive: str | None) -> bool:
    counts = outcome
    if outcome is Outcome.INCONCLUSIVE:
        unset = {Hook.ROLLOUT: "pass", Hook.CONFIRM_PROMOTION: "fail", Hook.ROLLBACK: "pass"}[hook]
        counts = Outcome(inconclusive or unset)
    return counts is Outcome.FAIL if hook is Hook.ROLLBACK else counts is Outcome.PASS


def _in_words(answer: Answer) -> str:
    return f"leakwatch: {answer.outcome.value}: {'; '.join(one.text for one in answer.reasons[:3])}"
