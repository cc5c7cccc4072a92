"""An explanation for a person: plots, what was concluded, every reason and figure, and what to ask next."""

import math
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from app.domain.explanation import Explained, Explanation, PodSeries
from app.domain.finding import Finding
from app.domain.rollout_words import change_words, weightiest_first
from app.durations import format_duration
from app.output.canvas import Glyphs
from app.output.document import rfc3339
from app.output.plot import Size, draw
from app.output.rollout import rollout_document, rollout_sentence
from app.output.urgency import STYLES
from detectors.judgement import Figure, Verdict
from detectors.words import amount

_NAME_WIDTH = 13
_LEAST_WIDTH = 24


@dataclass(frozen=True, slots=True)
class Look:
    """How the plots are drawn: their size, their characters, and of how many pods there is one."""

    size: Size
    glyphs: Glyphs
    most_pods: int


def print_explained(console: Console, explained: Explained, look: Look) -> None:
    """Each container's explanation, one after the other, and what went wrong while it was read."""
    for number, explanation in enumerate(explained.explanations):
        if number:
            console.print()
        _print_one(console, explained, explanation, look)
    for problem in explained.report.problems:
        console.print(Text(f"note: {problem.text}", style="yellow"), soft_wrap=True)
    if not explained.report.complete:
        console.print(Text("Not all could be read: what is shown is not all there is.", style="bold yellow"))


def _print_one(console: Console, explained: Explained, explanation: Explanation, look: Look) -> None:
    finding = explanation.finding
    console.print(_headline(finding))
    for pod in explanation.pods[: look.most_pods]:
        console.print()
        console.print(_pod_line(pod))
        for line in draw(pod, explanation.grid, explanation.deploys, look.size, look.glyphs):
            console.print(line, soft_wrap=True)
    hidden = explanation.pods_in_window - min(look.most_pods, len(explanation.pods))
    if hidden:
        console.print(Text(f"\n{hidden} {'pod is' if hidden == 1 else 'pods are'} not drawn."))
    console.print()
    for name, value in _facts(explained, finding):
        _say(console, f"  {name:<{_NAME_WIDTH}}", value)
    console.print(Text("\nWhy", style="bold"))
    for reason in finding.reasons:
        _say(console, "  ", f"{reason.text} [{reason.code}]")
    if explanation.figures:
        console.print(Text("\nTests", style="bold"))
        _print_figures(console, explanation.figures)
    console.print(Text("\nNext", style="bold"))
    for hint in _hints(explained, explanation, look):
        _say(console, "  ", hint)


def _say(console: Console, before: str, text: str) -> None:
    """Print a text after something; where it takes several lines, all stand at the same indent."""
    lines = textwrap.wrap(text, max(console.width - len(before), _LEAST_WIDTH), break_on_hyphens=False) or [""]
    for number, line in enumerate(lines):
        console.print(Text(f"{before if number == 0 else ' ' * len(before)}{line}"), soft_wrap=True)


def _headline(finding: Finding) -> Text:
    identity = finding.identity
    where = "/".join(part for part in (identity.cluster, identity.namespace, identity.workload) if part)
    style = STYLES[finding.severity] if finding.verdict is Verdict.LEAK else "bold"
    verdict = finding.verdict.value
    if finding.verdict is Verdict.LEAK:
        verdict += f", {finding.severity.value}"
    if finding.verdict is not Verdict.INSUFFICIENT_DATA:
        verdict += f", probability {finding.probability:.2f}"
    return Text.assemble(
        (f"{finding.workload.kind} {where}", "bold"), f", container {identity.container}: ", (verdict, style)
    )


def _pod_line(pod: PodSeries) -> Text:
    told = [f"revision {pod.revision}"] if pod.revision else []
    told += ["leaks"] if pod.leaking else []
    return Text.assemble((f"Pod {pod.pod}", "bold"), f" ({', '.join(told)})" if told else "")


def _facts(explained: Explained, finding: Finding) -> Iterator[tuple[str, str]]:
    """What was concluded, by name; what is not known is left out."""
    window, leaks = explained.report.window, finding.verdict is Verdict.LEAK
    if finding.verdict is not Verdict.INSUFFICIENT_DATA:
        low, high = finding.growth_interval
        what = "of one leaking pod" if leaks else "of the pod that grows most"
        rate = f"{amount(finding.growth_bytes_per_hour)}/h"
        yield "growth", f"{rate} {what} (80 % sure: {amount(low)}/h to {amount(high)}/h)"
    if finding.onset_at is not None:
        yield "since", f"{rfc3339(finding.onset_at)} ({format_duration(window.end - finding.onset_at)} before the end)"
    limit = "no limit" if finding.limit_bytes is None else f"limit {amount(finding.limit_bytes)}"
    yield "now", f"{amount(finding.current_bytes)} in the largest pod, {limit}"
    if finding.time_to_limit is not None:
        until = finding.time_to_limit
        p10, p50, p90 = (format_duration(seconds) for seconds in (until.p10, until.p50, until.p90))
        yield "limit in", f"{p50} (10 % sooner than {p10}, 10 % later than {p90})"
    yield "memory", finding.memory_kind.value.replace("_", " ")
    yield "pods", f"{finding.pods_leaking} of {finding.pods_observed} that run leak"
    if finding.restarts:
        yield "restarts", f"{finding.restarts}, {finding.oom_kills} by OOM kills"
    yield from _revisions(finding)
    span = format_duration(window.seconds)
    step = format_duration(window.step_seconds)
    yield "window", f"{span} up to {rfc3339(window.end)}, every {step}, by {explained.report.source}"


def _revisions(finding: Finding) -> Iterator[tuple[str, str]]:
    revisions = finding.revisions
    told = {"suspect": revisions.suspect, "current": revisions.current, "previous": revisions.previous}
    text = ", ".join(f"{name} {value}" for name, value in told.items() if value)
    if text:
        yield "revision", text
    rollout = rollout_document(revisions)
    if rollout is not None:
        yield "rollout", rollout_sentence(rollout)
        for change in weightiest_first(rollout["changes"]):
            yield "", change_words(change)


def _print_figures(console: Console, figures: Sequence[Figure]) -> None:
    """Name, figure and meaning in columns; the meaning beneath where the console is too narrow for it beside."""
    names = max(len(figure.name) for figure in figures)
    values = max(len(_figure(figure)) for figure in figures)
    for figure in figures:
        before = f"  {figure.name:<{names}}  {_figure(figure):>{values}}  "
        if console.width - len(before) < _LEAST_WIDTH:
            console.print(Text(before.rstrip()), soft_wrap=True)
            before = " " * 6
        _say(console, before, figure.text)


def _figure(figure: Figure) -> str:
    """The figure with the unit that its name ends with, where it ends with one."""
    if not math.isfinite(figure.value):
        return "none"
    if figure.name.endswith("_bytes"):
        return amount(figure.value)
    if figure.name.endswith("_bytes_per_hour"):
        return f"{amount(figure.value)}/h"
    return f"{figure.value:,.0f}" if abs(figure.value) >= 1000 else f"{figure.value:.3g}"


def _hints(explained: Explained, explanation: Explanation, look: Look) -> Iterator[str]:
    """What to ask next, most telling first."""
    drawn = min(look.most_pods, len(explanation.pods))
    if drawn < len(explanation.pods):
        yield f"--pods {len(explanation.pods)} draws more of its pods"
    if explanation.finding.verdict is Verdict.LEAK:
        yield "`leakwatch incidents list` tells whether someone deals with it"
    else:
        twice = format_duration(2 * explained.report.window.seconds).replace(" ", "")
        yield f"--lookback {twice} looks further back: slow leaks show over longer windows"
    if len(explained.explanations) > 1:
        yield f"--container {explanation.finding.identity.container} tells of this container alone"
    yield "--output json has every series and figure"
