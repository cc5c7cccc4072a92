"""Each test's figure on the lifetime that decided, for a reader who wants to know why."""

import numpy as np

from detectors.coefficients import LIFETIME
from detectors.evidence import figures_of, log_odds_of
from detectors.judgement import Figure
from detectors.panel import Floats
from detectors.pool import Pooled
from detectors.scene import Scene
from detectors.shapes import NAMES
from detectors.trend import trend
from detectors.valleys import WINDOWS


def figures(scene: Scene, lifetime: int, pooled: Pooled | None) -> tuple[Figure, ...]:
    """All figures, those that are weighed with the log-odds that they add.

    With the intercept these add up to the log-odds of `lifetime_probability`.
    """
    evidence = scene.evidence
    count = scene.blocks.count[lifetime : lifetime + 1]
    test = trend(scene.blocks.time[[lifetime]], evidence.adjusted[[lifetime]], count)
    weights = figures_of(evidence)[lifetime] * LIFETIME.weights
    added = dict(zip(LIFETIME.names, weights.tolist(), strict=True))
    taken = _taken(evidence.probability[[lifetime]], LIFETIME.intercept + float(weights.sum()))
    shape = NAMES[int(evidence.shapes.best[lifetime])]

    def weighed(name: str, value: np.floating | float, text: str) -> Figure:
        return Figure(name, float(value), f"{text} ({added[name]:+.1f})")

    found = [
        Figure("span_hours", float(evidence.span_hours[lifetime]), f"hours of this life seen ({added['span']:+.1f})"),
        weighed(
            "windows_agree",
            evidence.valleys.agreement[lifetime],
            f"share of {WINDOWS} equal windows in which it rose and never fell below again, load removed",
        ),
        Figure("windows_agree_raw", float(evidence.raw_valleys.agreement[lifetime]), "the same without removing load"),
        weighed(
            "agree_over_steps",
            evidence.shapes.over_steps[lifetime],
            "how much better growth that goes on describes it than one to three steps do",
        ),
        Figure(
            "over_saturating",
            float(evidence.shapes.over_saturating[lifetime]),
            "how much better growth that goes on describes it than growth that comes to an end does "
            f"({added['ends']:+.1f})",
        ),
        Figure(
            "over_flat",
            float(evidence.shapes.over_flat[lifetime]),
            f"how much better than no change; of all single shapes it is most like: {shape}",
        ),
        Figure(
            "day_on_day",
            float(evidence.day_on_day[lifetime]),
            "hours above the same hour of the day before, less those below "
            f"({added['agree_each_day'] + added['whole_days']:+.1f})",
        ),
        Figure("explained", float(evidence.explained[lifetime]), "share of the growth that goes with CPU"),
        weighed("refills", evidence.refills[lifetime], "how far an earlier life had come to rest above, 0 to 1"),
        Figure(
            "late_records", float(evidence.records.late[lifetime]), "share of the later half's blocks that set a record"
        ),
        Figure(
            "trend_z", float(test.z[0]), "Mann-Kendall, load removed and autocorrelation counted, in standard errors"
        ),
        Figure("slope_bytes_per_hour", float(evidence.raw_slope[lifetime]), "Theil-Sen slope of the floor as it is"),
        Figure("adjusted_slope_bytes_per_hour", float(evidence.slope[lifetime]), "the same with load removed"),
        Figure(
            "without_last_window",
            taken,
            f"log-odds that it says less with the newest of {WINDOWS} windows left out, with load left in where it has"
            f" not seen a day, for having come to rest, or for what replicas do beside it ({taken:+.1f})",
        ),
        Figure("lifetime_probability", float(evidence.probability[lifetime]), "what this life alone says"),
    ]
    if pooled is not None:
        text = f"log-odds of what {len(pooled.lifetimes)} lives laid over each other by age say"
        found.append(Figure("pooled_log_odds", pooled.log_odds, text))
    return tuple(found)


def _taken(probability: Floats, log_odds: float) -> float:
    """What is lacking of the log-odds that the figures add up to, 0 or less; see detectors.steady, part_day, rest and
    beside, and detectors.workload where other lifetimes explain it."""
    return min(float(log_odds_of(probability)[0]) - log_odds, 0.0)
