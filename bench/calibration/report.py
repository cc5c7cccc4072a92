"""What a fit is worth: scores by group, and whether the probability means what it says."""

import itertools
from collections.abc import Iterable, Sequence

import numpy as np

from bench.calibration.cases import Case
from detectors.panel import Bools, Floats

_BINS = (0.0, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98, 1.0)


def scores(groups: Iterable[tuple[str, Sequence[Case], Floats]]) -> str:
    """A table of precision, recall, F1 and Brier score of groups of cases, at probability 0.5."""
    lines = ["| cases | workloads | leaks | precision | recall | F1 | Brier score |", "|---|---|---|---|---|---|---|"]
    for name, cases, probability in groups:
        leaks = np.array([case.leak for case in cases])
        flagged: Bools = probability >= 0.5
        right = int((flagged & leaks).sum())
        precision, recall = right / max(int(flagged.sum()), 1), right / max(int(leaks.sum()), 1)
        f1 = 2 * precision * recall / max(precision + recall, 1e-9)
        brier = float(np.mean((probability - leaks) ** 2))
        lines.append(
            f"| {name} | {leaks.size} | {int(leaks.sum())} | {precision:.2f} | {recall:.2f} | {f1:.2f} | {brier:.3f} |"
        )
    return "\n".join(lines)


def reliability(cases: Sequence[Case], probability: Floats) -> str:
    """A table of how many leak of those that were given each range of probability."""
    leaks = np.array([case.leak for case in cases], dtype=np.float64)
    lines = ["| probability | workloads | mean probability | share that leaks |", "|---|---|---|---|"]
    for low, high in itertools.pairwise(_BINS):
        inside = (probability >= low) & ((probability < high) | (high == 1.0))
        if inside.any():
            mean, share = float(probability[inside].mean()), float(leaks[inside].mean())
            lines.append(f"| {low:g} to {high:g} | {int(inside.sum())} | {mean:.2f} | {share:.2f} |")
    return "\n".join(lines)


def families_with_mistakes(cases: Sequence[Case], probability: Floats) -> str:
    """The families with mistakes, and how many of how many."""
    told: dict[str, tuple[int, int]] = {}
    for case, p in zip(cases, probability, strict=True):
        wrong, of = told.get(case.family, (0, 0))
        told[case.family] = (wrong + int((p >= 0.5) != case.leak), of + 1)
    return ", ".join(f"{name} {wrong}/{of}" for name, (wrong, of) in sorted(told.items()) if wrong)
