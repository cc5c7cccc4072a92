"""From settings to scans: which source, which window, which policy."""

import math
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Protocol

from app.domain.feedback import NOTHING_SAID, InForce
from app.domain.lifecycle import IncidentPolicy
from app.domain.scan import ScanReport
from app.domain.severity import SeverityPolicy
from app.errors import SettingsError
from app.prometheus.source import Control, ScanRequest, Source
from app.scanning.knowing import Known, KnownClusters
from app.scanning.scan import Watch, scan
from app.settings import Settings
from detectors.options import Options

_STEPS = (15.0, 30.0, 60.0, 120.0, 300.0)
_WANTED_STEPS = 500
# The detector looks at up to 48 blocks of a lifetime; with fewer steps than that it would see too little.
_MIN_STEPS = 48
MAX_STEPS = 100_000


class PerformHeeding(Protocol):
    """Performs one scan, heeding what people have said of leaks. Raises SourceError, RecordingError, ScanAbandoned."""

    def __call__(self, control: Control, said: InForce = NOTHING_SAID) -> ScanReport:
        """Scan once."""
        ...


def make_perform(
    settings: Settings,
    end: float | None = None,
    *,
    options: Options | None = None,
    narrowed: Callable[[Source], Source] = lambda source: source,
    watch: Watch = lambda batch, reading, judgements: None,
    keep_window: bool = False,
    known: KnownClusters | None = None,
) -> PerformHeeding:
    """A function that performs one scan as the settings say; its window ends at `end` (unix seconds), or at present.

    narrowed: makes of the source one that shows less of it; watch: is told of each batch once it is judged;
    keep_window: read only what is new since the last scan that did so, where the settings allow it; known: clusters
    that are asked themselves, of a window that ends at present, where the settings allow it.
    Raises SettingsError at once where the settings cannot make a scan.
    """
    step = step_of(settings)
    policy = severity_policy(settings)

    def perform(control: Control, said: InForce = NOTHING_SAID) -> ScanReport:
        source, (_, latest) = open_source(settings, control)
        source = remembering(source, settings) if keep_window else source
        try:
            cluster = known.of(settings, control) if known is not None else None
            # Clocks and recordings may be ahead; what is judged must not be later than what is still to come.
            until = math.floor(min(end or latest, time.time()) / step) * step
            request = ScanRequest(
                start=until - math.floor(settings.lookback / step) * step,
                end=until,
                step_seconds=step,
                history_seconds=settings.history,
                cluster=settings.cluster,
                namespaces=settings.namespaces,
                selector=settings.selector,
                owners=None if cluster is None else cluster.view,
                load_of_all=options is not None and options.explain,
            )
            scanned = partial(
                scan, narrowed(source), request, policy, options or Options(), control, time.time(), said, watch
            )
            return scanned() if cluster is None else _informed(scanned, cluster)
        finally:
            source.close()

    return perform


def _informed(scanned: Callable[..., ScanReport], cluster: Known) -> ScanReport:
    """A scan with what the cluster tells, and a word on what it does not."""
    from app.scanning.suspecting import Informed  # noqa: PLC0415 (only where there is a cluster)

    informed = Informed(cluster)
    report = scanned(inform=informed.add)
    return replace(report, problems=(*report.problems, *cluster.problems, *informed.problems))


def step_of(settings: Settings) -> float:
    """The step of a scan's grid, seconds. Raises SettingsError where the settings cannot make a scan."""
    if settings.clusters:
        raise SettingsError("several clusters are configured, and this looks at one", "choose it by --cluster")
    if (settings.prometheus_url is None) == (settings.recording is None):
        raise SettingsError(
            "nothing to scan: give a Prometheus or a recording, and only one of them",
            "set LEAKWATCH_PROMETHEUS_URL or --prometheus-url, or LEAKWATCH_RECORDING or --recording",
        )
    step = settings.step or chosen_step(settings.lookback)
    if not _MIN_STEPS <= settings.lookback / step <= MAX_STEPS:
        raise SettingsError(
            f"step: a window of {settings.lookback:g} s has {settings.lookback / step:.0f} steps of {step:g} s",
            f"choose a step that makes {_MIN_STEPS} to {MAX_STEPS} steps",
        )
    return step


def severity_policy(settings: Settings) -> SeverityPolicy:
    """From when on a leak is urgent."""
    return SeverityPolicy(settings.page_within, settings.warn_within)


def incident_policy(settings: Settings) -> IncidentPolicy:
    """When incidents close and come back."""
    return IncidentPolicy(settings.reopen_within, settings.resolve_after_scans, settings.gone_after)


def chosen_step(lookback: float) -> float:
    """The coarsest step, up to five minutes, that gives the window some five hundred of them. Seconds."""
    return max((step for step in _STEPS if lookback / step >= _WANTED_STEPS), default=_STEPS[0])


def open_source(settings: Settings, control: Control) -> tuple[Source, tuple[float, float]]:
    """The source, and the earliest and latest time it may be asked for, unix seconds; -inf where only asking tells.

    Raises RecordingError, SourceError, ScanAbandoned.
    """
    if settings.recording is not None:
        from app.prometheus.recording import open_recording  # noqa: PLC0415 (pyarrow is heavy, and only needed here)

        recording = open_recording(Path(settings.recording), settings.metrics, control=control)
        return recording, recording.window()
    return _open_server(settings, control), (-math.inf, time.time())


def _open_server(settings: Settings, control: Control) -> Source:
    """The way to read the server that is set, or that it has. Each imports what is heavy, and only needed there."""
    from app.prometheus.choice import chosen_source  # noqa: PLC0415

    match chosen_source(settings, control):
        case "remote_read":
            from app.prometheus.remote_read.source import RemoteReadSource  # noqa: PLC0415

            return RemoteReadSource(settings)
        case "victoria_metrics":
            from app.prometheus.victoria.source import VictoriaSource  # noqa: PLC0415

            return VictoriaSource(settings)
        case _:
            from app.prometheus.query_range import QueryRangeSource  # noqa: PLC0415

            return QueryRangeSource(settings)


def remembering(source: Source, settings: Settings) -> Source:
    """The source with the window of its last scan in the data folder; as it is where that is unwanted or no use."""
    if not settings.incremental or settings.prometheus_url is None:
        return source
    from app.prometheus.window.incremental import IncrementalSource  # noqa: PLC0415 (only `serve` needs it)

    # No token and no password: they come and go, and nothing may tell of them.
    identity = {
        "url": settings.prometheus_url.rstrip("/"),
        "tenant": settings.prometheus_tenant,
        "user": settings.prometheus_username,
        "headers": sorted((name, value.get_secret_value()) for name, value in settings.prometheus_headers.items()),
        "metrics": settings.metrics.model_dump(),
    }
    return IncrementalSource(source, settings.data_dir / "windows", identity, settings.incremental_overlap)
