"""`/workloads/{fingerprint}/revisions`: two of a workload's revisions beside each other, as the gate compares them."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import Response

from app.api.gate import LONGEST_REVISION
from app.api.paging import PLAIN
from app.domain.fingerprint import is_fingerprint
from app.domain.gate import CANARY, STABLE, Question
from app.errors import LeakwatchError, NotFound, UsageError
from app.output.gate_document import answer_document
from app.web.page import Viewing

router = APIRouter(include_in_schema=False)
_Revision = Annotated[str, Query(max_length=LONGEST_REVISION, pattern=PLAIN)]
_SAID = {
    "fail": "The canary fails",
    "pass": "The canary passes",
    "inconclusive": "It cannot be told yet",
}


@router.get("/workloads/{fingerprint}/revisions")
def revisions(page: Viewing, fingerprint: str, stable: _Revision = "", canary: _Revision = "") -> Response:
    """The page. stable, canary: revisions by any of their names; empty for the newest two."""
    if not is_fingerprint(fingerprint):
        raise NotFound("there is no such workload")
    one = page.services.workloads.one(fingerprint, None, 1).workload
    identity = one.identity
    asked = Question(
        identity.namespace,
        identity.workload,
        stable.strip() or STABLE,
        canary.strip() or CANARY,
        identity.container,
        cluster=identity.cluster,
    )
    answer: Mapping[str, Any] | None = None
    problem, status = "", 200
    try:
        answer = answer_document(page.services.rollouts.answer(asked))
    except LeakwatchError as error:
        problem = f"{error}; {error.hint}" if error.hint else f"{error}"
        status = 400 if isinstance(error, UsageError | NotFound) else 503
    return page.show(
        "revisions.html",
        status,
        one=one,
        identity=identity,
        answer=answer,
        problem=problem,
        said=_SAID,
        query=_query(asked),
        stable=stable,
        canary=canary,
        known=known_revisions(one.finding),
    )


def known_revisions(finding: Mapping[str, Any], others: Iterable[str | None] = ()) -> list[str]:
    """Names of revisions to choose from, each once: those of a finding's document, and others."""
    of_finding = [finding["revision"][name] for name in ("current", "suspect", "previous")]
    return list(dict.fromkeys(name for name in [*of_finding, *others] if name))


def _query(asked: Question) -> str:
    """The same, as a question to the API."""
    query = {
        "namespace": asked.namespace,
        "workload": asked.workload,
        "container": asked.container or "",
        "stable": asked.stable,
        "canary": asked.canary,
        "cluster": asked.cluster,
    }
    return urlencode({name: value for name, value in query.items() if value})
