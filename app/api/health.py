"""`/healthz`, `/readyz` and `/metrics`: for kubelets, load balancers and Prometheus."""

from typing import Annotated, Any, Literal

import anyio
import anyio.to_thread
from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from app.api.access import Viewer
from app.api.problems import documented, problem
from app.api.schemas import CheckModel, ReadyModel
from app.api.services import TheServices
from app.services.health import Check

router = APIRouter(tags=["operation"])
_PATIENCE_SECONDS = 5.0
_EXCLUDE = "Leave a check out: without `scans` it tells whether this replica can serve"


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz", summary="Is the process alive")
async def get_liveness() -> dict[str, str]:
    """Answers as long as the process does; says nothing of the database or of scans. HEAD works, too."""
    return {"status": "ok"}


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz", summary="Can it be relied on", response_model=ReadyModel, responses=documented(422, 503))
async def get_readiness(
    services: TheServices,
    exclude: Annotated[list[Literal["scans"]] | None, Query(max_length=1, description=_EXCLUDE)] = None,
) -> Response:
    """503, and why, when the database does not answer, or when the last scan failed or is overdue. HEAD works, too.

    All replicas share the scans: a load balancer that must not lose all of them at once asks for `?exclude=scans`.
    """
    found: tuple[Check, ...] = (Check("database", False, f"does not answer in {_PATIENCE_SECONDS:g} s"),)
    with anyio.move_on_after(_PATIENCE_SECONDS):
        # A database that hangs would keep us for as long as it does; the thread that waits for it is left behind.
        found = await anyio.to_thread.run_sync(services.health.checks, abandon_on_cancel=True)
    asked = [one for one in found if one.name not in (exclude or ())]
    checks = [CheckModel(name=one.name, ok=one.ok, detail=one.detail) for one in asked]
    shown: list[dict[str, Any]] = [one.model_dump() for one in checks]
    failing = "; ".join(f"{one.name}: {one.detail}" for one in checks if not one.ok)
    if failing:
        return problem(503, "not-ready", failing, instance="/readyz", ready=False, checks=shown)
    return JSONResponse({"ready": True, "checks": shown})


@router.get("/metrics", summary="Metrics for Prometheus", response_class=Response)
def get_metrics(services: TheServices, _: Viewer) -> Response:
    """The service's own metrics in Prometheus' text format."""
    return Response(generate_latest(services.metrics.registry), media_type=CONTENT_TYPE_LATEST)
