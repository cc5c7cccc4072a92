"""Series by VictoriaMetrics' export: each sample, reduced to the grid as it comes.

Lines of JSON, since they are the one form that is documented. The native form has a twelfth of the bytes, but changes
from version to version, and between the single server and the cluster, without saying so.
"""

from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

import numpy as np

from app.errors import SourceUnusable
from app.prometheus.bulk import Add, Ask, BulkSource
from app.prometheus.gather import place_of, places_of
from app.prometheus.reduce import Reduced, Steps, reduce_samples
from app.prometheus.source import ContainerRef, Control
from app.prometheus.victoria.lines import ExportedSeries, read_line, split_lines
from app.prometheus.victoria.probe import CONTENT_TYPE, EXPORT, FORM
from detectors.panel import Grid, Ints

# Series are reduced as soon as they have so many samples together: 4 MiB.
_HELD_SAMPLES = 1 << 18


class VictoriaSource(BulkSource):
    """Memory series from VictoriaMetrics, single or cluster.

    An export is whole or an error: a cluster of which a part is down gives none. So nothing is ever read in part.
    """

    name = "victoria_metrics"

    def _asking(self, containers: Sequence[ContainerRef]) -> Ask:
        rows, where = places_of(containers), self._client.url + EXPORT

        def ask(metric: str, matchers: str, steps: Steps, add: Add, control: Control) -> int:
            def take(content_type: str, chunks: Iterator[bytes]) -> int:
                _check_kind(content_type, where)
                samples = 0
                for held in _in_portions(read_line(line) for line in split_lines(chunks)):
                    control.check()
                    times = np.concatenate([one.times for one in held])
                    samples += int(np.count_nonzero(times > steps.first - steps.step))
                    add([place_of(one.labels, rows) for one in held], _reduced(held, times, steps))
                return samples

            form = {
                "match[]": f"{metric}{{{matchers}}}",
                "start": f"{steps.begin / 1000:.3f}",
                "end": f"{steps.end / 1000:.3f}",
            }
            return self._client.stream(EXPORT, urlencode(form).encode(), FORM, take, control)

        return ask


def _reduced(held: Sequence[ExportedSeries], times: Ints, steps: Steps) -> Reduced:
    return reduce_samples(
        times,
        np.concatenate([one.values for one in held]),
        np.cumsum([one.times.size for one in held]),
        Grid(steps.first / 1000, steps.step / 1000, steps.count),
        steps.lookback / 1000,
    )


def _check_kind(content_type: str, where: str) -> None:
    kind = content_type.partition(";")[0].strip()
    if kind != CONTENT_TYPE:
        raise SourceUnusable(
            f"{where}: the answer is not VictoriaMetrics' ({kind or 'nothing'})",
            "give its base URL, as http://victoria:8428 or http://vmselect:8481/select/0/prometheus",
        )


def _in_portions(series: Iterator[ExportedSeries]) -> Iterator[list[ExportedSeries]]:
    """Series in lists of a bounded number of samples, unless one series alone has more."""
    held: list[ExportedSeries] = []
    samples = 0
    for one in series:
        if held and samples + one.times.size > _HELD_SAMPLES:
            yield held
            held, samples = [], 0
        held.append(one)
        samples += one.times.size
    if held:
        yield held
