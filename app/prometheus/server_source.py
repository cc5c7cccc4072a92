"""What every source has that reads a server: its connections, its plan, and what came before the window."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np

from app.domain.scan import Problem
from app.prometheus.client import PrometheusClient
from app.prometheus.partition import all_series
from app.prometheus.selection import Selection
from app.prometheus.source import Batch, ContainerRef, Control, LabelSet, Plan, Reading, ScanRequest
from app.prometheus.watch import BusyWatch
from app.settings import Settings
from detectors.panel import Grid, History

_HISTORY_STEP_SECONDS = 1800.0


class ServerSource(ABC):
    """A source that is a server; how it is read is what kinds of it differ in."""

    def __init__(self, settings: Settings) -> None:
        self._client = PrometheusClient(settings)
        self._metrics = settings.metrics
        self._watch = BusyWatch(settings, self._client)
        self._max_samples = settings.prometheus_max_samples
        self._concurrency = settings.prometheus_concurrency
        self._selection = Selection(settings.metrics)

    @property
    @abstractmethod
    def name(self) -> str:
        """As a scan tells it."""

    def plan(self, request: ScanRequest, control: Control) -> Plan:
        """Ask for label sets only: the index answers, no sample is touched."""
        self._selection = Selection(self._metrics, request)
        return self._selection.plan(self._list_series, self._max_samples, self._concurrency, control)

    def _list_series(
        self, metric: str, matchers: str, label: str, grid: Grid, control: Control
    ) -> tuple[list[LabelSet], list[str]]:
        """The label sets of a metric in the grid's span, and the server's warnings; see ListSeries."""
        return all_series(self._client, metric, matchers, label, grid, control)

    @abstractmethod
    def read(self, plan: Plan, batch: Batch, control: Control) -> Reading:
        """The series of one batch on the plan's grid."""

    @abstractmethod
    def history(
        self, plan: Plan, containers: Sequence[ContainerRef], seconds: float, control: Control
    ) -> tuple[History, tuple[Problem, ...]]:
        """What these containers held before the window, the lowest and the highest of each half hour."""

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def history_grid(window: Grid, seconds: float) -> Grid:
    """The half hours of so many seconds before a window."""
    step = _HISTORY_STEP_SECONDS
    end = np.floor(window.start / step) * step
    return Grid(float(end - np.floor(seconds / step) * step + step), step, int(seconds // step))
