"""`/api/v1/workloads`."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from app.api.access import Viewer
from app.api.headers import PAGED
from app.api.paging import PLAIN, Cursor, Limit, Text, link_next
from app.api.problems import documented
from app.api.reading_schemas import (
    PastVerdictModel,
    VerdictCountsModel,
    WorkloadDetailModel,
    WorkloadPageModel,
    WorkloadVerdictModel,
)
from app.api.services import TheServices
from app.domain.listing import WorkloadSort
from app.domain.workload import WorkloadFilter
from app.output.workload import past_document, workload_document
from detectors.judgement import Verdict

router = APIRouter(prefix="/api/v1/workloads", tags=["workloads"])

_Name = Annotated[str | None, Query(max_length=255, pattern=PLAIN, description="Only of exactly this name")]


@router.get("", summary="List workloads", responses=PAGED | documented(400, 422, 503))
def list_workloads(
    request: Request,
    response: Response,
    services: TheServices,
    _: Viewer,
    verdict: Annotated[
        list[Verdict] | None, Query(max_length=3, description="With these verdicts. Repeatable.")
    ] = None,
    cluster: _Name = None,
    namespace: _Name = None,
    workload: _Name = None,
    container: _Name = None,
    q: Text = None,
    sort: Annotated[WorkloadSort, Query(description="`-` turns an order round")] = WorkloadSort.MOST_PROBABLE,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> WorkloadPageModel:
    """Every container of every workload that was ever scanned, leaking or not, with the latest verdict on it.

    With it how many have each verdict: of those that the other filters let through.
    """
    wanted = WorkloadFilter(
        verdicts=tuple(one.value for one in verdict or ()),
        cluster=cluster,
        namespace=namespace,
        workload=workload,
        container=container,
        text=q or None,
    )
    page = services.workloads.page(wanted, cursor, limit, sort)
    link_next(request, response, page.next_cursor)
    return WorkloadPageModel(
        items=[WorkloadVerdictModel.model_validate(workload_document(one)) for one in page.workloads],
        counts=VerdictCountsModel.model_validate(page.counts),
        next_cursor=page.next_cursor,
    )


@router.get("/{fingerprint}", summary="One workload", responses=PAGED | documented(400, 404, 422, 503))
def get_workload(
    request: Request,
    response: Response,
    services: TheServices,
    _: Viewer,
    fingerprint: Annotated[
        str,
        Path(pattern="^[0-9a-f]{16}$", description="Of a workload's container", examples=["0f1e2d3c4b5a6978"]),
    ],
    limit: Limit = 50,
    cursor: Cursor = None,
) -> WorkloadDetailModel:
    """One workload's container with its verdicts over time, newest first.

    There is a line each time the verdict changed, and one an hour at most where it did not.
    """
    detail = services.workloads.one(fingerprint, cursor, limit)
    link_next(request, response, detail.next_cursor)
    history = [PastVerdictModel.model_validate(past_document(one)) for one in detail.history]
    return WorkloadDetailModel.model_validate(
        {**workload_document(detail.workload), "history": history, "next_cursor": detail.next_cursor}
    )
