"""`/webhooks`: what other systems send."""

from typing import Any

import orjson
from fastapi import APIRouter, Request, Response

from app.api.access import WEBHOOK_SECURITY, principal_of
from app.api.alert_schemas import NotificationModel, TakenModel
from app.api.bare_route import BareRoute
from app.api.problems import documented
from app.api.services import services_of
from app.errors import LeakwatchError, UsageError

router = APIRouter(prefix="/webhooks", tags=["webhooks"], route_class=BareRoute)


def _body() -> dict[str, Any]:
    """What the body looks like, which we read ourselves, for speed: in one piece, for OpenAPI has its models apart."""
    schema = NotificationModel.model_json_schema()
    schema["properties"]["alerts"]["items"] = schema.pop("$defs")["SentAlertModel"]
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


@router.post(
    "/alertmanager",
    summary="Take a notification of Alertmanager",
    response_model=TakenModel,
    responses=documented(400, 503),
    openapi_extra={**_body(), "security": WEBHOOK_SECURITY},
)
async def take_alertmanager_notification(request: Request) -> Response:
    """For Alertmanager's `webhook_configs`, version 0.25 or later. Answers once all of it is kept, crash or not.

    An alert is known by its fingerprint and start: sent again, or late, it changes nothing that is newer. What is no
    alert is kept aside. 503 where it cannot be kept, and Alertmanager comes again; 400 where it is no notification.
    """
    principal_of(request)
    services = services_of(request)
    try:
        taken = await services.alerts.take(await request.body())
    except LeakwatchError as error:
        services.metrics.notifications.labels("malformed" if isinstance(error, UsageError) else "failed").inc()
        raise
    services.metrics.notifications.labels("kept").inc()
    services.metrics.alerts.labels("kept").inc(len(taken.alerts))
    services.metrics.alerts.labels("set_aside").inc(len(taken.set_aside))
    answer = {"alerts": len(taken.alerts), "set_aside": len(taken.set_aside)}
    return Response(orjson.dumps(answer), media_type="application/json")
