"""A workload in a cluster of memory, to plan on: cart, rolled out as often as it has images."""

from app.domain.mitigation.effect import Before
from app.domain.mitigation.model import ActKind, Subject, Wish
from app.mitigating.planning import Asked
from app.mitigating.reach import Reach
from tests.support.kubernetes_objects import Objects, replica_set, template, workload

PATH = "/apis/apps/v1/namespaces/shop/deployments/cart"
CART = Subject(1, "f", "", "shop", "Deployment", "cart", "app")
NOW = 1_800_000_000.0
FINDING = {
    "growth_bytes_per_hour": 1e7,
    "growth_interval": [8e6, 12e6],
    "current_bytes": 2e8,
    "limit_bytes": 256.0 * 2**20,
}


class Cluster(Objects):
    """What is patched is kept, and answered with what is there, or with `refusal`."""

    server = "staging.example:6443"

    def __init__(self, documents, lists):
        super().__init__(documents, lists)
        self.patched = []
        self.refusal = None

    def patch(self, path, body, kind, *, dry_run=False):
        self.patched.append((body, dry_run))
        if self.refusal is not None:
            raise self.refusal
        return self.get(path)

    def close(self):
        pass


def hour(number):
    """When revision `number` was made."""
    return f"2026-01-01T{number:02}:00:00Z"


def cluster(*versions, container=None, more=None, **metadata):
    """cart with a revision for each version ("v1"), the last of which runs. more: further lists, by path."""
    number = len(versions)
    annotations = {"deployment.kubernetes.io/revision": str(number), **metadata.pop("annotations", {})}
    made = [template(f"shop/cart:{version}", **(container or {})) for version in versions]
    cart = workload(spec={"template": made[-1]}, annotations=annotations, resourceVersion="9", **metadata)
    kept = [replica_set(cart, at, of, created=hour(at)) for at, of in enumerate(made, 1)]
    return Cluster({PATH: cart}, {"/apis/apps/v1/namespaces/shop/replicasets": kept, **(more or {})})


def asked(act=ActKind.ROLLBACK, suspect="v2", *, automatic=False, **wish):
    """What a plan is asked for."""
    return Asked(CART, Wish(act, **wish), FINDING, suspect, Before(1.0, None, ()), NOW, automatic)


def reach(cluster, argocd=None):
    """The way to it."""
    return Reach(cluster, argocd)
