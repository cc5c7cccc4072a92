"""The verdict on each subject of a panel: floors, records and trends of lifetimes, pooled over pods."""

import numpy as np

from detectors import reasons
from detectors.exhibit import exhibit
from detectors.growth import Growth, growth_of
from detectors.judgement import Judgement, MemoryKind, Reason, Verdict
from detectors.options import Options
from detectors.panel import Ints, Panel
from detectors.pool import Pooled, climbing, oom_loop, same_slope
from detectors.scene import Scene
from detectors.suspect import suspect_revision

# Where something plainly speaks against a leak, evidence of growth leaves no more than this probability.
_CONTRADICTED = 0.2
# A pool whose youngest grown lifetime grows by less than this share of the pool's rate leaked once, and no longer.
_STILL_GROWS_RATIO = 0.25


def judge(panel: Panel, options: Options | None = None) -> list[Judgement]:
    """One judgement a subject, in order of `panel.subject`'s numbers. Never raises for what the samples hold.

    Assumes that growth which is a leak goes beyond every level of its lifetime, at a given load, and goes on. Blind to
    leaks that no sample shows (a heap that grows inside memory the runtime has already taken).
    """
    options = options or Options()
    subjects = int(panel.subject.max(initial=-1)) + 1
    # Infinite, negative and absurd samples are as good as none.
    with np.errstate(invalid="ignore", over="ignore"):
        scene = Scene.of(_cleaned(panel), options)
        return [_judge_subject(scene, subject, members) for subject, members in enumerate(scene.members(subjects))]


def _cleaned(panel: Panel) -> Panel:
    def clean(values: np.ndarray) -> np.ndarray:
        return np.where((values >= 0) & (values < 2.0**60), values, np.nan)

    return Panel(
        grid=panel.grid,
        working_set=clean(panel.working_set),
        rss=clean(panel.rss),
        cache=clean(panel.cache),
        cpu=clean(panel.cpu),
        start_time=clean(panel.start_time),
        restarts=clean(panel.restarts),
        oom_killed=panel.oom_killed,
        limit=clean(panel.limit),
        subject=panel.subject,
        revision=panel.revision,
        history=panel.history,
        accepted=panel.accepted,
    )


def _judge_subject(scene: Scene, subject: int, members: Ints) -> Judgement:
    running = members[scene.running[members]]
    if running.size == 0:
        text = "no samples in the window" if members.size == 0 else "no pod of it runs any more, or none is scraped"
        code = "no_samples" if members.size == 0 else "no_recent_samples"
        return _untold(scene, subject, members, Reason(code, text))
    grown = running[scene.evidence.span_hours[running] >= scene.options.min_hours]
    pool = _pool(scene, members, grown)
    probability = scene.evidence.probability
    alone = float(probability[grown].max(initial=0.0))
    if pool is not None and pool.probability > alone:
        lifetime = _nearest_to_limit(scene, running)
        return _verdict(scene, subject, members, running, lifetime, pool, pool.probability)
    if grown.size == 0:
        return _untold(scene, subject, members, reasons.too_young(scene, members))
    lifetime = int(grown[np.lexsort((grown, -scene.evidence.trend.slope[grown], -probability[grown]))[0]])
    return _verdict(scene, subject, members, running, lifetime, None, alone)


def _pool(scene: Scene, members: Ints, grown: Ints) -> Pooled | None:
    """The lifetimes laid over each other, unless the present ones have long stopped growing."""
    pool = climbing(
        [same_slope(scene.evidence, members), oom_loop(scene.blocks, scene.lifetimes, scene.panel.limit, members)]
    )
    if pool is None or grown.size == 0:
        return pool
    present = float(scene.evidence.trend.slope[grown].max())
    return pool if present >= _STILL_GROWS_RATIO * pool.growth else None


def _verdict(
    scene: Scene,
    subject: int,
    members: Ints,
    running: Ints,
    lifetime: int,
    pool: Pooled | None,
    probability: float,
) -> Judgement:
    growth = growth_of(scene, lifetime, pool)
    held_before = _held_before(scene, lifetime) if pool is None else None
    if not growth.matters or held_before is not None:
        probability = min(probability, _CONTRADICTED)
    leaks = probability >= scene.options.threshold
    leaking = _leaking_rows(scene, running, lifetime, pool) if leaks else set()
    if leaks:
        said = reasons.for_leak(scene, lifetime, growth, pool, len(leaking), _pods(scene, running))
    else:
        said = reasons.against_leak(scene, lifetime, growth, held_before)
    cache = reasons.page_cache(scene, lifetime)
    kind = MemoryKind.KERNEL if leaks and reasons.rises_by_kernel(scene, lifetime) else MemoryKind.ANON
    if cache is not None and not leaks:
        said, kind = [cache, *said], MemoryKind.PAGE_CACHE
    return _judgement(
        scene,
        subject,
        members,
        running,
        verdict=Verdict.LEAK if leaks else Verdict.HEALTHY,
        probability=probability,
        growth=growth,
        kind=kind,
        leaking=leaking,
        suspect=suspect_revision(scene, members, pool) if leaks else None,
        said=said,
    )


def _untold(scene: Scene, subject: int, members: Ints, reason: Reason) -> Judgement:
    return _judgement(
        scene,
        subject,
        members,
        members[scene.running[members]],
        verdict=Verdict.INSUFFICIENT_DATA,
        probability=0.0,
        growth=None,
        kind=MemoryKind.ANON,
        leaking=set(),
        suspect=None,
        said=[reason],
    )


def _judgement(
    scene: Scene,
    subject: int,
    members: Ints,
    running: Ints,
    *,
    verdict: Verdict,
    probability: float,
    growth: Growth | None,
    kind: MemoryKind,
    leaking: set[int],
    suspect: int | None,
    said: list[Reason],
) -> Judgement:
    lifetimes = scene.lifetimes
    rows = lifetimes.row[members]
    # The limit of a pod that runs now; of the largest where they differ.
    limits = scene.panel.limit[lifetimes.row[running] if running.size else rows]
    limits = limits[np.isfinite(limits)]
    last = scene.memory[lifetimes.row[running], lifetimes.last[running]]
    leaks = verdict is Verdict.LEAK and growth is not None
    return Judgement(
        subject=subject,
        verdict=verdict,
        probability=probability,
        growth_bytes_per_hour=growth.rate if growth else 0.0,
        growth_interval=(growth.low, growth.high) if growth else (0.0, 0.0),
        onset_at=growth.onset if leaks and growth else None,
        current_bytes=float(last.max(initial=0.0)),
        limit_bytes=float(limits.max()) if limits.size else None,
        time_to_limit=growth.time_to_limit if leaks and growth else None,
        memory_kind=kind,
        pods_observed=_pods(scene, running),
        pods_leaking=len(leaking),
        restarts=int(lifetimes.ended[members].sum()),
        oom_kills=int(lifetimes.killed[members].sum()),
        suspect_revision=suspect,
        reasons=tuple(said),
        evidence=exhibit(scene, members, leaking) if leaks or scene.options.explain else (),
    )


def _pods(scene: Scene, lifetimes: Ints) -> int:
    return int(np.unique(scene.lifetimes.row[lifetimes]).size)


def _leaking_rows(scene: Scene, running: Ints, lifetime: int, pool: Pooled | None) -> set[int]:
    rows = scene.lifetimes.row
    leaking = {int(rows[one]) for one in running if scene.evidence.probability[one] >= scene.options.threshold}
    if pool is not None:
        # Who follows a lifetime that leaked, in the same row or as its replacement, leaks too.
        pooled_rows = set(rows[list(pool.lifetimes)].tolist())
        leaking |= {int(rows[one]) for one in running if int(rows[one]) in pooled_rows}
    return leaking | {int(rows[lifetime])}


def _nearest_to_limit(scene: Scene, running: Ints) -> int:
    last = scene.memory[scene.lifetimes.row[running], scene.lifetimes.last[running]]
    return int(running[int(np.argmax(last))])


def _held_before(scene: Scene, lifetime: int) -> float | None:
    """The floor that the same lifetime held before the window, where it is no lower than today's."""
    history = scene.panel.history
    if history is None or not scene.lifetimes.count:
        return None
    row, began = int(scene.lifetimes.row[lifetime]), float(scene.lifetimes.began[lifetime])
    blocks = history.low.shape[1]
    begins = scene.panel.grid.start - history.step * np.arange(blocks, 0, -1)
    past = history.low[row][(begins >= began) & np.isfinite(history.low[row])]
    if past.size == 0:
        return None
    highest, (now, _) = float(past.max()), scene.latest(lifetime)
    return highest if highest >= now else None
