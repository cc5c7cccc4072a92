"""Incidents on the command line: as tables for people, as documents for programs."""

import csv
from collections.abc import Mapping
from typing import Any, TextIO

from rich.console import Console
from rich.text import Text

from app.domain.advice import advice_for
from app.domain.feedback import Feedback
from app.domain.incident import Incident, IncidentDetail, IncidentState
from app.domain.rollout_words import change_words, weightiest_first
from app.durations import format_duration
from app.output.document import rfc3339
from app.output.dump import dump
from app.output.facts import facts_told
from app.output.fitted import Column, fitted_table, plain_console
from app.output.flat import safe_cell
from app.output.formats import Format
from app.output.incident import detail_document, incident_document
from app.output.rollout import rollout_sentence, source_words
from app.output.urgency import STYLES
from detectors.words import amount

_COLUMNS = (
    Column("ID", right=True),
    Column("STATE"),
    Column("SEVERITY"),
    Column("WORKLOAD"),
    Column("CONTAINER", leave_out=1),
    Column("GROWTH", right=True),
    Column("LIMIT IN", right=True),
    Column("SUSPECT", leave_out=2),
    Column("PODS", right=True, leave_out=4),
    Column("OPENED", right=True, leave_out=3),
)
_CSV_COLUMNS = (
    *("id", "fingerprint", "cluster", "namespace", "workload", "container", "state", "severity", "suspect"),
    *("opened_at", "updated_at", "last_seen_at", "last_leak_at", "resolved_at", "healthy_streak", "occurrences"),
    *("version", "assignee", "acknowledged_at", "acknowledged_by", "silenced_until", "limit_at"),
)


def write_incidents(incidents: list[Incident], form: Format, out: TextIO, now: float) -> None:
    """Write a list in the order given. now: unix seconds, against which ages are told."""
    if form is Format.TABLE:
        _print_list(plain_console(Console(file=out)), incidents, now)
        return
    documents = [incident_document(incident) for incident in incidents]
    if form is Format.CSV:
        writer = csv.DictWriter(out, _CSV_COLUMNS, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: safe_cell(value) for name, value in document.items()} for document in documents)
        return
    dump({"incidents": documents}, form, out)


def write_incident(detail: IncidentDetail, form: Format, out: TextIO, now: float) -> None:
    """Write one incident with its reasons and its timeline."""
    if form is Format.TABLE:
        _print_one(plain_console(Console(file=out)), detail, now)
    elif form is Format.CSV:
        write_incidents([detail.incident], form, out, now)
    else:
        dump(detail_document(detail), form, out)


def accepted(feedback: Feedback) -> str:
    """What is accepted, by whom, since when, and why: in one line."""
    return f"up to {feedback.figures}, by {feedback.actor} at {rfc3339(feedback.at)}: {feedback.comment}"


def _print_list(console: Console, incidents: list[Incident], now: float) -> None:
    if not incidents:
        console.print("No incidents of that kind.")
        return
    console.print(fitted_table(console, _COLUMNS, [_cells(incident, now) for incident in incidents]))


def _cells(incident: Incident, now: float) -> list[Text]:
    standing, finding, identity = incident.standing, incident.finding, incident.identity
    over = standing.state is IncidentState.RESOLVED
    style = "dim" if over else STYLES[standing.severity]
    return [
        Text(str(incident.id)),
        Text(standing.state.value, style=style),
        Text(standing.severity.value, style=style),
        Text("/".join(part for part in (identity.cluster, identity.namespace, identity.workload) if part)),
        Text(identity.container),
        Text(f"{amount(finding['growth_bytes_per_hour'])}/h"),
        Text(_limit_in(incident)),
        Text(standing.suspect or ""),
        Text(f"{finding['pods']['leaking']}/{finding['pods']['observed']}"),
        Text(f"{format_duration(now - standing.opened_at)} ago"),
    ]


def _acknowledged(incident: Incident) -> str:
    if incident.acknowledged_at is None:
        return ""
    return f"by {incident.acknowledged_by} at {rfc3339(incident.acknowledged_at)}"


def _limit_in(incident: Incident) -> str:
    until = incident.finding["time_to_limit_seconds"]
    if until is not None:
        return format_duration(until["p50"])
    return "no limit" if incident.finding["limit_bytes"] is None else ""


def _print_one(console: Console, detail: IncidentDetail, now: float) -> None:
    incident = detail.incident
    standing, finding, identity = incident.standing, incident.finding, incident.identity
    workload = f"{identity.namespace}/{identity.workload}"
    style = "dim" if standing.state is IncidentState.RESOLVED else STYLES[standing.severity]
    head = Text.assemble(
        (f"Incident {incident.id}: ", "bold"),
        f"{workload}, container {identity.container}: ",
        (f"{standing.state.value}, {standing.severity.value}", style),
    )
    console.print(head, soft_wrap=True)
    rollout = finding["revision"].get("rollout")
    facts = {
        "cluster": identity.cluster,
        "growth": f"{amount(finding['growth_bytes_per_hour'])}/h of one leaking pod",
        "pods": f"{finding['pods']['leaking']} of {finding['pods']['observed']} leak",
        "limit in": _limit_in(incident),
        "since": finding["onset_at"] or "",
        "suspect": standing.suspect or "",
        "rollout": rollout_sentence(rollout) if rollout else "",
        "came from": source_words(rollout) if rollout else "",
        "opened": f"{rfc3339(standing.opened_at)} ({format_duration(now - standing.opened_at)} ago)",
        "last leaking": rfc3339(standing.last_leak_at),
        "resolved": "" if standing.resolved_at is None else rfc3339(standing.resolved_at),
        "acknowledged": _acknowledged(incident),
        "assigned to": incident.assignee or "",
        "silenced": "" if incident.silenced_until is None else f"until {rfc3339(incident.silenced_until)}",
        "accepted": "" if detail.feedback is None else accepted(detail.feedback),
    }
    for name, value in facts.items():
        if value:
            console.print(Text(f"  {name:<13}{value}"), soft_wrap=True)
    _print_changes(console, rollout)
    _print_cluster(console, finding.get("kubernetes"))
    console.print(Text("\nWhy", style="bold"))
    for reason in finding["reasons"]:
        console.print(Text(f"  {reason['text']} [{reason['code']}]"), soft_wrap=True)
    _print_advice(console, incident)
    console.print(Text("\nTimeline", style="bold"))
    for entry in detail.timeline:
        text = f"  {rfc3339(entry.at)}  {entry.event.kind.value} by {entry.actor}: {entry.event.text}"
        console.print(Text(text), soft_wrap=True)


def _print_changes(console: Console, rollout: Mapping[str, Any] | None) -> None:
    if rollout is None or not rollout["changes"]:
        return
    console.print(Text(f"\nWhat changed in rollout {rollout['number']}", style="bold"))
    for change in weightiest_first(rollout["changes"]):
        console.print(Text(f"  {change_words(change)}"), soft_wrap=True)


def _print_cluster(console: Console, facts: Mapping[str, Any] | None) -> None:
    if facts is None:
        return
    console.print(Text("\nIn the cluster", style="bold"))
    for name, value in facts_told(facts):
        console.print(Text(f"  {name:<13}{value}"), soft_wrap=True)


def _print_advice(console: Console, incident: Incident) -> None:
    acts = advice_for(incident).acts
    if acts:
        console.print(Text("\nWhat to do", style="bold"))
    for act in acts:
        console.print(Text(f"  {act.headline}. {act.why}"), soft_wrap=True)
        for command in act.commands:
            console.print(Text(f"    {command}"), soft_wrap=True)
