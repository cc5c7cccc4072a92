"""Acts against leaks as tables and text for people, and as documents."""

import csv
from collections.abc import Iterator, Sequence
from typing import TextIO

from rich.console import Console
from rich.text import Text

from app.domain.mitigation.life import APPROVED_SECONDS
from app.domain.mitigation.model import Disturbance, Mitigation, MitigationState, Plan, Stop, Way
from app.durations import format_duration
from app.output.document import rfc3339
from app.output.dump import dump
from app.output.fitted import Column, fitted_table, plain_console
from app.output.flat import safe_cell
from app.output.formats import Format
from app.output.mitigation import mitigation_document

_COLUMNS = (
    Column("ID", right=True),
    Column("STATE"),
    Column("WHAT"),
    Column("PROPOSED", right=True),
    Column("BY", leave_out=1),
    Column("WHAT CAME OF IT", leave_out=2),
)
_STYLES = {
    MitigationState.SUCCEEDED: "green",
    **dict.fromkeys((MitigationState.FAILED, MitigationState.NO_EFFECT), "red"),
    **dict.fromkeys((MitigationState.REFUSED, MitigationState.INCONCLUSIVE, MitigationState.STOPPED), "yellow"),
}
_CSV_COLUMNS = (
    *("id", "state", "act", "way", "summary", "incident_id", "cluster", "namespace", "workload", "container"),
    *("proposed_at", "proposed_by", "reason", "automatic", "approved_at", "approved_by", "applied_at"),
    *("rolled_out_at", "ended_at", "outcome", "version"),
)


def write_mitigations(found: Sequence[Mitigation], form: Format, out: TextIO, now: float) -> None:
    """Write a list. now: unix seconds."""
    documents = [mitigation_document(one) for one in found]
    if form is Format.TABLE:
        console = plain_console(Console(file=out))
        if not found:
            console.print("No mitigations of that kind.")
            return
        console.print(fitted_table(console, _COLUMNS, [_row(one, now) for one in found]))
    elif form is Format.CSV:
        writer = csv.DictWriter(out, _CSV_COLUMNS, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        for document in documents:
            flat = {**document, "workload": document["workload"]["name"]}
            writer.writerow({name: safe_cell(value) for name, value in flat.items()})
    else:
        dump({"mitigations": documents}, form, out)


def write_mitigation(one: Mitigation, form: Format, out: TextIO, now: float) -> None:
    """Write one of them with all that is known. now: unix seconds."""
    if form is Format.CSV:
        write_mitigations([one], form, out, now)
    elif form is not Format.TABLE:
        dump(mitigation_document(one), form, out)
    else:
        console = plain_console(Console(file=out))
        for line in _lines(one, now):
            console.print(line, soft_wrap=True)


def stop_words(stop: Stop) -> str:
    """The emergency stop in a sentence."""
    if stop.since is None:
        return "acts may go on: nothing is stopped"
    return f"all acts are stopped since {rfc3339(stop.since)} by {stop.by}: {stop.reason}"


def _row(one: Mitigation, now: float) -> list[Text]:
    said = one.outcome or one.note
    return [
        Text(str(one.id)),
        _state(one.state),
        Text(one.plan.summary),
        Text(f"{format_duration(now - one.proposed_at)} ago"),
        Text(one.proposed_by),
        Text(said),
    ]


def _state(state: MitigationState) -> Text:
    return Text(state.value, style=_STYLES.get(state, ""))


def _lines(one: Mitigation, now: float) -> Iterator[Text]:
    plan = one.plan
    yield Text.assemble(f"mitigation {one.id}, ", _state(one.state), f": {plan.summary}", style="bold")
    if one.outcome or one.note:
        yield Text(f"  {one.outcome or one.note}")
    yield Text(f"  for incident {one.subject.incident_id}, {one.subject.name}/{one.subject.container}")
    yield Text(f"  proposed by {one.proposed_by} {format_duration(now - one.proposed_at)} ago{_said(one.reason)}")
    if one.approved_by is not None and one.approved_at is not None:
        yield Text(f"  approved by {one.approved_by} {format_duration(now - one.approved_at)} ago{_said(one.approval)}")
    if plan.bought and plan.bought not in one.outcome:
        yield Text(f"  {plan.bought}")
    yield from _plan_lines(plan)
    if one.state is MitigationState.PROPOSED and plan.way is not Way.BY_HAND:
        left = format_duration(one.expires_at - now)
        yield Text(f"`leakwatch mitigate approve {one.id}` lets it be done; it expires in {left}", style="bold")
    if one.state in {MitigationState.APPROVED, MitigationState.APPLYING}:
        left = format_duration(APPROVED_SECONDS)
        text = f"it is not done yet: the service, or `leakwatch mitigate carry`, goes on with it for {left}"
        yield Text(text, style="bold yellow")


def _plan_lines(plan: Plan) -> Iterator[Text]:
    if plan.owner is not None:
        where = f", {plan.owner.where}" if plan.owner.where else ""
        yield Text(f"kept by {plan.owner.kind} as {plan.owner.name}{where}: it is not changed behind its back")
    if plan.commands:
        yield Text("to run by hand" if plan.way is Way.BY_HAND else "the same by hand", style="bold")
        yield from (Text(f"  {command}") for command in plan.commands)
    if plan.changes:
        yield Text("what changes", style="bold")
        for change in plan.changes:
            yield Text(f"  {change.path}")
            for sign, text, style in (("-", change.before, "red"), ("+", change.after, "green")):
                if text:
                    yield Text(f"    {sign} {text}", style=style)
    yield Text("what it disturbs", style="bold")
    yield from (Text(f"  {line}") for line in disturbance_lines(plan.disturbance))


def disturbance_lines(one: Disturbance) -> Iterator[str]:
    """What an act disturbs, a line each."""
    yield f"{one.ready} of {one.replicas} pods are ready; {one.at_once} may be down at once"
    if one.pending:
        yield f"pods that wait for a place already: {one.pending}"
    if one.paused:
        yield "its rollout is paused"
    if one.rolling:
        yield "a rollout of it is under way"
    for budget in one.budgets:
        yield (
            f"PodDisruptionBudget {budget.name} allows {budget.allowed} to be missing:"
            f" {budget.healthy} are healthy, {budget.desired} are wanted"
        )
    for scaler in one.scalers:
        yield f"HorizontalPodAutoscaler {scaler.name} keeps {scaler.least} to {scaler.most} pods, now {scaler.now}"
    yield from one.notes


def _said(text: str) -> str:
    return f": {text}" if text else ""
