"""Mitigations as a service carries them on, on the real control plane."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.domain.mitigation.model import ActKind, Mitigation, MitigationState, Wish
from app.mitigating.carrying import Carrier, Limits
from app.mitigating.policy import policy_of
from app.mitigating.reach import Clusters, make_clusters
from app.services.acts import By
from app.services.mitigations import MitigationService
from app.settings import Settings, load_settings
from tests.support.control_plane import ControlPlane
from tests.support.servers import wait_until


@dataclass
class Acting:
    """A service, and what carries on what it is told."""

    settings: Settings
    clusters: Clusters
    service: MitigationService
    carrier: Carrier

    def propose(self, incident_id: int, act: str = "rollback", **wish: Any) -> Mitigation:
        """A proposal by ann."""
        return self.service.propose(incident_id, Wish(ActKind(act), **wish), "ann", "it leaks")

    def approve(self, one: Mitigation) -> Mitigation:
        """Approved by bob."""
        return self.service.approve(one.id, By("bob"), "go on").mitigation

    def carried(self, one: Mitigation) -> Mitigation:
        """After the next step."""
        self.carrier.carry(one.id)
        return self.service.one(one.id)

    def until(self, one: Mitigation, *states: MitigationState, rolled_out: bool = False) -> Mitigation:
        """Carried on until it is in one of the states, or its new pods run."""

        def there() -> Mitigation | None:
            found = self.carried(one)
            is_there = found.state in states or (rolled_out and found.rolled_out_at is not None)
            return found if is_there or found.state.is_over else None

        found = wait_until(there, "the mitigation is carried on", 60)
        assert found.state in states or rolled_out, f"{found.state}: {found.outcome}"
        return found

    def done(self, one: Mitigation) -> Mitigation:
        """Approved and applied."""
        return self.until(self.approve(one), MitigationState.WATCHING, MitigationState.SUCCEEDED)


def acting(plane: ControlPlane, engine: sa.Engine, **settings: Any) -> Acting:
    """With all namespaces allowed, on a control plane as its administrator."""
    given: dict[str, Any] = {
        "kubernetes": "kubeconfig",
        "kubernetes_kubeconfig": plane.kubeconfig,
        "mitigation": "act",
        "mitigation_namespaces": (".*",),
        "mitigation_a_day": 1000,
    }
    loaded = load_settings(**given | settings)
    clusters, policy = make_clusters(loaded), policy_of(loaded)
    limits = Limits(loaded.mitigation_rollout_within, loaded.mitigation_judge_within)
    service = MitigationService(engine, clusters, policy, loaded.mitigation_expires)
    return Acting(loaded, clusters, service, Carrier(engine, clusters, policy, limits))
