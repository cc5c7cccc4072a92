"""Labelled cases: what the detector sees of each workload, before anything is weighed."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from bench.scenarios import FAMILIES, HELD_BACK, Scenario, generate
from bench.scenarios.combine import combine
from detectors.evidence import figures_of, grows_at_all
from detectors.growth import growths_of
from detectors.judge import scenes_of
from detectors.options import Options
from detectors.panel import Floats, Grid, Panel
from detectors.pool import oom_loop, same_slope

_STEP_SECONDS = 300.0
_LOOKBACK_SECONDS = 300.0
# A leak that has been there for less than that is not yet asked for.
_LEAST_LEAK_HOURS = 10.0
# Windows within one of 48 hours, as shares of it, and how much each says beside the whole.
WINDOWS = ((0.0, 1.0, 1.0), (0.0, 0.5, 0.3), (0.5, 1.0, 0.3), (0.0, 0.75, 0.3))


@dataclass(frozen=True, slots=True)
class Case:
    """One workload in one window.

    figures: shape (lifetimes, figures), of those that are long enough to tell, and not kept back by what contradicts
    them; pooled: log-odds of lives that grow alike and of those that end in OOM kills, 0 where they say nothing
    growth: (estimated bytes/hour, half of its own interval in shares of it, true bytes/hour) where it leaks
    """

    family: str
    leak: bool
    held_back: bool
    recorded: bool
    whole: bool
    weight: float
    figures: Floats
    told: int
    pooled: tuple[float, float]
    growth: tuple[float, float, float] | None


@dataclass(frozen=True, slots=True)
class Label:
    """The truth of one workload. onset: hours from the window's start."""

    family: str
    leak: bool
    held_back: bool
    onset_hours: float
    growth: float


def simulated(seeds_of_leaks: Iterable[int], seeds_of_others: Iterable[int]) -> Iterator[Case]:
    """The cases of all families of the scenario generator, each seed in each of WINDOWS."""
    leaks, others = list(seeds_of_leaks), list(seeds_of_others)
    for name, family in FAMILIES.items():
        made = [generate(name, seed) for seed in (leaks if family.leak else others)]
        panel, labels = combine(made, _STEP_SECONDS), [_label(one) for one in made]
        for first, last, weight in WINDOWS:
            columns = slice(int(first * panel.grid.steps), int(last * panel.grid.steps))
            part, hours = _columns(panel, columns), panel.grid.steps * panel.grid.step / 3600.0
            moved = [replace(one, onset_hours=one.onset_hours - first * hours) for one in labels]
            yield from cases_of(part, moved, weight, recorded=False, whole=weight == 1.0)


def recorded(path: Path, weight: float) -> Iterator[Case]:
    """The cases of a labelled recording, seen whole and when half, two thirds and five sixths of it had passed."""
    labels = json.loads(path.with_suffix(".labels.json").read_text(encoding="utf-8"))
    rows = pq.read_table(path).to_pylist()
    start = min(row["t0"] for row in rows)
    end = max(row["t0"] + row["step_s"] * len(row["rss"]) for row in rows)
    for share in (1.0, 0.5, 2 / 3, 5 / 6):
        panel, names = _panel(rows, start, start + share * (end - start))
        told = [_recorded_label(labels[name]) for name in names]
        keep = [index for index, name in enumerate(names) if not labels[name].get("ambiguous")]
        for index, case in enumerate(cases_of(panel, told, weight, recorded=True, whole=share == 1.0)):
            if index in keep:
                yield case


def cases_of(panel: Panel, labels: Sequence[Label], weight: float, *, recorded: bool, whole: bool) -> Iterator[Case]:
    """One case a subject, in order; leaks that are too young to be asked for weigh nothing."""
    hours = panel.grid.steps * panel.grid.step / 3600.0
    subject = 0
    for scene in scenes_of(panel, Options()):
        for members in scene.members():
            label = labels[subject]
            subject += 1
            telling = scene.telling(members) if scene.running[members].any() else members[:0]
            growths = growths_of(scene, telling)
            counts = [
                label.leak or (growths[int(one)].matters and grows_at_all(scene.evidence, int(one))) for one in telling
            ]
            pooled = [same_slope(scene, members), oom_loop(scene, members)] if scene.running[members].any() else []
            odds = [0.0 if one is None else max(one.log_odds, 0.0) for one in pooled] or [0.0, 0.0]
            young = label.leak and label.onset_hours > hours - _LEAST_LEAK_HOURS
            yield Case(
                label.family,
                label.leak,
                label.held_back,
                recorded,
                whole,
                0.0 if young or not scene.running[members].any() else weight,
                figures_of(scene.evidence)[telling[np.array(counts, dtype=bool)]],
                int(telling.size),
                (odds[0], odds[1]),
                _growth(scene, telling, growths, label),
            )


def _growth(scene: Any, telling: Any, growths: Any, label: Label) -> tuple[float, float, float] | None:
    if not (label.leak and telling.size and label.growth > 0):
        return None
    best = int(telling[scene.evidence.probability[telling].argmax()])
    rate = growths[best].rate
    return (rate, growths[best].estimate_error, label.growth) if rate > 0 else None


def _label(one: Scenario) -> Label:
    truth = one.truth
    onset = 0.0 if truth.onset_at is None else (truth.onset_at - one.panel.grid.start) / 3600.0
    return Label(truth.family, truth.leak, truth.family in HELD_BACK, onset, truth.growth_bytes_per_hour)


def _recorded_label(label: dict[str, Any]) -> Label:
    onset = float(label.get("onset_s") or 0.0) / 3600.0
    held_back = bool(label.get("held_back", False))
    return Label(label["family"], label["leak"], held_back, onset, float(label.get("leak_bytes_per_hour") or 0.0))


def _columns(panel: Panel, columns: slice) -> Panel:
    members = {
        name: getattr(panel, name)[:, columns]
        for name in ("working_set", "rss", "cache", "cpu", "start_time", "restarts", "oom_killed")
    }
    steps = members["rss"].shape[1]
    grid = Grid(panel.grid.start + columns.start * panel.grid.step, panel.grid.step, steps)
    return replace(panel, grid=grid, **members)


def _panel(rows: Sequence[dict[str, Any]], start: float, end: float) -> tuple[Panel, list[str]]:
    """A recording's rows on a grid, as a range query would give them, and the workload of each subject."""
    grid = Grid(start, _STEP_SECONDS, int((end - start) // _STEP_SECONDS))
    names = sorted({row["workload_id"] for row in rows})
    fields = ("working_set", "rss", "cache", "cpu", "start_time", "restarts")
    members = {name: np.array([_sampled(row, row[name], grid) for row in rows]) for name in fields}
    revisions = {name: sorted({row["version"] for row in rows if row["workload_id"] == name}) for name in names}
    panel = Panel(
        grid=grid,
        oom_killed=np.full((len(rows), grid.steps), np.nan),
        limit=np.array([row["limit_bytes"] or np.nan for row in rows], dtype=np.float64),
        subject=np.array([names.index(row["workload_id"]) for row in rows]),
        revision=np.array([revisions[row["workload_id"]].index(row["version"]) for row in rows]),
        **members,
    )
    return panel, names


def _sampled(row: dict[str, Any], values: Sequence[float], grid: Grid) -> Floats:
    known = np.array(values, dtype=np.float64)
    times = row["t0"] + row["step_s"] * np.arange(known.size)
    times, known = times[np.isfinite(known)], known[np.isfinite(known)]
    last = np.searchsorted(times, grid.times, side="right") - 1
    fresh = (last >= 0) & (grid.times - times[np.maximum(last, 0)] <= _LOOKBACK_SECONDS) if times.size else last >= 0
    return np.where(fresh, known[np.maximum(last, 0)], np.nan) if times.size else np.full(grid.steps, np.nan)
