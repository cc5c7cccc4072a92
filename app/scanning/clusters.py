"""Several clusters, each with a Prometheus of its own, scanned side by side as one scan."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from app.cluster_settings import ClusterSettings
from app.domain.feedback import NOTHING_SAID, InForce
from app.domain.scan import ScanReport, ShardResult, together
from app.errors import SourceUnreachable, UsageError
from app.prometheus.source import Control
from app.scanning.service import PerformHeeding, make_perform, step_of
from app.scanning.shard import Shard, look
from app.settings import Settings

# Of a scan's time, what a slow cluster may take; in the rest the others are recorded.
_READING_SHARE = 0.9


def make_scan(settings: Settings, end: float | None = None, *, keep_window: bool = False) -> PerformHeeding:
    """A function that scans all that the settings name: one source as it is, several clusters side by side.

    end, keep_window: as `make_perform` takes them. Raises SettingsError at once where the settings cannot make a scan.
    """
    clusters = clusters_of(settings)
    if len(clusters) == 1:
        return make_perform(clusters[0], end, keep_window=keep_window)
    for one in clusters:
        step_of(one)

    def perform(control: Control, said: InForce = NOTHING_SAID) -> ScanReport:
        began, until = time.time(), end or time.time()
        shards = [Shard(one, one.namespaces, until, dict(said), keep_window) for one in clusters]
        results = side_by_side(shards, settings.clusters_at_once, control)
        if all(one.report is None for one in results):
            raise SourceUnreachable(f"none of {len(results)} clusters could be read: {results[0].error}")
        return together(results, began, time.time())

    return perform


def clusters_of(settings: Settings) -> tuple[Settings, ...]:
    """The settings of each source that is to be scanned; `cluster` picks one of several."""
    if not settings.clusters:
        return (settings,)
    meant = [one for one in settings.clusters if settings.cluster in {"", one.name}]
    return tuple(_of_cluster(settings, one) for one in meant)


def only_cluster(settings: Settings) -> Settings:
    """The settings of the only source. Raises UsageError where several are meant."""
    clusters = clusters_of(settings)
    if len(clusters) > 1:
        names = ", ".join(one.cluster for one in clusters)
        raise UsageError("this looks at one cluster, and several are configured", f"choose one by --cluster: {names}")
    return clusters[0]


def side_by_side(shards: Sequence[Shard], at_once: int, control: Control) -> list[ShardResult]:
    """What comes of each, in the same order; never more at once than that. Raises as `look` does."""
    progress = _Progress(control.progress, len(shards))
    pool = ThreadPoolExecutor(at_once, thread_name_prefix="leakwatch-cluster")
    deadline = control.deadline
    if deadline is not None:
        now = time.monotonic()
        deadline = now + _READING_SHARE * (deadline - now)
    try:
        looks = [
            pool.submit(look, shard, Control(deadline, control.cancelled, progress.of(number)))
            for number, shard in enumerate(shards)
        ]
        return [one.result() for one in looks]
    except BaseException:
        control.cancelled.set()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


class _Progress:
    """Tells how far all have come together."""

    def __init__(self, tell: Callable[[int, int], None], shards: int) -> None:
        self._tell = tell
        self._far = [(0, 0)] * shards
        self._lock = threading.Lock()

    def of(self, number: int) -> Callable[[int, int], None]:
        """What one of them is to call."""

        def update(done: int, total: int) -> None:
            with self._lock:
                self._far[number] = (done, total)
                self._tell(sum(done for done, _ in self._far), sum(total for _, total in self._far))

        return update


def _of_cluster(settings: Settings, one: ClusterSettings) -> Settings:
    """The settings for one cluster. Credentials, headers and tenant are its own or none."""
    matchers = {"container_matchers": one.container_matchers, "state_matchers": one.state_matchers}
    metrics = {name: value for name, value in matchers.items() if value is not None}
    return settings.model_copy(
        update={
            "cluster": one.name,
            "clusters": (),
            "prometheus_url": one.prometheus_url,
            "prometheus_token": one.prometheus_token,
            "prometheus_username": one.prometheus_username,
            "prometheus_password": one.prometheus_password,
            "prometheus_ca_file": one.prometheus_ca_file or settings.prometheus_ca_file,
            "prometheus_client_cert": one.prometheus_client_cert,
            "prometheus_client_key": one.prometheus_client_key,
            "prometheus_tenant": one.prometheus_tenant,
            "prometheus_headers": one.prometheus_headers,
            "namespaces": settings.namespaces or one.namespaces,
            "selector": ",".join(part for part in (settings.selector, one.selector) if part.strip()),
            "metrics": settings.metrics.model_copy(update=metrics),
            **one.access_to_kubernetes(settings.kubernetes_kubeconfig),
        }
    )
