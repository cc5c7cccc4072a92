"""What of the fleet a page shows, as its address says it; links to it keep the rest as it is."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Self
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from app.domain.fleet import Share
from app.domain.listing import WorkloadSort
from app.domain.workload import WorkloadFilter
from app.web.incident_query import told_of

MAP, LIST, REJECTED = "map", "list", "rejected"
VIEWS = {MAP: "Map", LIST: "List", REJECTED: "Grew, but no leak"}
SORTS = {
    WorkloadSort.FASTEST.value: "Largest growth",
    WorkloadSort.LIMIT_SOONEST.value: "Nearest limit",
    WorkloadSort.MOST_PROBABLE.value: "Most certain",
}
# How each share is called, and what belongs to it.
SHARES: dict[str, tuple[str, str]] = {
    Share.LEAK.value: ("leaking", "Judged to leak: the probability is 50\N{NO-BREAK SPACE}% or more"),
    Share.SUSPECTED.value: (
        "suspected",
        "Not enough for a leak, yet 20\N{NO-BREAK SPACE}% or more: no reason plainly speaks against it",
    ),
    Share.HEALTHY.value: ("healthy", "Its memory comes to rest, falls back, or follows its load"),
    Share.INSUFFICIENT_DATA.value: ("cannot tell", "Too young, or without samples: nothing can be said of it yet"),
    Share.NO_LIMIT.value: ("no limit", "Without a memory limit a leak takes the node's memory, and no end can be told"),
    Share.PARTLY_READ.value: ("partly read", "Prometheus gave not all samples: such a verdict closes no incident"),
}
# What is said first of growth that is no leak, in a few words.
REASONS = {
    "plateau": "came to rest",
    "growth_decays": "growth comes to an end",
    "page_cache": "page cache alone grew",
    "fell_back": "falls back again",
    "steps": "a step or two",
    "growth_too_slow": "too slow to matter",
    "load_explains": "load explains it",
    "refills": "refills to where it was",
    "like_its_replicas": "does as its replicas do",
    "moved_between_replicas": "gains what other replicas lose",
    "limit_below_rest": "its limit is below what it needs",
    "as_many_fall": "of its replicas as many fall as rise",
    "alike_each_lifetime": "does as its other lifetimes do",
    "level_held_before": "held as much before",
    "same_hour_as_high": "as high at this hour before",
    "no_clear_trend": "no clear trend",
    "accepted": "accepted by a person",
}


@dataclass(frozen=True, slots=True)
class FleetQuery:
    """All are texts as the address has them; "" is any. A value that cannot be is taken for the usual one."""

    view: str = MAP
    verdict: str = ""
    reason: str = ""
    q: str = ""
    cluster: str = ""
    namespace: str = ""
    sort: str = WorkloadSort.FASTEST.value
    cursor: str = ""

    @classmethod
    def of(cls, given: QueryParams) -> Self:
        """What an address asks for."""
        told = told_of(cls(), given, view=VIEWS, verdict=SHARES, sort=SORTS)
        if told["view"] == REJECTED:
            told["verdict"] = ""
        else:
            told["reason"] = ""
        if told["view"] == MAP:
            told["cursor"] = ""
        return cls(**told)

    @property
    def wanted(self) -> WorkloadFilter:
        """What storage is asked for."""
        share = Share.REJECTED if self.view == REJECTED else (Share(self.verdict) if self.verdict else None)
        return WorkloadFilter(
            cluster=self.cluster or None,
            namespace=self.namespace or None,
            text=self.q or None,
            share=share,
            reason=self.reason or None,
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but a view and an order is asked for."""
        usual = FleetQuery()
        return replace(self, view=usual.view, sort=usual.sort, cursor="") != usual

    def but(self, **changes: str) -> str:
        """The address of the same with some of it changed, from its first page on where no cursor is given."""
        changed, usual = replace(self, **{"cursor": "", **changes}), FleetQuery()
        told = {one.name: getattr(changed, one.name) for one in fields(self)}
        query = urlencode({name: value for name, value in told.items() if value != getattr(usual, name)})
        return f"/fleet?{query}" if query else "/fleet"

    def chips(self) -> Iterator[tuple[str, str, str]]:
        """Each thing that is asked for, its value in words, and the address without it."""
        words = {"verdict": SHARES.get(self.verdict, ("",))[0], "reason": reason_words(self.reason)}
        for name, label in (("verdict", "shows"), ("reason", "because"), ("cluster", "cluster"), ("namespace",) * 2):
            if value := getattr(self, name):
                yield label, words.get(name, value), self.but(**{name: ""})


def reason_words(code: str) -> str:
    """What a reason's code means, in a few words."""
    return REASONS.get(code, code.replace("_", " "))
