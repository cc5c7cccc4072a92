"""Which container each series is of, told from its labels as they came: read once for all metrics that share them."""

from collections.abc import Sequence

from app.errors import SourceUnusable
from app.prometheus.gather import Place, place_of, places_of
from app.prometheus.members import LABELS
from app.prometheus.remote_read.labels import read_labels
from app.prometheus.remote_read.protobuf import first_label_bytes
from app.prometheus.source import ContainerRef


class Placing:
    """For one batch. What it remembers is bounded by the series of the batch's containers."""

    def __init__(self, containers: Sequence[ContainerRef]) -> None:
        self._rows = places_of(containers)
        self._known: dict[bytes, Place] = {}

    def places(self, labels: Sequence[bytes]) -> list[Place | None]:
        """The place of each series; None of those whose container is not of the batch. Raises SourceUnusable."""
        # The name of the metric comes first, as a rule; all of a container's other labels are often the same.
        keys = [one[first_label_bytes(one) :] for one in labels]
        unknown = [key for key in keys if key not in self._known]
        try:
            read = read_labels(unknown, LABELS)
        except ValueError as error:
            raise SourceUnusable(
                f"the labels of a series are broken: {error}", "set LEAKWATCH_SOURCE=query_range"
            ) from error
        new = {key: place_of(labels, self._rows) for key, labels in zip(unknown, read, strict=True)}
        self._known |= {key: place for key, place in new.items() if place is not None}
        return [self._known.get(key) for key in keys]
