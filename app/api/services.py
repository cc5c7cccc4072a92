"""What the routers call, as the composition root made it."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from app.domain.setting import ShownSettings
from app.metrics import ServiceMetrics
from app.services.about import AboutService
from app.services.acts import ActService
from app.services.alerts import AlertService
from app.services.annotations import AnnotationService
from app.services.answers import AnswerService
from app.services.feedback import FeedbackService
from app.services.freshness import FreshnessService
from app.services.health import HealthService
from app.services.incidents import IncidentService
from app.services.looks import LookService
from app.services.mitigations import MitigationService
from app.services.rollouts import RolloutService
from app.services.scans import ScanService
from app.services.seals import SealService
from app.services.sessions import SessionService
from app.services.silences import SilenceService
from app.services.tokens import TokenService
from app.services.workloads import WorkloadService


@dataclass(frozen=True, slots=True)
class Services:
    """The services of one application."""

    incidents: IncidentService
    alerts: AlertService
    scans: ScanService
    workloads: WorkloadService
    health: HealthService
    metrics: ServiceMetrics
    tokens: TokenService
    acts: ActService
    feedback: FeedbackService
    silences: SilenceService
    mitigations: MitigationService
    answers: AnswerService
    annotations: AnnotationService
    freshness: FreshnessService
    seals: SealService
    sessions: SessionService
    about: AboutService
    settings: ShownSettings
    looks: LookService
    rollouts: RolloutService


def services_of(request: Request) -> Services:
    """The services of the application that answers a request."""
    services = request.app.state.services
    if not isinstance(services, Services):
        raise TypeError("app.state.services is set by create_app")
    return services


async def _services(request: Request) -> Services:
    # A coroutine, though it waits for nothing: FastAPI runs what is none in a thread, at a cost for each request.
    return services_of(request)


TheServices = Annotated[Services, Depends(_services)]
