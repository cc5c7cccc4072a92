"""From settings and what was asked to a backtest: which source, which moments, which labels."""

import json
import math
import time
from dataclasses import dataclass, replace
from pathlib import Path

from app.domain.backtest_report import BacktestReport, Name
from app.domain.scan import Problem
from app.durations import format_duration
from app.errors import UsageError
from app.prometheus.source import Control, ScanRequest
from app.scanning.backtest import Policies, backtest
from app.scanning.clusters import only_cluster
from app.scanning.moments import Moments
from app.scanning.service import MAX_STEPS, incident_policy, open_source, severity_policy, step_of
from app.settings import Settings
from detectors.options import Options

_MOST_SCANS = 10_000


@dataclass(frozen=True, slots=True)
class Asked:
    """How far back to go and how often a scan would have run, seconds; end: unix seconds, None for the present."""

    since_seconds: float
    every_seconds: float
    end: float | None = None


def perform_backtest(
    settings: Settings, asked: Asked, control: Control, labels: dict[Name, bool] | None = None
) -> BacktestReport:
    """Look back as the settings would have scanned. Raises LeakwatchError; a UsageError names the option."""
    settings = only_cluster(settings)
    step = step_of(settings)
    _check(settings, asked, step)
    source, (earliest, latest) = open_source(settings, control)
    try:
        until = math.floor(min(asked.end or latest, time.time()) / step) * step
        since, problems = _within(until - earliest, settings.lookback, asked)
        count = math.floor(since / asked.every_seconds) + 1
        moments = Moments(until, asked.every_seconds, count, settings.lookback, step)
        request = ScanRequest(
            start=moments.begin,
            end=until,
            step_seconds=step,
            history_seconds=settings.history,
            cluster=settings.cluster,
            namespaces=settings.namespaces,
            selector=settings.selector,
            limits_over_time=True,
            load_of_all=True,
        )
        policies = Policies(severity_policy(settings), incident_policy(settings), Options())
        report = backtest(source, request, moments, policies, control, time.time(), labels)
        return replace(report, problems=(*problems, *report.problems))
    finally:
        source.close()


def read_labels(path: Path) -> dict[Name, bool]:
    """Which workloads leak, by namespace and name: `{"shop/cart": {"leak": true}}`. Raises UsageError.

    A label that has "namespace" and "workload" is of that one, whatever its key; one that is "ambiguous" is none.
    """
    hint = 'write an object, such as {"shop/cart": {"leak": true}}'
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"--labels: cannot read {path}: {error.strerror}", hint) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"--labels: {path} is not JSON", hint) from error
    if not isinstance(content, dict):
        raise UsageError(f"--labels: {path} is not an object", hint)
    labels: dict[Name, bool] = {}
    for key, label in content.items():
        told = label if isinstance(label, dict) else {}
        named, leaks = key.partition("/"), told.get("leak")
        name = told.get("namespace", named[0]), told.get("workload", named[2])
        if not all(isinstance(part, str) and part for part in name) or not isinstance(leaks, bool):
            raise UsageError(f"--labels: {path}: {key[:100]!r} does not tell whether namespace/workload leaks", hint)
        if not told.get("ambiguous"):
            labels[name] = leaks
    return labels


def _check(settings: Settings, asked: Asked, step: float) -> None:
    """Raise UsageError for what makes no sense whatever the source holds."""
    since, every = format_duration(asked.since_seconds), format_duration(asked.every_seconds)
    if asked.every_seconds < step:
        raise UsageError(
            f"--every: {every} is finer than the step of {format_duration(step)}",
            f"give at least --every {step:g}s, or a smaller --step",
        )
    if asked.since_seconds < asked.every_seconds:
        raise UsageError(f"--since: {since} is shorter than --every {every}", "give a longer --since")
    if asked.since_seconds / asked.every_seconds > _MOST_SCANS:
        raise UsageError(f"--every: {since} every {every} makes more than {_MOST_SCANS} scans", "give a longer --every")
    if (asked.since_seconds + settings.lookback) / step > MAX_STEPS:
        raise UsageError(
            f"--since: {since} and a window have more than {MAX_STEPS} steps of {format_duration(step)}",
            "give a shorter --since, or a larger --step",
        )


def _within(held: float, lookback: float, asked: Asked) -> tuple[float, list[Problem]]:
    """How far back to go in a source that holds so much before the end, and a word on what that lacks. Seconds.

    Raises UsageError where it holds too little for anything to be told.
    """
    least = max(asked.every_seconds, Options().min_hours * 3600.0)
    if held < least:
        before = "--end" if asked.end else "its end"
        raise UsageError(
            f"--recording: it holds {format_duration(held)} before {before}; "
            f"nothing can be told of less than {format_duration(least)}",
            "give a longer recording, or a later --end",
        )
    since, problems = min(asked.since_seconds, held), []
    if since < asked.since_seconds:
        asked_for = format_duration(asked.since_seconds)
        text = f"the recording holds {format_duration(held)}, less than the {asked_for} of --since"
        problems.append(Problem("recording_shorter_than_since", text))
    if held < since + lookback:
        text = "the first scans see less than a whole --lookback: the recording begins within their windows"
        problems.append(Problem("windows_cut_short", text))
    return since, problems
