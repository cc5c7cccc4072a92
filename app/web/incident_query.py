"""What of the incidents a page shows, as its address says it; links to it keep the rest as it is."""

from collections.abc import Container, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any, Self
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from app.domain.finding import Severity
from app.domain.incident import IncidentFilter, IncidentState
from app.domain.listing import IncidentSort

_LONGEST = 255
ACTIVE = "active"
ALL = "all"
# What each choice of a state shows.
STATES: dict[str, tuple[IncidentState, ...]] = {
    ACTIVE: (IncidentState.OPEN, IncidentState.ACKNOWLEDGED),
    IncidentState.OPEN.value: (IncidentState.OPEN,),
    IncidentState.ACKNOWLEDGED.value: (IncidentState.ACKNOWLEDGED,),
    IncidentState.RESOLVED.value: (IncidentState.RESOLVED,),
    ALL: tuple(IncidentState),
}
SORTS = {
    IncidentSort.URGENCY.value: "Most urgent first",
    IncidentSort.LIMIT_SOONEST.value: "Memory runs out soonest",
    IncidentSort.FASTEST.value: "Grows fastest",
    IncidentSort.MOST_PROBABLE.value: "Most certain first",
    IncidentSort.OPENED_LAST.value: "Opened last",
    IncidentSort.CHANGED_LAST.value: "Changed last",
}
SILENCED = {"": "Silenced or not", "no": "Not silenced", "yes": "Silenced"}
SEVERITIES = tuple(one.value for one in Severity)
# What has no field of its own in the form, and is shown where it is set, to be taken away.
_NAMES = ("cluster", "namespace", "workload", "container", "revision", "assignee")


@dataclass(frozen=True, slots=True)
class IncidentQuery:
    """All are texts as the address has them; "" is any. A value that cannot be is taken for the usual one."""

    state: str = ACTIVE
    severity: str = ""
    q: str = ""
    cluster: str = ""
    namespace: str = ""
    workload: str = ""
    container: str = ""
    revision: str = ""
    assignee: str = ""
    silenced: str = ""
    sort: str = IncidentSort.URGENCY.value
    cursor: str = ""

    @classmethod
    def of(cls, given: QueryParams) -> Self:
        """What an address asks for."""
        return cls(**told_of(cls(), given, state=STATES, severity=SEVERITIES, silenced=SILENCED, sort=SORTS))

    @property
    def wanted(self) -> IncidentFilter:
        """What storage is asked for."""
        return IncidentFilter(
            states=tuple(one.value for one in STATES[self.state]),
            severities=(self.severity,) if self.severity else (),
            cluster=self.cluster or None,
            namespace=self.namespace or None,
            workload=self.workload or None,
            container=self.container or None,
            revision=self.revision or None,
            assignee=self.assignee or None,
            text=self.q or None,
        )

    @property
    def is_silenced(self) -> bool | None:
        """Whether only what is silenced is wanted, or only the others."""
        return {"yes": True, "no": False}.get(self.silenced)

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but a state and an order is asked for."""
        return replace(self, state=ACTIVE, sort=IncidentSort.URGENCY.value, cursor="") != IncidentQuery()

    def but(self, **changes: str) -> str:
        """The address of the same with some of it changed, from its first page on where no cursor is given."""
        changed, usual = replace(self, **{"cursor": "", **changes}), IncidentQuery()
        told = {one.name: getattr(changed, one.name) for one in fields(self)}
        query = urlencode({name: value for name, value in told.items() if value != getattr(usual, name)})
        return f"/?{query}" if query else "/"

    def chips(self) -> Iterator[tuple[str, str, str]]:
        """Each name that is asked for, its value, and the address without it."""
        for name in _NAMES:
            if value := getattr(self, name):
                yield name, value, self.but(**{name: ""})


def told_of(usual: Any, given: QueryParams, **choices: Container[str]) -> dict[str, str]:
    """The fields of a query's dataclass as an address has them. choices: what some may be; else they are as usual."""
    told = {one.name: plain(given.get(one.name, "")) for one in fields(usual)}
    unknown = [name for name, allowed in choices.items() if told[name] not in allowed]
    return told | {name: getattr(usual, name) for name in unknown}


def plain(text: str) -> str:
    """What may stand in a name, of a text that an address gives."""
    return "".join(one for one in text.strip() if one.isprintable())[:_LONGEST]
