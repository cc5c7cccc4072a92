"""Panels for detectors, made of a few plain shapes. A row is one container; 5-minute steps unless told otherwise."""

from collections.abc import Sequence

import numpy as np

from detectors.panel import Floats, Grid, History, Panel

MIB = 1024.0**2
START = 1_700_000_000.0
STEP = 300.0


def hours(count: float, step: float = STEP) -> Floats:
    """Hours since the window's start of each step, shape (steps,)."""
    return np.arange(int(count * 3600 / step)) * step / 3600.0


def noise(steps: int, scale: float, seed: int = 1) -> Floats:
    """Independent normal noise, bytes."""
    return np.random.default_rng(seed).normal(0.0, scale, steps)


def walk(steps: int, scale: float, seed: int = 1) -> Floats:
    """A random walk without drift, bytes."""
    return np.cumsum(noise(steps, scale, seed))


def panel_of(
    rows: Sequence[Floats],
    *,
    step: float = STEP,
    cpu: Sequence[Floats] | None = None,
    cache: Sequence[Floats] | None = None,
    limit: float | Sequence[float] = float("nan"),
    start_time: Sequence[Floats] | None = None,
    oom_killed: Sequence[Floats] | None = None,
    subject: Sequence[int] | None = None,
    revision: Sequence[int] | None = None,
    history: History | None = None,
) -> Panel:
    """A panel whose RSS is `rows`; the working set is RSS and page cache. Without `subject` each row is its own."""
    rss = np.array(rows, dtype=np.float64)
    count, steps = rss.shape
    unknown = np.full((count, steps), np.nan)
    cached = np.zeros((count, steps)) if cache is None else np.array(cache)
    started = np.full((count, steps), START - 86_400.0) if start_time is None else np.array(start_time)
    return Panel(
        grid=Grid(START, step, steps),
        working_set=rss + cached,
        rss=rss,
        cache=np.where(np.isfinite(rss), cached, np.nan),
        cpu=unknown if cpu is None else np.array(cpu),
        start_time=np.where(np.isfinite(rss), started, np.nan),
        restarts=unknown,
        oom_killed=unknown if oom_killed is None else np.array(oom_killed),
        limit=np.broadcast_to(np.array(limit, dtype=np.float64), (count,)).copy(),
        subject=np.arange(count) if subject is None else np.array(subject),
        revision=np.zeros(count, dtype=np.int64) if revision is None else np.array(revision),
        history=history,
    )
