"""The orders that lists come in, and the places where their pages end. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Order(Protocol):
    """An order by one key, and by id where that is the same; "-" before its name turns it round."""

    @property
    def value(self) -> str:
        """Its name, as clients give it."""
        ...

    @property
    def key(self) -> str:
        """What it goes by."""
        ...

    @property
    def descending(self) -> bool:
        """Whether the largest comes first."""
        ...


class _Named(StrEnum):
    @property
    def key(self) -> str:
        """What it goes by."""
        return self.value.removeprefix("-")

    @property
    def descending(self) -> bool:
        """Whether the largest comes first."""
        return self.value.startswith("-")


class IncidentSort(_Named):
    """Orders of incidents.

    urgency: what is not over first, by severity, by when memory is expected to run out. limit_at: by the latter alone;
    where there is no limit it comes last, with "-" first. growth: of one leaking pod.
    """

    URGENCY = "urgency"
    LEAST_URGENT = "-urgency"
    LIMIT_SOONEST = "limit_at"
    LIMIT_LATEST = "-limit_at"
    SLOWEST = "growth"
    FASTEST = "-growth"
    LEAST_PROBABLE = "probability"
    MOST_PROBABLE = "-probability"
    OPENED_FIRST = "opened_at"
    OPENED_LAST = "-opened_at"
    CHANGED_FIRST = "updated_at"
    CHANGED_LAST = "-updated_at"
    OLDEST = "id"
    NEWEST = "-id"


class WorkloadSort(_Named):
    """Orders of workloads' containers.

    growth: of one pod; limit_at: when memory is expected to run out, where it is not it comes last, with "-" first;
    judged_at: the end of the window last judged.
    """

    LEAST_PROBABLE = "probability"
    MOST_PROBABLE = "-probability"
    SLOWEST = "growth"
    FASTEST = "-growth"
    LIMIT_SOONEST = "limit_at"
    LIMIT_LATEST = "-limit_at"
    JUDGED_FIRST = "judged_at"
    JUDGED_LAST = "-judged_at"
    OLDEST = "id"
    NEWEST = "-id"


class IdSort(_Named):
    """Orders of what is only ever added."""

    OLDEST = "id"
    NEWEST = "-id"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended, in some order: the last item's id and key. group: its rank in an order by urgency, else 0.

    value: in the key's unit (unix seconds, bytes/hour, a probability); None where the item has none, or the key is id.
    """

    id: int
    value: float | None = None
    group: int = 0

    def sorted_by(self) -> tuple[int, bool, float, int]:
        """What it is compared by; nothing comes after something."""
        return self.group, self.value is None, 0.0 if self.value is None else self.value, self.id
