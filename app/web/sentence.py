"""An incident in one sentence: who leaks how much, where, since when, and when it ends."""

from markupsafe import Markup, escape

from app.domain.incident import Incident, IncidentState
from app.web.figures import rate, seconds_of, time_


def sentence(incident: Incident, now: float) -> Markup:
    """`cart leaks 5.1 MiB/h in 7 of 9 pods since v2 (24 Nov 14:02); OOM kill expected ... (... to ...).`

    now: unix seconds.
    """
    finding, over = incident.finding, incident.standing.state is IncidentState.RESOLVED
    verb = "leaked" if over else "leaks"
    parts = [Markup("<b>{}</b> {} {}").format(incident.identity.workload, verb, rate(finding["growth_bytes_per_hour"]))]
    parts.append(_spread(finding["pods"]["leaking"], finding["pods"]["observed"]))
    onset, suspect = finding["onset_at"], incident.standing.suspect
    if suspect:
        parts.append(Markup("since <b>{}</b>").format(suspect))
        parts += [] if onset is None else [Markup("({})").format(time_(onset))]
    elif onset is not None:
        parts.append(Markup("since {}").format(time_(onset)))
    told = Markup(" ").join(parts)
    return Markup("{}{}.").format(told, _over(incident) if over else _end(incident, now))


def _spread(leaking: int, observed: int) -> Markup:
    if observed == 1:
        return escape("in its only pod")
    return escape(f"in {'all' if leaking == observed else f'{leaking} of'} {observed} pods")


def _over(incident: Incident) -> Markup:
    resolved_at = incident.standing.resolved_at
    return Markup("") if resolved_at is None else Markup("; over since {}").format(time_(resolved_at))


def _end(incident: Incident, now: float) -> Markup:
    """When memory runs out, with the span in which that is likely."""
    finding = incident.finding
    if incident.limit_at is None:
        return escape("; it has no memory limit" if finding["limit_bytes"] is None else "")
    until = finding["time_to_limit_seconds"]
    overdue = "was expected" if incident.limit_at <= now else "expected"
    told = Markup("; OOM kill {} {}").format(overdue, time_(incident.limit_at))
    if until is None:
        return told
    judged_at = seconds_of(incident.limit_at) - until["p50"]
    return Markup("{} ({} to {})").format(told, time_(judged_at + until["p10"]), time_(judged_at + until["p90"]))
