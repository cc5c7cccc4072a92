"""The FastAPI application: the root that puts engine, schedule, services and routers together."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from fastapi.openapi.utils import get_openapi
from sqlalchemy import Engine

from app.api import docs, grafana, health, incidents, scans
from app.api.middleware import RequestMiddleware
from app.api.problems import install_problems
from app.api.schemas import ProblemModel
from app.api.services import Services
from app.background import Worker
from app.domain.scan import ScanReport
from app.grafana.push import make_pusher as make_grafana_pusher
from app.metrics import ServiceMetrics
from app.scanning.journal import log_outcome
from app.scanning.runner import Perform, ScanRunner
from app.scanning.schedule import ScanSchedule
from app.scanning.service import incident_policy
from app.services.annotations import AnnotationService
from app.services.health import HealthService
from app.services.incidents import IncidentService
from app.services.scans import ScanService
from app.settings import Settings
from app.storage.scans import Outcome

_DESCRIPTION = "Memory leaks in the containers of a Kubernetes fleet: incidents, and the scans that found them."


def create_app(settings: Settings, engine: Engine, perform: Perform) -> FastAPI:
    """The application, whose schedule runs from its start-up to its shut-down. perform: does one scan."""
    metrics = ServiceMetrics(engine)

    def observe(scan_id: int, outcome: Outcome, report: ScanReport | None) -> None:
        metrics.count(outcome)
        log_outcome(scan_id, outcome, report)

    schedule = ScanSchedule(
        ScanRunner(engine, incident_policy(settings), perform, observe),
        interval=settings.scan_interval,
        jitter=settings.scan_jitter,
        time_limit=settings.scan_time_limit,
        on_start=settings.scan_on_start,
    )

    workers: list[Worker] = []
    grafana_pusher = make_grafana_pusher(settings, engine, lambda result: metrics.grafana_pushes.labels(result).inc())
    if grafana_pusher is not None:
        workers.append(Worker("keeping annotations in Grafana", settings.grafana_interval, grafana_pusher.push))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        schedule.start()
        for worker in workers:
            worker.start()
        yield
        await run_in_threadpool(schedule.stop)
        for worker in workers:
            await run_in_threadpool(worker.stop)

    app = FastAPI(
        title="leakwatch",
        version=version("leakwatch"),
        description=_DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    longest_silence = 2 * settings.scan_interval + settings.scan_jitter + settings.scan_time_limit
    app.state.services = Services(
        incidents=IncidentService(engine),
        scans=ScanService(engine, schedule),
        health=HealthService(engine, time.time(), longest_silence),
        metrics=metrics,
        annotations=AnnotationService(engine, settings.public_url),
    )
    for router in (incidents.router, scans.router, grafana.router, health.router, docs.router):
        app.include_router(router)
    install_problems(app)
    app.add_middleware(RequestMiddleware, requests=metrics.requests)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]  # as FastAPI documents it
    return app


def _openapi(app: FastAPI) -> dict[str, Any]:
    """FastAPI's document, in which invalid requests are problems like all others."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        schemas = document["components"]["schemas"]
        schemas["Problem"] = ProblemModel.model_json_schema(ref_template="#/components/schemas/{model}")
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        app.openapi_schema = document
    return app.openapi_schema
