"""The FastAPI application: the root that puts engine, schedule, services and routers together."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib.metadata import version

from fastapi import APIRouter, Depends, FastAPI
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import Engine

from alert_rules.conventions import PUSHED_LEAK
from alert_rules.rule import runbook_link
from app.alertmanager.intake import AlertIntake, writers
from app.alertmanager.push import RESULTS, Pusher, make_pushers
from app.api import (
    acts,
    alerts,
    docs,
    flagger,
    grafana,
    health,
    incidents,
    mitigations,
    scans,
    silences,
    tokens,
    webhooks,
    workloads,
)
from app.api import gate as rollout_gate
from app.api.access import Door
from app.api.defence import Defence, defend
from app.api.limits import Limits
from app.api.openapi import openapi_of, operation_id
from app.api.parameters import only_known
from app.api.problems import documented, install_problems
from app.api.services import Services
from app.background import Worker
from app.domain.mitigation.guards import Mode
from app.domain.scan import ScanReport
from app.errors import StorageError
from app.grafana.push import make_pusher as make_grafana_pusher
from app.metrics import ServiceMetrics
from app.mitigating.carrying import Carrier
from app.mitigating.policy import fresh_seconds, limits_of, policy_of
from app.mitigating.reach import Clusters, make_clusters
from app.scanning.gate.asking import make_gate
from app.scanning.journal import log_outcome
from app.scanning.knowing import KnownClusters
from app.scanning.looking import make_look
from app.scanning.runner import Perform, ScanRunner
from app.scanning.schedule import ScanSchedule
from app.scanning.service import incident_policy
from app.services.about import GRAFANA, AboutService
from app.services.acts import ActService
from app.services.alerts import AlertService
from app.services.annotations import AnnotationService
from app.services.answers import AnswerService
from app.services.automatic import AutomaticMitigation
from app.services.changes import ChangeWatch
from app.services.feedback import FeedbackService
from app.services.freshness import FreshnessService
from app.services.gate import Gate, WebhookSecrets
from app.services.health import HealthService
from app.services.incidents import IncidentService
from app.services.looks import LookService
from app.services.mitigations import MitigationService
from app.services.pushes import PushLog
from app.services.retention import RetentionService
from app.services.rollouts import RolloutService
from app.services.scans import ScanService
from app.services.seals import SealService
from app.services.sessions import SessionService
from app.services.silences import SilenceService
from app.services.tokens import TokenService
from app.services.workloads import WorkloadService
from app.settings import Settings
from app.settings_shown import shown_settings
from app.storage.retention import Ages
from app.storage.scans import Outcome
from app.web.errors import refusal
from app.web.install import PAGES, install_pages
from app.web.outside import Outside
from dashboards.links import WORKLOAD_UID

_USES_SECONDS = 60.0
_DESCRIPTION = (
    "Memory leaks in the containers of a Kubernetes fleet: incidents, and the scans that found them. A query parameter "
    "that an operation below /api/v1 does not know is refused."
)
_PRUNE_EVERY_SECONDS = 3600.0
# At the start the first scan and the first pages are waited for, and they want the database too.
_PRUNE_FIRST_AFTER_SECONDS = 60.0
_CARRY_EVERY_SECONDS = 3.0
_AUTOMATIC_EVERY_SECONDS = 60.0
# Of the time that a request may take, what reading a workload's memory for it may.
_LOOK_SHARE = 0.8
# Once: what FastAPI makes of a route when it is first asked for serves all applications of the process.
_API = APIRouter(generate_unique_id_function=operation_id)
for _router in (
    *(incidents.router, acts.router, alerts.router, silences.router, workloads.router, mitigations.router),
    *(rollout_gate.router, scans.router, tokens.router),
):
    _API.include_router(_router, dependencies=[Depends(only_known)], responses=documented(422))
# What other programs ask of these is theirs to say.
for _router in (webhooks.router, flagger.router, grafana.router, health.router, docs.router):
    _API.include_router(_router)


def create_app(settings: Settings, engine: Engine, perform: Perform, known: KnownClusters | None = None) -> FastAPI:
    """The application, whose schedule runs from its start-up to its shut-down.

    perform: does one scan; known: the clusters that it asks, which are left in the end.
    """
    metrics = ServiceMetrics(engine, settings.max_incident_series)

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

    token_service = TokenService(engine, settings.secret("token_key"))
    gate = Gate(token_service, _webhook_secrets(settings))
    seals = SealService(engine, settings.secret("token_key"))
    sessions = SessionService(gate, seals)
    uses = Worker("keeping when tokens were used", _USES_SECONDS, gate.write_uses)
    intake = AlertIntake(*writers(engine))
    retention = RetentionService(engine, Ages.of(settings))
    pruning = Worker("pruning", _PRUNE_EVERY_SECONDS, retention.prune_by_turns, first_after=_PRUNE_FIRST_AFTER_SECONDS)
    workers = [uses, pruning]
    pushes = PushLog((*settings.alertmanager_urls, *((GRAFANA,) if settings.grafana_url else ())))
    pushers, push_workers = _pushing(settings, engine, metrics, pushes)
    workers += push_workers
    clusters, mitigation_service, acting_workers = _acting(settings, engine)
    workers += acting_workers

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        schedule.start()
        intake.start()
        for worker in workers:
            worker.start()
        yield
        await run_in_threadpool(intake.stop)
        await run_in_threadpool(schedule.stop)
        if known is not None:
            await run_in_threadpool(known.close)
        # At once: each may wait a little for what it has under way.
        await asyncio.gather(*(run_in_threadpool(worker.stop) for worker in workers))
        for pusher in pushers:
            pusher.close()
        await run_in_threadpool(clusters.close)
        with suppress(StorageError):  # what is lost is a minute of when tokens were used
            await run_in_threadpool(gate.write_uses)

    app = FastAPI(
        title="leakwatch",
        version=version("leakwatch"),
        description=_DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        routes=[*_API.routes, *PAGES.routes],
    )
    longest_silence = 2 * settings.scan_interval + settings.scan_jitter + settings.scan_time_limit
    health_service = HealthService(engine, time.time(), longest_silence)
    app.state.services = Services(
        incidents=IncidentService(engine),
        alerts=AlertService(engine, intake),
        scans=ScanService(engine, schedule),
        workloads=WorkloadService(engine),
        health=health_service,
        metrics=metrics,
        tokens=token_service,
        acts=ActService(engine),
        feedback=FeedbackService(engine),
        silences=SilenceService(engine),
        mitigations=mitigation_service,
        answers=AnswerService(engine),
        annotations=AnnotationService(engine, settings.public_url),
        freshness=FreshnessService(engine, longest_silence),
        seals=seals,
        sessions=sessions,
        about=AboutService(engine, health_service, pushes),
        settings=shown_settings(settings),
        looks=LookService(make_look(settings, _LOOK_SHARE * settings.request_time_limit, known)),
        rollouts=RolloutService(make_gate(settings), min(settings.gate_time_limit, settings.request_time_limit)),
    )
    install_problems(app)
    watch = ChangeWatch(engine, progress=lambda: schedule.progress)
    install_pages(app, watch, _outside(settings), no_auth=settings.insecure_no_auth)
    door = Door(gate, sessions, refusal, settings.insecure_no_auth)
    defend(app, door, metrics.requests, _defence(settings))
    app.openapi = lambda: openapi_of(app, settings.root_path)  # type: ignore[method-assign]  # as FastAPI documents it
    return app


def _acting(settings: Settings, engine: Engine) -> tuple[Clusters, MitigationService, list[Worker]]:
    """The way to the clusters, to be closed in the end, what is asked for acts, and the workers that carry them on."""
    clusters, policy = make_clusters(settings), policy_of(settings)
    service = MitigationService(engine, clusters, policy, settings.mitigation_expires)
    if policy.mode is Mode.OFF:
        return clusters, service, []
    carrier = Carrier(engine, clusters, policy, limits_of(settings))
    automatic = AutomaticMitigation(engine, service, policy, fresh_seconds(settings))
    return (
        clusters,
        service,
        [
            Worker("carrying mitigations on", _CARRY_EVERY_SECONDS, carrier.carry_all),
            Worker("acting without asking", _AUTOMATIC_EVERY_SECONDS, automatic.look),
        ],
    )


def _pushing(
    settings: Settings, engine: Engine, metrics: ServiceMetrics, pushes: PushLog
) -> tuple[list[Pusher], list[Worker]]:
    """Those who tell Alertmanagers, to be closed in the end, and the workers that tell them and Grafana."""

    def note(target: str, result: str) -> None:
        metrics.pushes.labels(target, result).inc()
        pushes.note(target, result)

    def note_grafana(result: str) -> None:
        metrics.grafana_pushes.labels(result).inc()
        pushes.note(GRAFANA, result)

    pushers = make_pushers(settings, engine, note)
    for one in pushers:
        for result in RESULTS:
            metrics.pushes.labels(one.url, result)
    workers = [Worker("telling Alertmanager", settings.alertmanager_interval, one.push) for one in pushers]
    grafana_pusher = make_grafana_pusher(settings, engine, note_grafana)
    if grafana_pusher is not None:
        workers.append(Worker("keeping annotations in Grafana", settings.grafana_interval, grafana_pusher.push))
    return pushers, workers


def _webhook_secrets(settings: Settings) -> WebhookSecrets:
    return WebhookSecrets(
        settings.secret("webhook_token"), settings.webhook_username, settings.secret("webhook_password")
    )


def _outside(settings: Settings) -> Outside:
    grafana, runbooks = settings.grafana_url, settings.runbook_url
    return Outside(
        None if grafana is None else f"{grafana.rstrip('/')}/d/{WORKLOAD_UID}",
        None if runbooks is None else runbook_link(runbooks, PUSHED_LEAK),
    )


def _defence(settings: Settings) -> Defence:
    return Defence(
        limits=Limits(settings.max_body_bytes, settings.webhook_max_body_bytes, settings.request_time_limit),
        hosts=settings.trusted_hosts,
        origins=settings.cors_origins,
        public_url=settings.public_url,
        root_path=settings.root_path,
    )
