"""Lifetimes laid over each other: many short ones say together what none says alone."""

import numpy as np
import pytest

from detectors.coefficients import POOL
from detectors.judge import judge
from detectors.judgement import Verdict
from detectors.pool import climbing, oom_loop, same_slope
from tests.support.panels import MIB, START, hours, noise, panel_of
from tests.support.scenes import members_of

T = hours(48)
N = T.size
LIMIT = 200 * MIB


def _loop(lives_minutes, shape, *, lasts_hours=24.0, killed=1.0, limit=LIMIT, seed=1):
    """Lives of those lengths, again and again, each of a shape over its age (0 to 1); samples every five minutes."""
    t = hours(lasts_hours)
    begins = np.concatenate(([0.0], np.cumsum(np.resize(lives_minutes, 4000)))) / 60
    life = np.searchsorted(begins, t, side="right") - 1
    age = (t - begins[life]) / (begins[life + 1] - begins[life])
    memory = shape(age) + noise(t.size, 0.5 * MIB, seed)
    said = np.where(life > 0, killed, np.nan)
    return panel_of([memory], start_time=[START + begins[life] * 3600], oom_killed=[said], limit=limit)


def _climb(age):
    return 40 * MIB + 160 * MIB * age


def _pooled(panel):
    scene, members = members_of(panel)
    return oom_loop(scene, members)


@pytest.mark.parametrize("minutes", [8, 11, 13, 17, 20, 45, 120, 240], ids=lambda m: f"{m} min")
def test_lives_of_minutes_that_each_climb_to_a_kill(minutes):
    panel = _loop([minutes], _climb)
    pooled = _pooled(panel)
    (judged,) = judge(panel)
    assert pooled.log_odds > 2
    assert pooled.growth == pytest.approx(160 * MIB / (minutes / 60), rel=0.1)
    assert judged.verdict is Verdict.LEAK
    assert judged.reasons[0].code == "oom_loop"


@pytest.mark.parametrize(
    "shape",
    [
        lambda age: 60 * MIB + 0 * age,
        lambda age: np.where(age > 0.9, 195 * MIB, 60 * MIB),
        lambda age: 40 * MIB + 140 * MIB * np.minimum(age / 0.15, 1.0),
    ],
    ids=["flat until the kill", "a spike after calm", "a warm-up that ends early"],
)
@pytest.mark.parametrize("minutes", [13, 120], ids=["13 min", "2 h"])
def test_lives_that_do_not_climb_say_nothing(shape, minutes):
    pooled = _pooled(_loop([minutes], shape))
    assert pooled is None or pooled.log_odds <= 0


def test_restarts_far_from_the_limit_that_are_no_kills_are_no_loop():
    assert _pooled(_loop([120], _climb, killed=0.0, limit=900 * MIB)) is None


def test_where_the_kubelet_is_silent_lives_that_headed_for_the_limit_were_killed():
    assert _pooled(_loop([17], _climb, killed=np.nan)).log_odds > 2


def test_one_kill_is_no_loop():
    assert _pooled(_loop([20 * 60], _climb, lasts_hours=30)) is None


def test_without_a_limit_there_is_no_loop():
    assert _pooled(_loop([60], _climb, limit=float("nan"))) is None


def test_more_kills_that_look_the_same_are_surer():
    def slightly(age):
        return 60 * MIB + 140 * MIB * (0.75 * age + 0.25 * (age > 0.97))

    few, many = (_pooled(_loop([120], slightly, lasts_hours=lasts)) for lasts in (6.0, 24.0))
    assert 0 < few.log_odds < many.log_odds


def test_bursts_of_crashes_do_not_speak_for_the_long_lives_between_them():
    minutes = [300] + [10] * 10
    begins = np.concatenate(([0.0], np.cumsum(np.resize(minutes, 1000)))) / 60
    life = np.searchsorted(begins, T, side="right") - 1
    lasts = begins[life + 1] - begins[life]
    memory = np.where(lasts > 1, _climb((T - begins[life]) / lasts), 60 * MIB) + noise(N, 0.5 * MIB)
    killed = np.where(life > 0, 1.0, np.nan)
    panel = panel_of([memory], start_time=[START + begins[life] * 3600], oom_killed=[killed], limit=LIMIT)
    assert _pooled(panel).log_odds > 2


def _after_calm(minutes, shape, *, calm_hours=30.0, until_hours=48.0, again=False, creeps=0.0):
    """A pod at rest for a day and more, then in a loop; again: at rest once more in its last hours; creeps: bytes/hour
    that it grows by while at rest."""
    t = hours(until_hours)
    begins = np.concatenate(([0.0], calm_hours + np.arange(2000) * minutes / 60))
    if again:
        begins = begins[begins < until_hours - 8.4]
    life = np.searchsorted(begins, t, side="right") - 1
    age = (t - begins[life]) / (minutes / 60)
    calm = (life == 0) | (again & (life == begins.size - 1))
    memory = np.where(calm, 60 * MIB + creeps * t, shape(np.minimum(age, 1.0))) + noise(t.size, 0.5 * MIB)
    killed = np.where(life > 1, 1.0, np.nan)
    return panel_of([memory], start_time=[START + begins[life] * 3600], oom_killed=[killed], limit=LIMIT)


@pytest.mark.parametrize("creeps", [0.0, 0.1 * MIB], ids=["flat before", "creeping up before"])
@pytest.mark.parametrize("minutes", [17, 30, 120, 240], ids=lambda m: f"{m} min")
def test_a_loop_that_begins_after_a_day_of_calm_is_told(minutes, creeps):
    (judged,) = judge(_after_calm(minutes, _climb, creeps=creeps))
    assert judged.verdict is Verdict.LEAK
    assert judged.reasons[0].code == "oom_loop"
    assert judged.onset_at == pytest.approx(START + 30 * 3600, abs=minutes * 60 + 600)


@pytest.mark.parametrize(
    "loop", [_loop([42], _climb, lasts_hours=48.0), _after_calm(42, _climb)], ids=["always", "late"]
)
def test_one_replica_of_many_in_a_loop_is_told(loop):
    calm = [60 * MIB + noise(N, 0.5 * MIB, seed) for seed in range(9)]
    panel = panel_of(
        [*calm, loop.rss[0]],
        start_time=[*[np.full(N, START - 86_400.0)] * 9, loop.start_time[0]],
        oom_killed=[*[np.full(N, np.nan)] * 9, loop.oom_killed[0]],
        limit=LIMIT,
        subject=[0] * 10,
    )
    (judged,) = judge(panel)
    assert judged.verdict is Verdict.LEAK
    assert judged.reasons[0].code == "oom_loop"
    assert judged.pods_leaking == 1


def test_a_replica_that_was_in_a_loop_and_is_gone_is_told_no_more():
    loop = _loop([42], _climb, lasts_hours=48.0)
    calm = [60 * MIB + noise(N, 0.5 * MIB, seed) for seed in range(9)]
    gone = np.where(T < 40.0, loop.rss[0], np.nan)
    panel = panel_of(
        [*calm, gone],
        start_time=[*[np.full(N, START - 86_400.0)] * 9, loop.start_time[0]],
        oom_killed=[*[np.full(N, np.nan)] * 9, loop.oom_killed[0]],
        limit=LIMIT,
        subject=[0] * 10,
    )
    assert judge(panel)[0].verdict is Verdict.HEALTHY


@pytest.mark.parametrize(
    "panel",
    [
        _after_calm(30, lambda age: np.where(age > 0.9, 195 * MIB, 60 * MIB)),
        _after_calm(30, _climb, again=True),
        _after_calm(120, _climb, again=True, until_hours=54.0),
        _after_calm(90, _climb, until_hours=33.5),
    ],
    ids=[
        "spikes after calm",
        "it is calm again",
        "it has outlasted what was killed",
        "two kills are no loop after calm",
    ],
)
def test_what_is_no_loop_after_calm(panel):
    assert judge(panel)[0].verdict is not Verdict.LEAK


def _killed_after(*calm_hours, climbs=4.0, load=None):
    """One container whose lives are calm for so many hours each, and then climb for some to a kill; the last one runs.

    load: cores by whether it climbs, unknown where None.
    """
    begins = np.concatenate(([0.0], np.cumsum(np.array(calm_hours) + climbs)))
    life = np.minimum(np.searchsorted(begins, T, side="right") - 1, len(calm_hours))
    climbing = np.maximum(T - begins[life] - np.append(calm_hours, 48.0)[life], 0.0)
    memory = 60 * MIB + 140 * MIB * climbing / climbs + noise(N, 0.5 * MIB)
    said = np.where(life > 0, 1.0, np.nan)
    cpu = None if load is None else [np.where(climbing > 0, load[1], load[0])]
    return panel_of([memory], start_time=[START + begins[life] * 3600], oom_killed=[said], limit=LIMIT, cpu=cpu)


@pytest.mark.parametrize("load", [None, (0.2, 0.2)], ids=["load unknown", "even load"])
@pytest.mark.parametrize("calm", [(24.0, 12.0), (10.0, 13.0, 9.0)], ids=["two kills", "three kills"])
def test_climbs_of_hours_that_each_set_in_at_another_age(calm, load):
    (judged,) = judge(_killed_after(*calm, load=load))
    assert judged.verdict is Verdict.LEAK
    assert judged.reasons[0].code == "oom_loop"
    assert judged.growth_bytes_per_hour == pytest.approx(35 * MIB, rel=0.2)


@pytest.mark.parametrize(
    "panel",
    [
        _killed_after(40.0),
        _killed_after(26.0, 14.0, climbs=1.0),
        _killed_after(26.0, 14.0, climbs=2.5, load=(0.1, 1.0)),
    ],
    ids=["one kill", "bursts of an hour", "work that does not fit"],
)
def test_kills_that_tell_of_no_climb_of_hours(panel):
    assert judge(panel)[0].verdict is not Verdict.LEAK


@pytest.mark.parametrize("columns", range(0, 12, 2), ids=lambda columns: f"{5 * columns} min before")
def test_at_every_age_of_the_running_life_it_is_the_one_that_loops(columns):
    loop = _loop([42], _climb, lasts_hours=48.0)
    rows = [*(130 * MIB + noise(N, 0.5 * MIB, seed) for seed in range(9)), loop.rss[0]]
    starts = [*[np.full(N, START - 86_400.0)] * 9, loop.start_time[0]]
    killed = [*[np.full(N, np.nan)] * 9, loop.oom_killed[0]]
    until = slice(0, N - columns)
    panel = panel_of(
        [row[until] for row in rows],
        start_time=[one[until] for one in starts],
        oom_killed=[one[until] for one in killed],
        limit=LIMIT,
        subject=[0] * 10,
    )
    (judged,) = judge(panel)
    assert (judged.verdict, judged.pods_leaking) == (Verdict.LEAK, 1)
    age = (N - 1 - columns) * 5 % 42
    assert judged.time_to_limit.p50 == pytest.approx((42 - age) * 60, abs=12 * 60)


def test_a_leak_that_was_killed_at_its_limit_is_not_told_by_the_crashes_since():
    begins = np.array([0.0, 44.0, 44.3, 44.6, 44.9, 45.2])
    life = np.searchsorted(begins, T, side="right") - 1
    memory = np.where(life == 0, 40 * MIB + 3.6 * MIB * T, 60 * MIB + 300 * MIB * (T - begins[life]))
    killed = np.where(life > 0, 1.0, np.nan)
    memory = np.where(life == 5, 45 * MIB, memory) + noise(N, 0.5 * MIB)
    (judged,) = judge(panel_of([memory], start_time=[START + begins[life] * 3600], oom_killed=[killed], limit=LIMIT))
    assert judged.verdict is Verdict.LEAK
    assert judged.growth_bytes_per_hour == pytest.approx(3.6 * MIB, rel=0.2)


def test_it_tells_that_lives_end_at_the_limit():
    assert _pooled(_loop([60, 120, 180], _climb, lasts_hours=47)).end_at_limit


def _generations(count, per_hour, *, pods=1, lasts=8.0, spread=0.2, warm_up=0.0, warm_hours=1.0):
    """Generations of pods, each lasting some hours and growing so; per_hour: of each, bytes/hour."""
    rows, starts = [], []
    for number in range(count):
        age = T - number * lasts
        for pod in range(pods):
            seed = number * 10 + pod
            memory = 100 * MIB + per_hour[number % len(per_hour)] * age + warm_up * np.minimum(age / warm_hours, 1.0)
            rows.append(np.where((age >= 0) & (age < lasts), memory + noise(N, spread * MIB, seed), np.nan))
            starts.append(np.full(N, START + number * lasts * 3600))
    return panel_of(rows, start_time=starts, subject=[0] * len(rows), limit=2000 * MIB)


def _warming_up(hours_of, lasts=8.0):
    """Lives that each fill as long as they last, more slowly with age."""
    life = np.floor(T / lasts)
    memory = 200 * MIB - 40 * MIB * np.exp(-(T - life * lasts) / hours_of) + noise(N, 0.2 * MIB)
    return panel_of([memory], start_time=[START + life * lasts * 3600], limit=2000 * MIB)


def _filling_by_root(lasts):
    """Lives that grow by the root of their age."""
    age = T - np.floor(T / lasts) * lasts
    memory = 100 * MIB + 20 * MIB * np.sqrt(age) + noise(N, 0.2 * MIB)
    return panel_of([memory], start_time=[START + (T - age) * 3600], limit=2000 * MIB)


def _late_only(lasts=8.0):
    """Lives that hold still, and rise in their last third."""
    age = T - np.floor(T / lasts) * lasts
    memory = 200 * MIB + 8 * MIB * np.maximum(age - lasts * 2 / 3, 0.0) + noise(N, 0.2 * MIB)
    return panel_of([memory], start_time=[START + (T - age) * 3600], limit=2000 * MIB)


def _alike(panel):
    scene, members = members_of(panel)
    return same_slope(scene, members)


def _upgraded(old, shape, *, deploys=(32.0, 40.0)):
    """A pod of weeks, flat at that many MiB, and pods of other revisions since; memory by hours since their start."""
    began = np.array([-400.0, *deploys])
    ends = np.array([*deploys, 49.0])
    ages = [T - one for one in began]
    rows = [old * MIB + 0 * T, *(shape(np.maximum(age, 0.0)) for age in ages[1:])]
    rows = [
        np.where((begin <= T) & (end > T), row, np.nan) + noise(N, MIB, seed)
        for seed, (row, begin, end) in enumerate(zip(rows, began, ends, strict=True))
    ]
    started = [np.full(N, START + one * 3600) for one in began]
    subject, revision = [0] * len(rows), list(range(len(rows)))
    return panel_of(rows, start_time=started, subject=subject, revision=revision, limit=1000 * MIB)


def test_what_climbs_beyond_where_an_old_life_rested_is_no_warm_up_to_there():
    (judged,) = judge(_upgraded(300, lambda age: 250 * MIB + 15 * MIB * age))
    assert judged.verdict is Verdict.LEAK, judged.reasons


@pytest.mark.parametrize(
    "shape",
    [
        lambda age: 300 * MIB - 120 * MIB * np.exp(-age / 3),
        lambda age: 320 * MIB - 140 * MIB * np.exp(-age / 3),
        lambda age: 450 * MIB - 120 * MIB * np.exp(-age / 1.5),
    ],
    ids=["to where it stood", "to a little more", "a larger revision"],
)
def test_what_warms_up_beside_an_old_life(shape):
    (judged,) = judge(_upgraded(300, shape))
    assert judged.verdict is not Verdict.LEAK, judged.reasons


def test_generations_that_grow_alike():
    pooled = _alike(_generations(6, [3 * MIB]))
    assert pooled.log_odds > 2
    assert pooled.growth == pytest.approx(3 * MIB, rel=0.1)
    assert pooled.low <= 3 * MIB <= pooled.high
    assert not pooled.end_at_limit


@pytest.mark.parametrize(
    "panel",
    [
        _generations(6, [0.0]),
        _generations(6, [3 * MIB, -3 * MIB]),
        _generations(6, [0.0], warm_up=80 * MIB),
        _generations(6, [0.0], warm_up=80 * MIB, warm_hours=4.5),
        _generations(6, [5 * MIB, -3 * MIB], warm_up=80 * MIB, warm_hours=4.5),
        _warming_up(2.0),
        _warming_up(4.0),
        _late_only(),
        _generations(6, [0.1 * MIB], spread=0.02),
        _generations(2, [3 * MIB]),
        _generations(2, [3 * MIB], pods=5),
        _generations(12, [3 * MIB], lasts=4.0),
    ],
    ids=[
        "flat",
        "up and down in turn",
        "a warm-up each",
        "a warm-up that ends half way",
        "such a warm-up, then up and down in turn",
        "a warm-up that is over in half a life and goes on slowly",
        "a warm-up as long as a life",
        "lives that only rise at their end",
        "too slow to be told from chance",
        "two are too few",
        "many pods of two generations are two",
        "lives that are too short",
    ],
)
def test_what_is_not_growth_of_each_life(panel):
    pooled = _alike(panel)
    assert pooled is None or pooled.log_odds < 0


def test_a_warm_up_longer_than_a_life_says_less_than_growth_that_goes_on():
    assert 0 < _alike(_warming_up(12.0)).log_odds < 0.7 * _alike(_generations(6, [3 * MIB])).log_odds


def test_pods_of_one_rollout_count_once():
    one, many = _alike(_generations(4, [3 * MIB, 2 * MIB])), _alike(_generations(4, [3 * MIB, 2 * MIB], pods=5))
    assert len(many.lifetimes) == 5 * len(one.lifetimes)
    assert many.log_odds == pytest.approx(one.log_odds, rel=0.3)


@pytest.mark.parametrize(
    ("panel", "leaks"),
    [
        (_generations(9, [8 * MIB], lasts=5.2), True),
        (_generations(4, [8 * MIB], lasts=5.2), False),
        (_generations(9, [0.0], lasts=5.2, warm_up=80 * MIB, warm_hours=3.0), False),
        (_filling_by_root(5.2), False),
    ],
    ids=["five and more", "four", "a warm-up of hours", "growth that slows all along"],
)
def test_generations_of_five_hours(panel, leaks):
    pooled = _alike(panel)
    assert (pooled is not None and pooled.log_odds > 1) is leaks


def test_what_they_say_is_bounded():
    assert _alike(_generations(6, [8 * MIB], spread=0.01)).log_odds == POOL.bound


def test_the_plainest_speaks():
    loop, alike = _pooled(_loop([60], _climb)), _alike(_generations(6, [3 * MIB, 2 * MIB]))
    assert climbing([None, None]) is None
    assert climbing([None, alike]) is alike
    assert climbing([alike, loop]) is max(alike, loop, key=lambda one: one.log_odds)


def _heap(hours_of, climbs=lambda age: 60 * MIB + 120 * MIB * age, *, lasts_hours=48.0, limit=400 * MIB):
    """Lives that end in a restart for no reason the kubelet gives, at the bound of their own heap."""
    return _loop([60 * hours for hours in hours_of], climbs, lasts_hours=lasts_hours, killed=0.0, limit=limit)


def _mended(panel, at):
    """The same panel with nothing but calm since the last restart before that hour."""
    calm = at <= T
    panel.start_time[:, calm] = panel.start_time[0, calm.argmax()]
    panel.rss[:, calm] = panel.working_set[:, calm] = 100 * MIB + noise(int(calm.sum()), MIB)
    return panel


@pytest.mark.parametrize("hours_of", [[0.6], [2.0], [4.5], [1.5, 3.0, 2.2], [1.2, 2.4, 3.6, 1.8]], ids=str)
def test_restarts_each_few_hours_that_each_end_a_straight_climb(hours_of):
    (judged,) = judge(_heap(hours_of))
    assert judged.verdict is Verdict.LEAK
    assert judged.reasons[0].code == "same_slope_each_lifetime"


@pytest.mark.parametrize(
    "panel",
    [
        _heap([2.0], lambda age: 120 * MIB + 0 * age),
        _heap([2.0], lambda age: 60 * MIB + 120 * MIB * (1 - np.exp(-age / 0.2))),
        _heap([2.0], lambda age: 60 * MIB + 120 * MIB * (age > 0.6)),
        _heap([2.0], lambda age: 60 * MIB + 8 * MIB * age),
        _mended(_heap([0.6]), 12),
    ],
    ids=["flat", "a warm-up", "a step in each", "by next to nothing", "not for a day now"],
)
def test_restarts_that_memory_has_no_part_in(panel):
    assert judge(panel)[0].verdict is not Verdict.LEAK


def test_of_many_replicas_the_one_that_restarts_so_is_told():
    loop, rest = _heap([2.0]), np.tile(100 * MIB + noise(N, MIB), (9, 1))
    panel = panel_of(
        [loop.rss[0], *rest],
        start_time=[loop.start_time[0], *np.full(rest.shape, START - 90_000.0)],
        oom_killed=[loop.oom_killed[0], *np.full(rest.shape, np.nan)],
        limit=400 * MIB,
        subject=[0] * 10,
    )
    (judged,) = judge(panel)
    assert judged.verdict is Verdict.LEAK
    assert judged.pods_leaking == 1
