"""`make bench-gate`: which leaking canaries are told, how early, and how many healthy ones fail for nothing."""

import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

from bench.canaries.measure import AGES, WATCHED, Seen, seen
from bench.canaries.pairs import BASES, KINDS, Kind, pair
from bench.canaries.rules import RULES
from bench.report import RESULTS, keep, machine, table
from detectors.canary.outcome import Outcome

# Seeds that no constant of the comparison was chosen on.
_SEEDS = range(1000, 1003)
_RATES = (0.03, 0.1, 0.3, 1.0)
_PROCESSES = 2
# A look at a rollout takes a tenth of a second: the whole some minutes, of which a line tells each twentieth.
_AT_ONCE = 5
_LINES = 20

_Job = tuple[str, Kind, int, float]


def main() -> None:
    """Print the tables, and write them down."""
    wanted = list(jobs())
    with ProcessPoolExecutor(_PROCESSES) as pool:
        found = list(_counted(pool.map(_seen, wanted, chunksize=_AT_ONCE), len(wanted)))
    keep(RESULTS, "The gate for rollouts", text_of(found))


def jobs() -> Iterator[_Job]:
    """Every base with every way in which a canary differs, and with a leak of each rate."""
    for seed in _SEEDS:
        for base in BASES:
            yield from ((base, kind, seed, 0.0) for kind in KINDS)
            yield from ((base, KINDS[0], seed, rate) for rate in _RATES)


def _counted(found: Iterable[Seen], of: int) -> Iterator[Seen]:
    """The same, and to standard error how far it has come."""
    began = time.monotonic()
    for number, one in enumerate(found, start=1):
        if number * _LINES // of > (number - 1) * _LINES // of:
            print(f"{number} of {of} rollouts after {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
        yield one


def text_of(found: Sequence[Seen]) -> str:
    """The section."""
    healthy, leaking = [one for one in found if not one.rate], [one for one in found if one.rate]
    ever = sum(any(one.outcomes[age] is Outcome.FAIL for age in WATCHED) for one in healthy)
    said = (
        f"{machine()} {len(found)} simulated rollouts of {len(BASES)} kinds of memory behaviour, each sampled every "
        f"half minute, with one to eight stable pods that started hours or days before and one to five of the canary. "
        f"{len(healthy)} canaries are healthy: the same program, one that needs more or less, warms up by more, is "
        f"given its traffic step by step, or has another load. {len(leaking)} leak, by the share of their level an "
        "hour that is given. Leaks that a heap still hides count as leaks. Most of these behaviours are harsher than a "
        "usual service: collections, caches that fill and daily load move memory by tens of percent."
    )
    watched = f"Watched every five minutes for an hour, {ever} of {len(healthy)} healthy canaries ever fail."
    return "\n\n".join([said, _outcomes(healthy, leaking), watched, _rules(healthy, leaking)])


def _outcomes(healthy: Sequence[Seen], leaking: Sequence[Seen]) -> str:
    header = ["canary", *(f"{_age(age)}: pass / fail / open" for age in AGES)]
    rows = [["healthy", *(_three(healthy, age) for age in AGES)]]
    for rate in _RATES:
        these = [one for one in leaking if one.rate == rate]
        rows.append([f"leaks {rate:.0%} an hour", *(_three(these, age) for age in AGES)])
    return table(header, rows)


def _rules(healthy: Sequence[Seen], leaking: Sequence[Seen]) -> str:
    def ours(one: Seen, age: int) -> bool:
        return one.outcomes[age] is Outcome.FAIL

    def of(name: str) -> Callable[[Seen, int], bool]:
        return lambda one, age: name in one.failed_by[age]

    methods = {"leakwatch gate": ours, **{name: of(name) for name in RULES}}
    header = ["fails", *(f"{_age(age)}: healthy / leaking" for age in AGES)]
    rows = [
        [name, *(f"{_share(healthy, age, fails)} / {_share(leaking, age, fails)}" for age in AGES)]
        for name, fails in methods.items()
    ]
    return table(header, rows)


def _share(these: Sequence[Seen], age: int, fails: Callable[[Seen, int], bool]) -> str:
    return f"{sum(fails(one, age) for one in these) / max(len(these), 1):.1%}"


def _three(these: Sequence[Seen], age: int) -> str:
    shares = (sum(one.outcomes[age] is outcome for one in these) / max(len(these), 1) for outcome in _ORDER)
    return " / ".join(f"{share:.1%}" for share in shares)


_ORDER = (Outcome.PASS, Outcome.FAIL, Outcome.INCONCLUSIVE)


def _age(minutes: int) -> str:
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"


def _seen(job: _Job) -> Seen:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return next(seen([pair(*job)]))


if __name__ == "__main__":
    main()
