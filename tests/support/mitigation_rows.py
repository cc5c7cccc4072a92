"""Mitigations in a database, with what matters to a test set and the rest plain."""

from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from app.domain.mitigation.before import document_of
from app.domain.mitigation.effect import Before
from app.domain.mitigation.model import (
    ActKind,
    Disturbance,
    FieldChange,
    Mitigation,
    MitigationState,
    Plan,
    Subject,
    Way,
    Wish,
)
from app.storage import incidents, mitigations
from app.storage.engine import transaction
from tests.support.findings import MIB

PLAN = Plan(
    way=Way.PATCH,
    summary="Roll Deployment shop/cart back to revision 41 (shop/cart:v41)",
    uid="u-1",
    generation=5,
    digest="d",
    changes=(FieldChange("spec.template.spec.containers[app].image", "shop/cart:v42", "shop/cart:v41"),),
    disturbance=Disturbance(replicas=3, ready=3, pending=0, at_once=1, paused=False, rolling=False),
    target="cart-7c6d5",
    target_number=41,
)
BEFORE = Before(10.0 * MIB, 400.0 * MIB, tuple((hour * 3600.0, (200 + 10 * hour) * MIB) for hour in range(30)))


def mitigation(incident_id: int = 1, state: MitigationState = MitigationState.PROPOSED, **more: Any) -> Mitigation:
    """A rollback, proposed just now."""
    plain: dict[str, Any] = {
        "subject": Subject(incident_id, "f", "", "shop", "Deployment", "cart", "app"),
        "wish": Wish(ActKind.ROLLBACK),
        "plan": PLAN,
        "proposed_at": 1_800_000_000.0,
        "proposed_by": "ann",
        "reason": "it leaks",
        "expires_at": 32_000_000_000.0,
    }
    return Mitigation(id=0, key="", state=state, **plain | more)


def keep_mitigation(
    engine: sa.Engine, incident_id: int, state: MitigationState = MitigationState.PROPOSED, **more: Any
) -> int:
    """Keep one of an incident; its id."""
    with transaction(engine) as session:
        incident = incidents.get(session, incident_id)
        assert incident is not None
        identity = incident.identity
        one = mitigation(incident_id, state, **more)
        subject = replace(
            one.subject,
            fingerprint=incident.fingerprint,
            namespace=identity.namespace,
            workload=identity.workload,
            container=identity.container,
        )
        return mitigations.add(session, replace(one, subject=subject), document_of(BEFORE)).id
