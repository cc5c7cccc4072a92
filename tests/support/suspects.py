"""Findings whose rollout the cluster told of, for tests of what is shown of it."""

from dataclasses import replace
from typing import Any

from app.domain.finding import Finding, Revisions
from app.domain.rolled_out import RolledOutBy
from app.domain.rollout import Rollout, images_of
from app.domain.suspicion import Suspicion, Version
from detectors.at_age import AtAge
from tests.support.findings import MIB, NOW
from tests.support.kubernetes_objects import template

CALM = AtAge(1024.0, 6 * MIB, (1.25, 23.0), True)
HOUR = 3600.0
# What two revisions of `app` differ in: (before, after) of the container's fields, and annotations.
USUAL: tuple[dict[str, Any], dict[str, Any]] = (
    {"image": "registry.example.org/cart:v1", "env": [{"name": "CACHE_ITEMS", "value": "1000"}]},
    {
        "image": "registry.example.org/cart:v2",
        "env": [{"name": "CACHE_ITEMS", "value": "unbounded"}, {"name": "DB_PASSWORD", "value": "hunter2"}],
    },
)


def revision_of(number: int, created_at: float, fields: dict[str, Any], **more: Any) -> Rollout:
    """A revision whose container `app` has these fields; its template's hash is `h` and the number."""
    made = template(**fields)
    return Rollout(number, f"cart-h{number}", created_at, f"h{number}", made, images_of(made), **more)


def suspected(
    found: Finding,
    fields: tuple[dict[str, Any], dict[str, Any]] = USUAL,
    *,
    compared: AtAge = CALM,
    began_at: float | None = NOW - 10.2 * HOUR,
    onset_at: float = NOW - 10 * HOUR,
    is_first: bool = False,
    rolled_out_by: RolledOutBy | None = None,
    **more: Any,
) -> Finding:
    """The finding with rollout 4 suspected, after rollout 3. more: of rollout 4, such as its commit."""
    old, new = fields
    previous = None if is_first else Version((revision_of(3, NOW - 90 * HOUR, old),), NOW - 90 * HOUR)
    version = Version((revision_of(4, NOW - 10.2 * HOUR, new, **more),), began_at)
    rollout = Suspicion(version, previous, (onset_at, onset_at + 600), compared)
    return replace(found, revisions=Revisions("v2", "v2", "v1", rollout, rolled_out_by))
