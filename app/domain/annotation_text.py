"""The words of annotations. Grafana shows them as HTML: whatever comes from elsewhere is escaped here."""

from datetime import UTC, datetime
from html import escape

from app.domain.finding import Identity, Severity
from app.domain.incident import Incident, IncidentState, TimelineEntry
from app.domain.occurrence import Occurrence
from app.domain.rollout_words import changes_line, ran

_MIB = 2.0**20
_LONGEST = 500
# Grafana keeps a tag's part behind its colon in a column of 100 bytes.
_LONGEST_TAG = 90
_UNSAFE_IN_TAGS = str.maketrans(dict.fromkeys("<>&\"',:", "_"))
_TITLES = {
    "leak": "Memory leak",
    "oom": "OOM kill",
    "restart": "Restart",
    "deploy": "Deploy",
    "acknowledged": "Acknowledged",
    "mitigation": "Act",
}


def title_of(kind: str, identity: Identity) -> str:
    """What it is, and of what."""
    return f"{_TITLES[kind]}: {_name(identity)}"


def leak_text(incident: Incident, one: Occurrence, public_url: str | None) -> str:
    """What is known of a leak, in lines. Figures are rounded, so that it changes when it has changed."""
    lines = [f"<b>{one.severity.value}</b>, {_state(incident, one)}"]
    if one.latest:
        lines.append(_figures(incident))
        if incident.standing.suspect is not None:
            lines.append(f"revision {_safe(incident.standing.suspect)} is suspected to have brought it")
        lines.append(_changed(incident))
    if one.why:
        lines.append(f"over: {_safe(one.why)}")
    address = None if public_url is None else escape(f"{public_url.rstrip('/')}/incidents/{incident.id}")
    number = f"incident {incident.id}"
    lines.append(number if address is None else f'<a href="{address}">{number}</a>')
    return "<br>".join(line for line in lines if line)


def acknowledgement_text(entry: TimelineEntry) -> str:
    """Who said it, and what with it."""
    said = f"acknowledged by {_safe(entry.actor)}"
    return f"{said}<br>{_safe(entry.event.text)}" if entry.event.text else said


def mitigation_text(entry: TimelineEntry) -> str:
    """What was done, or what came of it."""
    event = entry.event
    state = f"<b>{_safe((event.after or '').replace('_', ' '))}</b><br>" if event.before is not None else ""
    return f"{state}{_safe(event.text)}"


def deploy_text(incident: Incident, revision: str) -> str:
    """A revision that is new, and what changed in it where the cluster told."""
    rollout = incident.finding["revision"].get("rollout")
    seen = f"revision {_safe(revision)} was first seen"
    changed = _changed(incident) if rollout and ran(rollout, incident.identity.container, revision) else ""
    return f"{seen}<br>{changed}" if changed else seen


def point_text(kind: str, pod: str | None, revision: str | None) -> str:
    """What happened to a pod."""
    what = "was killed for want of memory" if kind == "oom" else "restarted"
    of = "" if revision is None else f" (revision {_safe(revision)})"
    return f"{_safe(pod or '')} {what}{of}"


def tags_of(kind: str, identity: Identity, severity: Severity) -> tuple[str, ...]:
    """Words to choose annotations by; none has a comma, nor a colon but the one before a value."""
    named = (
        ("cluster", identity.cluster),
        ("namespace", identity.namespace),
        ("workload", identity.workload),
        ("container", identity.container),
    )
    values = tuple(f"{name}:{_tag(value)}" for name, value in named if value)
    return ("leakwatch", kind, severity.value, *values)


def _state(incident: Incident, one: Occurrence) -> str:
    if one.end is not None or not one.latest:
        return IncidentState.RESOLVED.value
    return incident.standing.state.value


def _changed(incident: Incident) -> str:
    """What the suspected rollout changed, in one line; "" where that is not known."""
    rollout = incident.finding["revision"].get("rollout")
    return _safe(changes_line(rollout)) if rollout else ""


def _figures(incident: Incident) -> str:
    finding, limit_at = incident.finding, incident.limit_at
    pods = finding.get("pods") or {}
    parts = [f"{float(finding.get('growth_bytes_per_hour') or 0) / _MIB:.2g} MiB/h"]
    if pods:
        parts.append(f"{int(pods['leaking'])} of {int(pods['observed'])} pods")
    if limit_at is not None and incident.standing.state is not IncidentState.RESOLVED:
        parts.append(f"limit expected about {datetime.fromtimestamp(limit_at, UTC):%Y-%m-%d %H}h UTC")
    return ", ".join(parts)


def _name(identity: Identity) -> str:
    names = (identity.cluster, identity.namespace, identity.workload, identity.container)
    return _safe("/".join(name for name in names if name))


def _safe(text: str) -> str:
    """Cut to a length that a tooltip bears, without control characters, escaped."""
    return escape(_shown(text[:_LONGEST], " "))


def _tag(value: str) -> str:
    plain = _shown(value, "_").translate(_UNSAFE_IN_TAGS)
    return plain.encode()[:_LONGEST_TAG].decode(errors="ignore").strip() or "_"


def _shown(text: str, instead: str) -> str:
    return text if text.isprintable() else "".join(one if one.isprintable() else instead for one in text)
