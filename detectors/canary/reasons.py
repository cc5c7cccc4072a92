"""Why a canary passes, fails, or cannot be told yet, in stable codes and plain words."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from detectors.canary.kills import kills_of
from detectors.canary.lives import AgedLife
from detectors.canary.outcome import CanaryOptions
from detectors.canary.told import LASTS, Told
from detectors.judgement import Reason
from detectors.panel import Floats
from detectors.words import amount, percent, span

# A difference of less than that share of the level is none.
_DIFFERS = 0.05
_LESS_LOAD, _MORE_LOAD = 0.67, 1.5


def no_samples(side: Literal["canary", "stable"]) -> Reason:
    """One of the two has nothing to compare."""
    if side == "canary":
        return Reason("no_canary_samples", "there are no samples of the canary in the window")
    return Reason("no_stable_samples", "there are no samples of the stable revision in the window")


def too_young(canary: Sequence[AgedLife], kills: int) -> list[Reason]:
    """The canary has not lived for long enough, or too few samples of it came."""
    age = span(min((life.age for life in canary), default=0.0))
    said = [Reason("too_young", f"the canary is {age} old, and has too few samples to tell growth from its start")]
    return [*said, _some_kills(kills)] if kills else said


def oom_killed(canary: Sequence[AgedLife], stable: Sequence[AgedLife]) -> Reason:
    """It is killed for its memory."""
    mine, theirs = kills_of(canary), kills_of(stable)
    text = f"the canary was OOM-killed {_times(mine)}; the stable {_times(theirs)} in all that was seen of it"
    return Reason("oom_killed", text)


def near_limit(mine: float, theirs: float) -> Reason:
    """It stands close under its limit."""
    text = f"the canary stands at {percent(mine)} of its limit; the stable at no more than {percent(theirs)}"
    return Reason("near_limit", text)


def grows(told: Told, room: float) -> list[Reason]:
    """It grows where the stable did not."""
    excess, ages = told.excess, told.stretch.ages
    low = amount(max(told.at_most(0.1), 0.0))
    text = f"from {span(ages.low)} to {span(ages.high)} of age the canary grew by {amount(excess.growth)}/h"
    beyond = f"{amount(excess.excess)}/h (at least {low}/h) are beyond what the stable does"
    said = [Reason("grows_beyond_stable", f"{text}; {beyond}")]
    if excess.same_age is not None:
        text = f"at the same ages the stable grew by {amount(excess.same_age)}/h"
        said.append(Reason("stable_at_the_same_age", f"{text}, over {_starts(excess.starts)}"))
    if excess.stretches:
        text = f"in {excess.stretches} other stretches as long the stable never rose so surely"
        said.append(Reason("beyond_chance", text))
    said.append(Reason("goes_on", f"it rose for good in {percent(told.agreement)} of six windows, and has not slowed"))
    if room > 0:
        said.append(
            Reason("reaches_limit", f"at this rate it has {span(room / excess.excess)} until its memory is full")
        )
    return said


def holds(most: float, room: float) -> Reason:
    """It does not grow by what would matter."""
    if most <= 0:
        return Reason("no_growth_beyond", "the canary does not grow beyond what the stable does")
    text = f"the canary grows by no more than {amount(most)}/h beyond what the stable does"
    return Reason("no_growth_beyond", f"{text}: it has {span(room / most)} at the least until its memory is full")


def open_for(told: Told, most: float, room: float, options: CanaryOptions, kills: int) -> list[Reason]:
    """Why it can neither pass nor fail."""
    excess, said = told.excess, []
    if kills:
        said.append(_some_kills(kills))
    grown = f"the canary grew by {amount(excess.growth)}/h, {amount(max(excess.excess, 0.0))}/h beyond the stable"
    if told.excess.beyond_warm_up > 0 and not told.goes_on and excess.excess > 0:
        how = "slows down" if told.later < LASTS else "comes in leaps"
        said.append(Reason("does_not_go_on", f"{grown}, and it {how}: it may be a warm-up"))
    elif not told.warm_up_is_known and excess.excess > 0:
        said.append(Reason("stable_start_unknown", f"{grown}; how the stable grew when it was as young is not known"))
    elif excess.excess > 0:
        least = max(told.at_most(0.1), 0.0)
        said.append(Reason("may_be_chance", f"{grown}; as little as {amount(least)}/h may be all there is to it"))
    else:
        said.append(Reason("no_growth_yet", f"the canary grew by {amount(excess.growth)}/h, no more than the stable"))
    if most > 0 and room / most < options.horizon_hours:
        hours = span(room / most) if room > 0 else "no time"
        text = f"up to {amount(most)}/h cannot be ruled out, which leaves {hours} until its memory is full"
        said.append(Reason("too_wide", text))
    return said


def background(told: Told) -> list[Reason]:
    """What else a reader should know of the comparison."""
    return [*_level(told), *_shared(told), *_load(told)]


def _level(told: Told) -> list[Reason]:
    """A canary that stands higher and does not grow needs more memory; that is no leak."""
    same_age = told.excess.starts > 0
    theirs = told.stretch.same_age.floor if same_age else told.stretch.same_time.floor
    if not np.isfinite(theirs).any():
        return []
    mine, other = told.level, float(np.nanmedian(theirs))
    if abs(mine - other) < _DIFFERS * max(mine, other):
        return []
    when = "at the same age" if same_age else "now"
    if mine > other:
        text = f"the canary needs {amount(mine - other)} more than the stable {when}: a higher level is no leak"
        return [Reason("higher_level", text)]
    return [Reason("lower_level", f"the canary needs {amount(other - mine)} less than the stable {when}")]


def _shared(told: Told) -> list[Reason]:
    """What both do alike."""
    excess, said = told.excess, []
    matters = 2 * excess.error
    if excess.same_age is not None and excess.same_age > matters:
        text = f"the stable grew by {amount(excess.same_age)}/h when it was as young: a warm-up that both have"
        said.append(Reason("same_warm_up", text))
    if excess.same_time is not None and excess.same_time > matters:
        text = f"the stable's pods grew by {amount(excess.same_time)}/h at the same time"
        said.append(Reason("stable_grows_too", text))
    return said


def _load(told: Told) -> list[Reason]:
    excess = told.excess
    if not told.load.known:
        return [Reason("cpu_unknown", "the canary's CPU is not known: what its load does to memory cannot be told")]
    said = []
    if excess.by_load > 2 * excess.error or excess.by_load > abs(excess.excess) > 0:
        text = f"its CPU rose beyond the stable's, which explains {amount(excess.by_load)}/h"
        said.append(Reason("load_explains", text))
    mine, theirs = _cores(told.stretch.canary.cpu), _cores(told.stretch.same_time.cpu)
    if mine is not None and theirs is not None and theirs > 0:
        share = mine / theirs
        if share < _LESS_LOAD:
            text = f"a canary's pod has {percent(share)} of the CPU of a stable one: a leak by request shows as slowly"
            said.append(Reason("less_load", text))
        elif share > _MORE_LOAD:
            said.append(Reason("more_load", f"a canary's pod has {percent(share)} of the CPU of a stable one"))
    return said


def _cores(cpu: Floats) -> float | None:
    return float(np.nanmean(cpu)) if np.isfinite(cpu).any() else None


def _some_kills(kills: int) -> Reason:
    return Reason("few_oom_kills", f"the canary was OOM-killed {_times(kills)}, which may be chance")


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")


def _starts(count: int) -> str:
    return "one start" if count == 1 else f"{count} starts"
