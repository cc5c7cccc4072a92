"""The latest verdict on a workload's container in one sentence, with its figures."""

from markupsafe import Markup, escape

from app.domain.fleet import Share, share_of
from app.domain.workload import JudgedWorkload
from app.web.figures import rate, time_


def verdict_sentence(one: JudgedWorkload) -> Markup:
    """`cart leaks 5.1 MiB/h in 7 of 9 pods since ...`, `db does not leak: no new high for 12 h.`"""
    name, finding = Markup("<b>{}</b>").format(one.identity.workload), one.finding
    said = Markup("")
    if finding["reasons"]:
        said = Markup(": {}").format(finding["reasons"][0]["text"])
    percent = Markup("{} %").format(round(100 * one.probability))
    match share_of(one.verdict, one.probability):
        case Share.LEAK:
            return _leak(one, name)
        case Share.SUSPECTED:
            grown = rate(one.growth_bytes_per_hour)
            return Markup("{} may leak: it grows {}, with a probability of {} (a leak takes 50 %){}.").format(
                name, grown, percent, Markup("; against it speaks{}").format(said) if said else ""
            )
        case Share.HEALTHY:
            return Markup("{} does not leak{}.").format(name, said)
        case _:
            return Markup("Of {} it cannot be told yet whether it leaks{}.").format(name, said)


def _leak(one: JudgedWorkload, name: Markup) -> Markup:
    finding = one.finding
    pods, onset, until = finding["pods"], finding["onset_at"], finding["time_to_limit_seconds"]
    parts = [Markup("{} leaks {}").format(name, rate(one.growth_bytes_per_hour))]
    if pods["observed"] == 1:
        parts.append(escape("in its only pod"))
    else:
        some = "all" if pods["leaking"] == pods["observed"] else f"{pods['leaking']} of"
        parts.append(escape(f"in {some} {pods['observed']} pods"))
    if finding["revision"]["suspect"]:
        parts.append(Markup("since <b>{}</b>").format(finding["revision"]["suspect"]))
        parts += [] if onset is None else [Markup("({})").format(time_(onset))]
    elif onset is not None:
        parts.append(Markup("since {}").format(time_(onset)))
    told = Markup(" ").join(parts)
    if until is not None:
        at = one.judged_at
        times = [time_(at + until[name]) for name in ("p50", "p10", "p90")]
        told += Markup("; OOM kill expected {} ({} to {})").format(*times)
    elif finding["limit_bytes"] is None:
        told += escape("; it has no memory limit")
    return told + Markup(".")
