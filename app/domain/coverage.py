"""Which of many incidents silences cover, found without holding each silence against each incident. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from app.domain.finding import Identity
from app.domain.silence import Matcher, MatcherLabel, Silence


@dataclass(frozen=True, slots=True)
class Coverable:
    """What silences look at of an incident. suspect: the revision that is suspected."""

    id: int
    identity: Identity
    suspect: str | None


@dataclass(slots=True)
class Coverage:
    """Incidents by the values of their labels: a matcher is held against each value once, however many have it."""

    ids: frozenset[int]
    _by_value: dict[MatcherLabel, dict[str, set[int]]]
    _known: dict[Matcher, frozenset[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, incidents: Iterable[Coverable]) -> "Coverage":
        """The incidents to look among."""
        by_value: dict[MatcherLabel, dict[str, set[int]]] = {one: defaultdict(set) for one in MatcherLabel}
        ids = set()
        for one in incidents:
            ids.add(one.id)
            by_value[MatcherLabel.CLUSTER][one.identity.cluster].add(one.id)
            by_value[MatcherLabel.NAMESPACE][one.identity.namespace].add(one.id)
            by_value[MatcherLabel.WORKLOAD][one.identity.workload].add(one.id)
            by_value[MatcherLabel.CONTAINER][one.identity.container].add(one.id)
            by_value[MatcherLabel.REVISION][one.suspect or ""].add(one.id)
        return cls(frozenset(ids), by_value)

    def met(self, matcher: Matcher) -> frozenset[int]:
        """The ids of the incidents that meet one matcher."""
        if matcher not in self._known:
            values = self._by_value[matcher.name]
            self._known[matcher] = frozenset().union(*(ids for value, ids in values.items() if matcher.matches(value)))
        return self._known[matcher]

    def covered(self, silence: Silence) -> frozenset[int]:
        """The ids of the incidents that a silence is about, whether it is in force or not; see Silence.covers."""
        if silence.incident_id is not None:
            return self.ids & {silence.incident_id}
        return self.all_met(silence.matchers)

    def all_met(self, matchers: Iterable[Matcher]) -> frozenset[int]:
        """The ids of the incidents that meet all of these matchers; none where there is no matcher."""
        met = sorted((self.met(one) for one in matchers), key=len)
        return met[0].intersection(*met[1:]) if met else frozenset()
