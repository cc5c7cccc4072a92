"""A fleet's worth of memory series, made at once: for timing, where what they mean matters less than how they look."""

import numpy as np

from detectors.panel import Floats, Grid, Panel

_START = 1_700_000_000.0
_STEP_SECONDS = 300.0
_HOURS = 48
_MIB = 1024.0**2
# Of a hundred workloads: flat and wandering, daily, sawtooth of a collected heap, warming up, leaking.
_SHARES = {"flat": 0.45, "daily": 0.2, "sawtooth": 0.2, "warm_up": 0.1, "leak": 0.05}
_RESTARTED_RATIO = 0.1
_MISSING_RATIO = 0.005
_UNLIMITED_RATIO = 0.2


def fleet(containers: int, replicas: int, seed: int = 0) -> Panel:
    """So many containers over 48 hours every 5 minutes, `replicas` to a workload.

    A tenth of the pods is restarted in the window, a fifth of the workloads has no limit, single samples are missing.
    """
    rng = np.random.default_rng(seed)
    subject = np.arange(containers) // replicas
    workloads = int(subject[-1]) + 1
    grid = Grid(_START, _STEP_SECONDS, int(_HOURS * 3600 / _STEP_SECONDS))
    start_time = _start_times(rng, containers, grid)
    level = np.exp(rng.uniform(np.log(20), np.log(4000), workloads))[subject, None] * _MIB
    kind = rng.choice(len(_SHARES), workloads, p=list(_SHARES.values()))[subject]
    load = 0.6 + 0.4 * np.sin((grid.times / 3600 - rng.uniform(0, 24, workloads)[subject, None]) * np.pi / 12)
    rss = level * _shapes(rng, kind, load, (grid.times - start_time) / 3600)
    cache = level * rng.uniform(0, 0.3, (containers, 1)) * (1 + 0.1 * _walk(rng, rss.shape, 0.05))
    unlimited = rng.random(workloads)[subject] < _UNLIMITED_RATIO
    missing = rng.random(rss.shape) < _MISSING_RATIO
    rss[missing] = np.nan
    return Panel(
        grid=grid,
        working_set=rss + cache,
        rss=rss,
        cache=cache,
        cpu=load * rng.uniform(0.8, 1.2, rss.shape),
        start_time=np.where(missing, np.nan, start_time),
        restarts=(start_time > _START).astype(np.float64),
        oom_killed=np.full(rss.shape, np.nan),
        limit=np.where(unlimited, np.nan, 3 * level[:, 0]),
        subject=subject,
        revision=np.zeros(containers, dtype=np.int64),
    )


def _start_times(rng: np.random.Generator, containers: int, grid: Grid) -> Floats:
    """Unix seconds at which the container running at each step began, shape (containers, steps)."""
    before = _START - rng.uniform(0.1, 20, (containers, 1)) * 86_400
    restarted = rng.random((containers, 1)) < _RESTARTED_RATIO
    again = np.where(restarted, rng.uniform(grid.start, grid.end, (containers, 1)), np.inf)
    return np.where(grid.times >= again, again, before)


def _shapes(rng: np.random.Generator, kind: np.ndarray, load: Floats, age_hours: Floats) -> Floats:
    """Memory as a multiple of the workload's level, shape (containers, steps)."""
    rows = kind.size
    shape = 1 + _walk(rng, load.shape, 0.02) + rng.normal(0, 0.005, load.shape)
    names = list(_SHARES)
    period, ease = rng.uniform(0.3, 6, (rows, 1)), rng.uniform(1, 6, (rows, 1))
    rate = rng.uniform(0.002, 0.05, (rows, 1))
    parts = {
        "daily": 0.5 * load,
        "sawtooth": 0.6 * np.mod(age_hours / period, 1.0),
        "warm_up": -0.5 * np.exp(-age_hours / ease),
        "leak": rate * np.mod(age_hours, 1.5 / rate),
    }
    for name, part in parts.items():
        shape += np.where(kind[:, None] == names.index(name), part, 0.0)
    return np.maximum(shape, 0.05)


def _walk(rng: np.random.Generator, shape: tuple[int, ...], scale: float) -> Floats:
    """A wander of about so much that is drawn back to zero over half a day."""
    kept = 1 - _STEP_SECONDS / (12 * 3600)
    steps = rng.normal(0, scale * np.sqrt(1 - kept**2), shape)
    for column in range(1, shape[1]):
        steps[:, column] += kept * steps[:, column - 1]
    return steps
