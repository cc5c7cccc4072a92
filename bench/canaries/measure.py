"""Looks at simulated rollouts as they go on, and what each method says at each."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from bench.canaries.pairs import Pair
from bench.canaries.rules import RULES
from bench.cases.panels import until
from detectors.canary.compare import compare
from detectors.canary.lives import lives_of
from detectors.canary.outcome import Outcome

# Minutes of the canary's age. The first hour is watched every five minutes, as a rollout's analysis does.
WATCHED = tuple(range(10, 61, 5))
AGES = (10, 30, 60, 360)


@dataclass(frozen=True, slots=True)
class Seen:
    """One rollout as it went on: by the canary's age, minutes, what leakwatch said, its probability, and which rules
    would have failed it."""

    base: str
    kind: str
    rate: float
    outcomes: dict[int, Outcome]
    probabilities: dict[int, float]
    failed_by: dict[int, frozenset[str]]


def seen(pairs: Iterable[Pair]) -> Iterator[Seen]:
    """Each rollout, looked at while it goes on."""
    for pair in pairs:
        outcomes, probabilities, failed_by = {}, {}, {}
        for minutes in sorted({*WATCHED, *AGES}):
            panel = until(pair.panel, pair.canary_at + minutes * 60)
            stable = lives_of(panel, np.flatnonzero(panel.revision == 0))
            canary = lives_of(panel, np.flatnonzero(panel.revision == 1))
            comparison = compare(stable, canary)
            outcomes[minutes], probabilities[minutes] = comparison.outcome, comparison.probability
            if minutes in AGES:
                failed_by[minutes] = frozenset(name for name, rule in RULES.items() if rule(stable, canary))
        yield Seen(pair.base, pair.kind, pair.rate, outcomes, probabilities, failed_by)
