"""What Prometheus has of it: cAdvisor's view in pages, sampled, with series missing and scrapes that failed."""

import numpy as np

from bench.scenarios.clock import HOUR
from bench.scenarios.rng import chance, pick, spread
from bench.scenarios.simulate import Trace
from bench.scenarios.workload import Workload
from detectors.panel import Floats, Ints, Panel

_PAGE = 4096.0
_LONGEST_HOURS = 35 * 24.0


def draw_limit(w: Workload, traces: list[Trace], rate: float) -> float:
    """The limit in bytes, NaN for none; where it was not set before, one above all that was used.

    A leak of `rate` bytes/hour needs two hours to five weeks to get there.
    """
    if np.isfinite(w.limit) and not w.kills_itself:
        return w.limit
    if chance(w.rng, w.unlimited):
        return float("nan")
    peak = max(float(np.nanmax(trace.anon + trace.kernel)) for trace in traces)
    room = min(rate * spread(w.rng, 2, _LONGEST_HOURS), 9 * peak) if rate else peak * spread(w.rng, *w.room)
    limit = peak + room
    nice = 2.0 ** np.floor(np.log2(limit) - 3)
    return float(np.ceil(limit / nice) * nice) if not rate and chance(w.rng, 0.7) else limit


def observe(w: Workload, traces: list[Trace], limit: float, revisions: Ints) -> Panel:
    """The panel of the window: a row a trace. Page cache gives way where the limit leaves no room for it."""
    clock, rng = w.clock, w.rng
    shape = (len(traces), clock.grid.steps)
    names = ("working_set", "rss", "cache", "cpu", "start_time", "restarts", "oom_killed")
    out = {name: np.full(shape, np.nan) for name in names}
    for row, trace in enumerate(traces):
        skip = max(clock.first - trace.low, 0)
        columns = slice(trace.low + skip - clock.first, trace.high - clock.first)
        anon, kernel = trace.anon[skip:], trace.kernel[skip:]
        if np.isfinite(limit):
            anon = np.minimum(anon, limit * 0.999)
            kernel = np.clip(kernel, 0.0, limit - anon)
            file = np.minimum(trace.file[skip:], np.maximum(limit - anon - kernel, 0.0))
        else:
            file = trace.file[skip:]
        out["rss"][row, columns] = _pages(anon)
        out["cache"][row, columns] = _pages(file)
        out["working_set"][row, columns] = _pages(anon + kernel + w.active_share * file)
        out["cpu"][row, columns] = trace.cpu[skip:]
        out["start_time"][row, columns] = trace.start_time[skip:]
        out["restarts"][row, columns] = trace.restarts[skip:]
        out["oom_killed"][row, columns] = trace.oom_killed[skip:]
    _lose_samples(w, out)
    _lose_metrics(rng, out)
    return Panel(
        grid=clock.grid,
        working_set=out["working_set"],
        rss=out["rss"],
        cache=out["cache"],
        cpu=out["cpu"],
        start_time=out["start_time"],
        restarts=out["restarts"],
        oom_killed=out["oom_killed"],
        limit=np.full(len(traces), limit),
        subject=np.zeros(len(traces), dtype=np.int64),
        revision=revisions,
    )


def _pages(values: Floats) -> Floats:
    return np.floor(values / _PAGE) * _PAGE


def _lose_samples(w: Workload, out: dict[str, Floats]) -> None:
    """Single scrapes that failed, of one pod; hours without Prometheus, of all."""
    rng, grid = w.rng, w.clock.grid
    rows, steps = out["rss"].shape
    single = pick(rng, [0.0, spread(rng, 0.0005, 0.03)], [0.6, 0.4])
    outages = pick(rng, [0, int(rng.integers(1, 4))], [0.85, 0.15])
    if w.always_gaps:
        single, outages = spread(rng, 0.01, 0.25), int(rng.integers(1, 5))
    lost = rng.random((rows, steps)) < single if single else np.zeros((rows, steps), dtype=bool)
    for _ in range(outages):
        length = int(spread(rng, 0.1, 0.2 * w.clock.hours) * HOUR / grid.step)
        low = int(rng.integers(0, max(steps - length, 1)))
        lost[:, low : low + length] = True
    # The newest samples are there: a window that ends in a gap is a matter of freshness, not of leaks.
    lost[:, -max(int(1800 / grid.step), 1) :] = False
    for values in out.values():
        values[lost] = np.nan


def _lose_metrics(rng: np.random.Generator, out: dict[str, Floats]) -> None:
    for names, probability in (
        (("cpu",), 0.05),
        (("cache",), 0.05),
        (("start_time",), 0.05),
        (("restarts", "oom_killed"), 0.15),
    ):
        if chance(rng, probability):
            for name in names:
                out[name][:] = np.nan
