"""The verdict on each subject of a panel: floors of lifetimes, their shapes and valleys, pooled over pods and lives."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from detectors import reasons
from detectors.acceptance import highest_floor, weigh
from detectors.coefficients import UNTOLD_PROBABILITY
from detectors.evidence import grows_at_all
from detectors.exhibit import exhibit
from detectors.figures import figures
from detectors.growth import Growth, growths_of, onset_interval, pooled_growth, since
from detectors.held import Held, held_before
from detectors.judgement import Judgement, MemoryKind, Reason, Verdict
from detectors.lowered import Lowered, killed_below_rest
from detectors.options import Options
from detectors.outlook import CLIMBED
from detectors.panel import Accepted, Bools, Ints, Panel
from detectors.pool import Pooled, climbing, loop_since_calm, oom_loop, outlasts, restart_loop, same_slope
from detectors.scene import Scene, scenes_of
from detectors.suspect import suspect_revision
from detectors.terms import leaders_terms
from detectors.workload import told_alone, workload_probability

# Where something plainly speaks against a leak, evidence of growth leaves no more than this probability.
CONTRADICTED = 0.1
# A lifetime that alone says so much needs no others.
_PLAIN = 0.9
# A pool whose youngest grown lifetime grows by less than this share of the pool's rate leaked once, and no longer.
_STILL_GROWS_RATIO = 0.25


@dataclass(frozen=True, slots=True)
class _Case:
    """One subject of a scene: its lifetimes, those that run, the one that tells most, and what all tell together.

    contradicted: what lifetimes say together where they take back what the one that tells most says alone
    lowered: lifetimes that a limit ended below where earlier ones rested, which tell nothing of a leak
    """

    subject: int
    members: Ints
    running: Ints
    lifetime: int
    pooled: Pooled | None
    probability: float
    contradicted: Pooled | None = None
    lowered: Lowered | None = None


def judge(panel: Panel, options: Options | None = None) -> list[Judgement]:
    """One judgement a subject, in order of `panel.subject`'s numbers. Never raises for what the samples hold.

    Assumes that growth which is a leak lifts the level below which memory never falls again, at a given load, in all
    parts of the window, and goes on. Blind to leaks that no sample shows (a heap that grows inside memory the runtime
    has already taken).
    """
    options = options or Options()
    told: list[Judgement] = []
    with np.errstate(invalid="ignore", over="ignore"):
        for scene in scenes_of(panel, options):
            told += _judged(scene)
    return told


def judge_again(
    panel: Panel, told: Sequence[Judgement], subjects: Sequence[int], options: Options | None = None
) -> list[Judgement]:
    """What was told of a panel, with these of its subjects judged anew: of the others nothing has come to be known."""
    again = np.intersect1d(np.array(subjects, dtype=np.int64), panel.subject)  # one without rows is told already
    rows = np.flatnonzero(np.isin(panel.subject, again))
    accepted = panel.accepted and Accepted(panel.accepted.growth[again], panel.accepted.level[again])
    part = replace(panel.take(rows), subject=np.searchsorted(again, panel.subject[rows]), accepted=accepted)
    whole = list(told)
    for subject, one in zip(again.tolist(), judge(part, options), strict=True):
        evidence = tuple(replace(row, row=int(rows[row.row])) for row in one.evidence)
        whole[subject] = replace(one, subject=subject, evidence=evidence)
    return whole


def _judged(scene: Scene) -> list[Judgement]:
    cases = [_case(scene, subject, members) for subject, members in enumerate(scene.members())]
    alone = [case for case in cases if isinstance(case, _Case) and case.pooled is None]
    lifetimes = np.array([case.lifetime for case in alone], dtype=np.int64)
    growths = growths_of(
        scene, lifetimes, np.array([_in_place(scene, case.running, case.lifetime) for case in alone], dtype=np.int64)
    )
    told = []
    for case in cases:
        if isinstance(case, _Untold):
            told.append(_untold(scene, case))
        elif case.pooled is None:
            told.append(_verdict(scene, case, growths[case.lifetime]))
        else:
            told.append(_verdict(scene, case, pooled_growth(scene, case.lifetime, case.pooled)))
    return told


@dataclass(frozen=True, slots=True)
class _Untold:
    """One subject of which nothing can be told, and why."""

    subject: int
    members: Ints
    running: Ints
    reason: Reason


def _case(scene: Scene, subject: int, members: Ints) -> _Case | _Untold:
    running = members[scene.running[members]]
    if running.size == 0:
        text = "no samples in the window" if members.size == 0 else "no pod of it runs any more, or none is scraped"
        code = "no_samples" if members.size == 0 else "no_recent_samples"
        return _Untold(subject, members, running, Reason(code, text))
    grown = scene.telling(members)
    plain = grown[scene.evidence.probability[grown] >= _PLAIN]
    lowered = killed_below_rest(scene, members)
    lives = members if lowered is None else np.setdiff1d(members, lowered.lives)
    idle = plain[scene.running[plain] & ~_stand(scene, members, plain)]
    plain = np.setdiff1d(plain, idle)
    slopes = None
    if not scene.running[plain].any() and not _came_to_limit(scene, plain):
        # What a long life that is over says so plainly may be little, and nothing of a loop that has begun since.
        slopes = None if plain.size else same_slope(scene, lives)
        loops = loop_since_calm(scene, lives) if plain.size else oom_loop(scene, lives)
        if all(one is None or one.log_odds <= 0 for one in (slopes, loops)) and not plain.size:
            slopes = restart_loop(scene, lives) or leaders_terms(scene, lives) or slopes
        pooled = climbing([slopes, loops])
        if pooled is not None and pooled.log_odds > 0 and _still_grows(scene, running, grown, pooled):
            probability = workload_probability(scene, np.setdiff1d(grown, idle), slopes, loops)
            present = _run_again(scene, running, pooled)
            present = present if present.size else running
            return _Case(subject, members, running, _nearest_to_limit(scene, present), pooled, probability)
    if grown.size == 0:
        grown = scene.unmended(members)
    if grown.size == 0:
        said = reasons.limit_below_rest(lowered) if lowered and lowered.goes_on else reasons.too_young(scene, members)
        return _Untold(subject, members, running, said)
    alone = told_alone(scene, grown, slopes)
    told = np.flatnonzero(alone >= scene.options.threshold)
    stand = _stand(scene, members, grown[told])
    if stand.any():
        alone[told[~stand]] = CONTRADICTED
    # Where none leaks, of one that gained what others lost, or rose as others fell, it is told, and not of those.
    elsewhere = ~(scene.moved[grown] | scene.by_chance[grown]) | bool(alone.max() >= scene.options.threshold)
    best = int(np.lexsort((grown, -scene.evidence.slope[grown], -alone, elsewhere))[0])
    lifetime, probability = int(grown[best]), float(alone[best])
    spared = probability < scene.options.threshold <= float(scene.evidence.probability[lifetime])
    # Who leaks, and since which revision, is asked of what stands.
    scene.evidence.probability[grown] = alone
    return _Case(subject, members, running, lifetime, None, probability, slopes if spared else None, lowered)


def _stand(scene: Scene, members: Ints, lives: Ints) -> Bools:
    """Which of the lives that say that they leak would stand as one that does, shape (lives,).

    Of replicas the plainest may grow by too little to matter, or to where it stood before, and must not speak for one
    that leaks beside it.
    """
    if members.size < 2 or lives.size == 0:
        return np.ones(lives.shape, dtype=bool)
    running = members[scene.running[members]]
    growths = growths_of(scene, lives, np.array([_in_place(scene, running, one) for one in lives.tolist()]))
    return np.array([not _contradicted(scene, members, one, growth)[0] for one, growth in growths.items()])


def _contradicted(scene: Scene, members: Ints, lifetime: int, growth: Growth) -> tuple[bool, Held | None]:
    """Whether something plainly speaks against a leak of a lifetime by itself; the level that was held before."""
    held = held_before(scene, members, lifetime, growth)
    return not growth.matters or held is not None or not grows_at_all(scene.evidence, lifetime), held


def _came_to_limit(scene: Scene, lifetimes: Ints) -> bool:
    """Whether the floor of one of these was near its limit when it ended."""
    limit = scene.panel.limit[scene.lifetimes.row[lifetimes]]
    return any(scene.latest(int(one), 1)[0] >= CLIMBED * most for one, most in zip(lifetimes, limit, strict=True))


def _run_again(scene: Scene, running: Ints, pooled: Pooled) -> Ints:
    """Those of the lives that run whose pod was killed, where such lives were laid over each other."""
    rows = scene.lifetimes.row
    again: Ints = running[np.isin(rows[running], rows[list(pooled.lifetimes)])]
    return again if pooled.restarted else running[:0]


def _still_grows(scene: Scene, running: Ints, grown: Ints, pooled: Pooled) -> bool:
    """Whether the lives that run go on as those laid over each other did, as far as they are told.

    Where pods were killed and run again it is theirs that are asked, one by one: one replica of many may leak alone.
    One that is too young to be told goes on as long as it has not outlasted those before it.
    """
    if pooled.terms:
        return True  # of who stands by nothing is to be seen, and who leads was asked
    grows, slope = _STILL_GROWS_RATIO * pooled.growth, scene.evidence.slope
    again, lives = _run_again(scene, running, pooled), np.array(pooled.lifetimes)
    if again.size:
        told = np.isin(again, grown)
        return any(slope[one] >= grows for one in again[told]) or any(
            not outlasts(scene, int(one), lives) for one in again[~told]
        )
    slope = slope[grown[scene.running[grown]]]
    return slope.size == 0 or float(slope.max()) >= grows


def _verdict(scene: Scene, case: _Case, growth: Growth) -> Judgement:
    lifetime, probability = case.lifetime, case.probability
    alone = case.pooled is None
    against, held = _contradicted(scene, case.members, lifetime, growth) if alone else (not growth.matters, None)
    if against:
        probability = min(probability, CONTRADICTED)
    leaks = probability >= scene.options.threshold
    leaking = _leaking_rows(scene, case) if leaks else set()
    row = int(scene.lifetimes.row[lifetime])
    floor = highest_floor(scene, case.members, leaking or {row})
    limit = float(scene.panel.limit[row])
    weighed = weigh(scene.panel.accepted, case.subject, growth.rate, growth.low, floor, limit) if leaks else None
    if weighed is not None and not weighed.exceeded:
        probability, leaks, leaking = min(probability, CONTRADICTED), False, set()
    cache = reasons.page_cache(scene, lifetime)
    kind = MemoryKind.ANON
    if leaks:
        said = reasons.for_leak(scene, lifetime, growth, case.pooled, len(leaking), _pods(scene, case.running))
        said += reasons.despite(scene, lifetime) if alone else []
        kind = _kind(scene, lifetime)
    else:
        said = reasons.against_leak(scene, lifetime, growth, held)
        if case.contradicted is not None:
            said = [reasons.alike_each_lifetime(case.contradicted), *said]
        if case.lowered and case.lowered.goes_on:
            said = [reasons.limit_below_rest(case.lowered), *said]
        if cache is not None:
            said, kind = [cache, *said], MemoryKind.PAGE_CACHE
    if weighed is not None:
        said = [weighed.reason, *said] if weighed.exceeded else [weighed.reason]
    explain = scene.options.explain
    return Judgement(
        subject=scene.first_subject + case.subject,
        verdict=Verdict.LEAK if leaks else Verdict.HEALTHY,
        probability=probability,
        growth_bytes_per_hour=growth.rate,
        growth_interval=(growth.low, growth.high),
        onset_at=growth.onset if leaks else None,
        current_bytes=_current(scene, case.running),
        limit_bytes=_limit(scene, case.running),
        time_to_limit=growth.time_to_limit if leaks else None,
        memory_kind=kind,
        pods_observed=_pods(scene, case.running),
        pods_leaking=len(leaking),
        restarts=int(scene.lifetimes.ended[case.members].sum()),
        oom_kills=int(scene.lifetimes.killed[case.members].sum()),
        suspect_revision=suspect_revision(scene, case.members, case.pooled) if leaks else None,
        reasons=tuple(said),
        evidence=exhibit(scene, case.members, leaking, {lifetime: growth}) if leaks or explain else (),
        figures=figures(scene, lifetime, case.pooled or case.contradicted) if explain else (),
        floor_bytes=floor if np.isfinite(floor) else None,
        onset_interval=onset_interval(scene, lifetime, case.pooled) if leaks else None,
        current_began_at=_current_began(scene, case.running),
    )


def _untold(scene: Scene, case: _Untold) -> Judgement:
    members, explain = case.members, scene.options.explain
    return Judgement(
        subject=scene.first_subject + case.subject,
        verdict=Verdict.INSUFFICIENT_DATA,
        probability=UNTOLD_PROBABILITY,
        growth_bytes_per_hour=0.0,
        growth_interval=(0.0, 0.0),
        onset_at=None,
        current_bytes=_current(scene, case.running),
        limit_bytes=_limit(scene, case.running if case.running.size else members),
        time_to_limit=None,
        memory_kind=MemoryKind.ANON,
        pods_observed=_pods(scene, case.running),
        pods_leaking=0,
        restarts=int(scene.lifetimes.ended[members].sum()),
        oom_kills=int(scene.lifetimes.killed[members].sum()),
        suspect_revision=None,
        reasons=(case.reason,),
        evidence=exhibit(scene, members, set(), {}) if explain else (),
        current_began_at=_current_began(scene, case.running),
    )


def _current(scene: Scene, running: Ints) -> float:
    last = scene.memory[scene.lifetimes.row[running], scene.lifetimes.last[running]]
    return float(last.max(initial=0.0))


def _current_began(scene: Scene, running: Ints) -> float | None:
    """When the life that `_current` is of began, the largest of those that run; None where that is not known."""
    lifetimes = scene.lifetimes
    if not running.size:
        return None
    largest = running[int(np.argmax(scene.memory[lifetimes.row[running], lifetimes.last[running]]))]
    began = since(scene, int(largest))
    return began if np.isfinite(began) else None


def _limit(scene: Scene, lifetimes: Ints) -> float | None:
    """The limit of a pod that runs now; of the largest where they differ."""
    limits = scene.panel.limit[scene.lifetimes.row[lifetimes]]
    limits = limits[np.isfinite(limits)]
    return float(limits.max()) if limits.size else None


def _pods(scene: Scene, lifetimes: Ints) -> int:
    return len(set(scene.lifetimes.row[lifetimes].tolist()))


def _kind(scene: Scene, lifetime: int) -> MemoryKind:
    if scene.in_files[scene.lifetimes.row[lifetime]]:
        return MemoryKind.PAGE_CACHE
    return MemoryKind.KERNEL if reasons.rises_by_kernel(scene, lifetime) else MemoryKind.ANON


def _leaking_rows(scene: Scene, case: _Case) -> set[int]:
    rows = scene.lifetimes.row
    leaking = {int(rows[one]) for one in case.running if scene.evidence.probability[one] >= scene.options.threshold}
    if case.pooled is not None:
        # Who follows a lifetime that leaked, in the same row or as its replacement, leaks too.
        pooled_rows = set(rows[list(case.pooled.lifetimes)].tolist())
        leaking |= {int(rows[one]) for one in case.running if int(rows[one]) in pooled_rows}
    return leaking | {int(rows[case.lifetime])}


def _in_place(scene: Scene, running: Ints, lifetime: int) -> int:
    """The lifetime, or, where it is over, the running one that is nearest to the limit."""
    return lifetime if scene.running[lifetime] else _nearest_to_limit(scene, running)


def _nearest_to_limit(scene: Scene, running: Ints) -> int:
    last = scene.memory[scene.lifetimes.row[running], scene.lifetimes.last[running]]
    return int(running[int(np.argmax(last))])
