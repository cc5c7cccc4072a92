"""A gate: whether a canary may go on, asked of one workload, and what came of it. Nothing of it is kept."""

from dataclasses import dataclass

from app.domain.scan import Problem
from detectors.canary.outcome import Comparison, Outcome
from detectors.judgement import Reason

# What may be asked for in place of a revision's name: what runs now, by the cluster's word or by what was started last.
STABLE, CANARY = "stable", "canary"


@dataclass(frozen=True, slots=True)
class Question:
    """Which canary is meant, and which stable revision it is compared with.

    container: None for all of the workload's; stable, canary: a revision by any of its names, or the words above;
    stable_workload: where the stable revision runs, if that is another workload of the same namespace
    """

    namespace: str
    workload: str
    stable: str = STABLE
    canary: str = CANARY
    container: str | None = None
    stable_workload: str | None = None
    cluster: str = ""

    @property
    def workload_of_stable(self) -> str:
        """Where the stable revision runs."""
        return self.stable_workload or self.workload


@dataclass(frozen=True, slots=True)
class ContainerGate:
    """One container of the workload. stable, canary: what findings call the two revisions, None where they do not."""

    container: str
    stable: str | None
    canary: str | None
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a question. at: end of the window, unix seconds; the workload's containers, the deciding one first.

    unread: why nothing could be compared; there are no containers then.
    """

    question: Question
    at: float
    containers: tuple[ContainerGate, ...]
    problems: tuple[Problem, ...] = ()
    unread: Reason | None = None

    @property
    def outcome(self) -> Outcome:
        """The worst of all containers; nothing read is inconclusive."""
        return self.containers[0].comparison.outcome if self.containers else Outcome.INCONCLUSIVE

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Of what decided."""
        if self.containers:
            return self.containers[0].comparison.reasons
        return () if self.unread is None else (self.unread,)

    @property
    def probability(self) -> float:
        """That the canary grows where the stable did not, of the deciding container; 0 where nothing could be read."""
        return self.containers[0].comparison.probability if self.containers else 0.0

    @property
    def seconds_until_more(self) -> float | None:
        """When to ask again, where waiting helps: as soon as any container that is open may be told."""
        open_ones = [one.comparison for one in self.containers if one.comparison.outcome is Outcome.INCONCLUSIVE]
        waits = [one.seconds_until_more for one in open_ones if one.seconds_until_more is not None]
        return min(waits, default=None)


_SEVERITY = {Outcome.FAIL: 0, Outcome.INCONCLUSIVE: 1, Outcome.PASS: 2}


def by_severity(containers: list[ContainerGate]) -> tuple[ContainerGate, ...]:
    """Failing ones first, then those that cannot be told, each by probability: the first decides."""

    def key(one: ContainerGate) -> tuple[int, float, str]:
        return _SEVERITY[one.comparison.outcome], -one.comparison.probability, one.container

    return tuple(sorted(containers, key=key))
