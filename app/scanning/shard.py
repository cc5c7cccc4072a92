"""A shard: what one look needs, from where to how it is judged, and what comes of it. Both can be pickled.

A shard knows its source by settings alone, and looks without touching a database, so that it can be looked at in any
thread, process or machine. Where it is pickled, the source's credentials are in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.feedback import Feedback
from app.domain.scan import ShardResult
from app.errors import LeakwatchError, ScanAbandoned, SourceError
from app.prometheus.source import Control
from app.scanning.knowing import KnownClusters
from app.scanning.service import make_perform
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Shard:
    """settings: of one source, with the name of its cluster, and how long the window is

    namespaces: only these (empty: all); end: unix seconds of the window's end; said: feedback to heed, by fingerprint
    keep_window: whether to keep the window in the data folder for the next look
    """

    settings: Settings
    namespaces: tuple[str, ...]
    end: float
    said: Mapping[str, Feedback] = field(default_factory=dict)
    keep_window: bool = False


def look(shard: Shard, control: Control | None = None, known: KnownClusters | None = None) -> ShardResult:
    """Read and judge a shard. A source that fails, or too slow a one, makes a result without a report.

    known: clusters that are asked themselves. They are of this process: elsewhere a shard does without.

    Raises ScanAbandoned when told to stop, SettingsError, RecordingError.
    """
    control = control or Control()
    cluster = shard.settings.cluster
    settings = shard.settings.model_copy(update={"namespaces": shard.namespaces})
    try:
        perform = make_perform(settings, shard.end, keep_window=shard.keep_window, known=known)
        report = perform(control, shard.said)
    except SourceError as error:
        return ShardResult(cluster, None, _line(error))
    except ScanAbandoned as error:
        if control.cancelled.is_set():
            raise
        return ShardResult(cluster, None, _line(error))
    return ShardResult(cluster, report)


def _line(error: LeakwatchError) -> str:
    return f"{error}; {error.hint}" if error.hint else str(error)
