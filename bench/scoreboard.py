"""The scores of every method on one set of cases, as Markdown."""

from collections.abc import Mapping

from bench.cases.cases import Cases
from bench.methods.method import Method
from bench.report import table
from bench.scores import Score, score

_HEADER = ("method", "precision", "recall", "F1", "flagged before the first OOM kill", "hours before it", "ms a series")


def scoreboard(cases: Cases, methods: Mapping[str, Method], remark: str) -> str:
    """A section: the cases' name and size, the remark, and a row a method."""
    size = f"{cases.leak.size} workloads, {int(cases.leak.sum())} of which leak; {cases.panel.rows} pods."
    rows = ([name, *_cells(score(method, cases))] for name, method in methods.items())
    return f"## {cases.name}\n\n{size} {remark}\n\n{table(_HEADER, rows)}\n"


def _cells(found: Score) -> list[str]:
    return [
        *(f"{value:.2f}" for value in (found.precision, found.recall, found.f1)),
        f"{found.flagged_before} of {found.killed}",
        f"{found.lead_hours:.1f}" if found.flagged_before else "–",
        f"{found.milliseconds:.2f}",
    ]
