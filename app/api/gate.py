"""`/api/v1/gate`: whether a canary may go on."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.api.access import Viewer
from app.api.gate_schemas import GateModel
from app.api.paging import PLAIN
from app.api.problems import documented
from app.api.services import TheServices
from app.domain.gate import CANARY, STABLE, Question
from app.output.gate_document import answer_document

router = APIRouter(prefix="/api/v1/gate", tags=["gate"])

LONGEST_NAME, LONGEST_REVISION = 253, 400


def _name(text: str) -> object:
    return Query(min_length=1, max_length=LONGEST_NAME, pattern=PLAIN, description=text)


def _revision(text: str) -> object:
    return Query(min_length=1, max_length=LONGEST_REVISION, pattern=PLAIN, description=text)


@router.get("", summary="Tell whether a canary may go on", responses=documented(400, 404, 422, 503))
def ask_gate(
    services: TheServices,
    _: Viewer,
    namespace: Annotated[str, _name("Of the workload")],
    workload: Annotated[str, _name("The workload that is rolled out")],
    container: Annotated[str | None, _name("Only this container of it; unset: all of them")] = None,
    stable: Annotated[
        str,
        _revision(
            "The revision to compare with, by its image's tag, its template's hash or its ReplicaSet; with access to "
            "the cluster by its number too; `stable`: what runs beside the canary"
        ),
    ] = STABLE,
    canary: Annotated[str, _revision("The revision that is rolled out; `canary`: what was started last")] = CANARY,
    stable_workload: Annotated[str | None, _name("Where the stable runs, if that is another workload")] = None,
    cluster: Annotated[str, Query(max_length=200, pattern=PLAIN, description="Of several clusters, the one")] = "",
) -> GateModel:
    """Its memory beside the stable revision's, at the same age and load: pass, fail, or inconclusive with reasons.

    Answered within LEAKWATCH_GATE_TIME_LIMIT. What could not be read, wholly and in time, is inconclusive. 400 where
    there is no such workload, container or revision; an unknown revision is answered with those that there are.
    """
    question = Question(namespace, workload, stable, canary, container, stable_workload, cluster)
    return GateModel.model_validate(answer_document(services.rollouts.answer(question)))
