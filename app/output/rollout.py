"""The JSON document of a suspected rollout, and what people are told of one: the same from a document that was kept."""

import math
from collections.abc import Mapping
from typing import Any

from app.domain.finding import Revisions
from app.domain.hiding import shown_text
from app.domain.rolled_out import RolledOutBy
from app.domain.rollout import TemplateChange
from app.domain.suspicion import Version
from app.durations import format_duration
from app.output.times import rfc3339
from detectors.at_age import AtAge
from detectors.words import amount

Document = dict[str, Any]
_MOST_CHANGES = 50
_TOOLS = {"helm": "Helm release", "argocd": "Argo CD application"}


def rollout_document(revisions: Revisions) -> Document | None:
    """Of the rollout that is suspected; null where the cluster told of none."""
    found = revisions.rollout
    if found is None:
        return None
    began = found.version.began_at
    low, _ = found.onset
    return {
        **_version(found.version),
        "began_at": None if began is None else rfc3339(began),
        "change_cause": _text(found.version.rollout.change_cause),
        "commit": found.version.rollout.commit,
        "source": _text(found.version.rollout.source),
        "rolled_out_by": None if revisions.rolled_out_by is None else _tool(revisions.rolled_out_by),
        "seconds_before_onset": None if began is None or math.isinf(low) else round(max(low - began, 0.0)),
        "confirmed": found.confirmed,
        "compared": _compared(found.compared),
        "previous": None if found.previous is None else _version(found.previous),
        "changes": [_change(one) for one in found.changes[:_MOST_CHANGES]],
    }


def rollout_sentence(rollout: Mapping[str, Any]) -> str:
    """What people are told of it, without a full stop. rollout: the document."""
    said = f"rollout {rollout['number']}"
    if rollout["began_at"]:
        before = rollout["seconds_before_onset"]
        said += f" of {rollout['began_at']}"
        if before is not None:
            said += f", {format_duration(before)} before the growth began" if before >= 60 else ", as the growth began"
    previous, compared = rollout["previous"], rollout["compared"]
    if previous is None:
        return f"{said}; it is the first"
    if rollout["confirmed"] is None or compared is None:
        return f"{said}; what rollout {previous['number']} did at the same age could not be told"
    ages = compared["ages_hours"]
    when = f"between {ages[0]:.1f} h and {ages[1]:.1f} h of age" if ages else "at the ages that were seen"
    grew, before_it = (amount(compared[name]) for name in ("bytes_per_hour", "previous_bytes_per_hour"))
    return f"{said}; {when} it grew by {grew}/h, and rollout {previous['number']} by {before_it}/h"


def source_words(rollout: Mapping[str, Any]) -> str:
    """Where it came from, as far as that is told: "Helm release shop, revision 7; commit 0a1b2c3"."""
    tool = rollout["rolled_out_by"]
    told = [f"{_TOOLS.get(tool['kind'], tool['kind'])} {tool['name']}, revision {tool['revision']}"] if tool else []
    told += [f"commit {rollout['commit']}"] if rollout["commit"] else []
    told += [rollout["source"]] if rollout["source"] else []
    told += [f"“{rollout['change_cause']}”"] if rollout["change_cause"] else []
    return "; ".join(told)


def _version(version: Version) -> Document:
    rollout = version.rollout
    return {
        "number": rollout.number,
        "name": rollout.name,
        "template_hash": rollout.template_hash,
        "created_at": rfc3339(rollout.created_at),
        "images": {shown_text(name): shown_text(image) for name, image in rollout.images.items()},
    }


def _compared(compared: AtAge) -> Document | None:
    if not (math.isfinite(compared.before) and math.isfinite(compared.after)):
        return None
    return {
        "bytes_per_hour": round(compared.after, 1),
        "previous_bytes_per_hour": round(compared.before, 1),
        "ages_hours": None if compared.ages is None else [round(age, 2) for age in compared.ages],
    }


def _tool(by: RolledOutBy) -> Document:
    names = {"kind": by.kind, "name": by.name, "namespace": by.namespace, "revision": by.revision}
    return {**names, "at": rfc3339(by.at)}


def _change(change: TemplateChange) -> Document:
    return {"container": change.container, "what": change.what, "before": change.before, "after": change.after}


def _text(text: str | None) -> str | None:
    return shown_text(text) if text else None
