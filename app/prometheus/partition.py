"""Label sets of more series than a server names at once, asked for in parts.

VictoriaMetrics names 30,000 unless told otherwise, and a cluster of 10,000 containers has more within a day of deploys.
"""

from collections.abc import Iterator

from app.errors import SourceTooLarge
from app.prometheus.client import PrometheusClient
from app.prometheus.promql import quote, together
from app.prometheus.source import Control, LabelSet
from detectors.panel import Grid

# Names of pods end in five of 27 characters, or in a number: each class holds some of either.
_CLASSES = ("0a-d", "1e-g", "2h-j", "3k-m", "4n-p", "5q-s", "6t-v", "7w-z", "89")
_DEEPEST = 3


def all_series(
    client: PrometheusClient, metric: str, matchers: str, label: str, grid: Grid, control: Control
) -> tuple[list[LabelSet], list[str]]:
    """The label sets of a metric in the grid's span, and the server's warnings.

    Where the server finds them too many it is asked in parts, by how the values of `label` end.
    Raises SourceError, ScanAbandoned.
    """
    return _series(client, metric, matchers, label, grid, control, 0)


def _series(
    client: PrometheusClient, metric: str, matchers: str, label: str, grid: Grid, control: Control, depth: int
) -> tuple[list[LabelSet], list[str]]:
    try:
        return client.series(f"{metric}{{{matchers}}}", grid.start, grid.end, control)
    except SourceTooLarge:
        if depth == _DEEPEST:
            raise
    found: list[LabelSet] = []
    warnings: list[str] = []
    for part in _parts(label, depth):
        some, said = _series(client, metric, together(matchers, part), label, grid, control, depth + 1)
        found += some
        warnings += said
    return found, warnings


def _parts(label: str, depth: int) -> Iterator[str]:
    """Matchers of which every value satisfies exactly one, by its last character but `depth`."""
    for members in _CLASSES:
        yield f"{label}=~{quote(f'.*[{members}]{_any(depth)}')}"
    yield f"{label}!~{quote(f'.*[0-9a-z]{_any(depth)}')}"


def _any(count: int) -> str:
    return "." * count
