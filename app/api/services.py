"""What the routers call, as the composition root made it."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from app.metrics import ServiceMetrics
from app.services.annotations import AnnotationService
from app.services.health import HealthService
from app.services.incidents import IncidentService
from app.services.scans import ScanService


@dataclass(frozen=True, slots=True)
class Services:
    """The services of one application."""

    incidents: IncidentService
    scans: ScanService
    health: HealthService
    metrics: ServiceMetrics
    annotations: AnnotationService


def _services(request: Request) -> Services:
    services = request.app.state.services
    if not isinstance(services, Services):
        raise TypeError("app.state.services is set by create_app")
    return services


TheServices = Annotated[Services, Depends(_services)]
