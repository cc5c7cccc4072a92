"""Which container each series is of, told from its labels as they came: read once for all metrics that share them."""

from collections.abc import Sequence

from app.errors import SourceUnusable
from app.prometheus.gather import Place, place_of, places_of
from app.prometheus.members import LABELS
from app.prometheus.remote_read.protobuf import first_label_bytes, read_labels
from app.prometheus.source import ContainerRef

_WANTED = {name.encode(): name for name in LABELS}


class Placing:
    """For one batch. What it remembers is bounded by the series of the batch's containers."""

    def __init__(self, containers: Sequence[ContainerRef]) -> None:
        self._rows = places_of(containers)
        self._known: dict[bytes, Place] = {}

    def places(self, labels: Sequence[bytes]) -> list[Place | None]:
        """The place of each series; None of those whose container is not of the batch. Raises SourceUnusable."""
        try:
            return [self._place(one) for one in labels]
        except ValueError as error:
            raise SourceUnusable(
                f"the labels of a series are broken: {error}", "set LEAKWATCH_SOURCE=query_range"
            ) from error

    def _place(self, labels: bytes) -> Place | None:
        # The name of the metric comes first, as a rule; all of a container's other labels are often the same.
        key = labels[first_label_bytes(labels) :]
        place = self._known.get(key)
        if place is None:
            place = place_of(read_labels(labels, _WANTED), self._rows)
            if place is not None:
                self._known[key] = place
        return place
