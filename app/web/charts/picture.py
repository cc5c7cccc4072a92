"""All of a chart that a page shows by itself: its title, what it shows in words and figures, and a plain picture."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup, escape

from app.domain.incident import Incident, KeptEvidence
from app.web.charts.drawing import Drawing, Line, MarkKind, Over, UprightKind, last_known
from app.web.charts.incident_drawing import incident_drawing
from app.web.charts.plain import Plain, line_class, plain, rest_class
from app.web.figures import NONE, bytes_, duration, time_
from detectors.words import amount


@dataclass(frozen=True, slots=True)
class Key:
    """What one kind of line or mark stands for. name: the class that it is drawn with."""

    name: str
    words: Markup


@dataclass(frozen=True, slots=True)
class Picture:
    """See templates/chart.html. text: one or two sentences; rows: a cell for each of the columns.

    is_tall: it makes room for several figures above each other.
    """

    title: str
    text: str
    plain: Plain
    is_age: bool
    keys: tuple[Key, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[Markup, ...], ...]
    is_tall: bool = False


def incident_picture(incident: Incident, moment: str, kept: KeptEvidence | None, over: Over) -> Picture | None:
    """The picture of an incident's memory; None where no series is kept. moment: "latest" or "opened"."""
    if kept is None:
        return None
    drawing = incident_drawing(incident, moment, kept, over)
    return picture(drawing, incident.identity.workload) if drawing.lines else None


def picture(drawing: Drawing, workload: str) -> Picture:
    """What a page shows of a drawing of a workload's memory."""
    is_age = drawing.over is Over.AGE
    return Picture(
        f"Memory of {workload} by age" if is_age else f"Memory of {workload}",
        " ".join(_sentences(drawing)),
        plain(drawing),
        is_age,
        tuple(_keys(drawing)),
        ("Pod", "Revision", "Began" if is_age else "Judged", "First", "Last", "Highest"),
        tuple(_row(line, is_age) for line in drawing.lines),
    )


def _sentences(drawing: Drawing) -> Iterator[str]:
    worst = drawing.lines[0]
    first, last = _first(worst), last_known(worst.floor)
    known = worst.x[np.isfinite(worst.floor)]
    span = duration(float(known[-1] - known[0]))
    if drawing.over is Over.AGE:
        lives = f"{len(drawing.lines)} lives" if len(drawing.lines) > 1 else "One life"
        yield f"{lives} of its pods, laid over each other from the same age."
        yield f"The longest leads from {amount(first)} to {amount(last)} in {span}."
    else:
        pods = len(drawing.lines) + sum(rest.pods for rest in drawing.rests)
        yield f"{pods} {'pods' if pods > 1 else 'pod'} over {span}."
        yield f"{worst.pod} went from {amount(first)} to {amount(last)}, and had {amount(_highest(worst))} at most."
    if drawing.limit_bytes is not None:
        yield f"The limit is {amount(drawing.limit_bytes)}."
    for kind in MarkKind:
        number = sum(mark.kind is kind for mark in drawing.marks)
        if number:
            yield f"{number} {kind.value}{'s' if number > 1 else ''}."


def _keys(drawing: Drawing) -> Iterator[Key]:
    yield from dict.fromkeys(Key(line_class(drawing, line), _line_words(drawing, line)) for line in drawing.lines)
    for rest in drawing.rests:
        which = "leaking pods" if rest.is_leaking else "that do not leak"
        yield Key(rest_class(rest), escape(f"most of {rest.pods} more {which}"))
    if any(np.isfinite(line.fit).any() for line in drawing.lines):
        yield Key("fit", escape("growth that was found"))
    if drawing.forecast is not None:
        told = Markup("forecast: OOM kill {}").format(time_(drawing.forecast.limit_at))
        yield Key("band", told)
    if drawing.limit_bytes is not None:
        yield Key("limit", Markup("limit {}").format(bytes_(drawing.limit_bytes)))
    for kind, name in ((MarkKind.OOM_KILL, "kill"), (MarkKind.RESTART, "restart")):
        if any(mark.kind is kind for mark in drawing.marks):
            yield Key(name, escape(kind.value))
    for upright in drawing.uprights:
        name = "onset" if upright.kind is UprightKind.ONSET else "deploy"
        yield Key(name, Markup("{} {}").format(upright.words, time_(upright.at)))


def _line_words(drawing: Drawing, line: Line) -> Markup:
    if drawing.over is Over.TIME and not line.is_leaking:
        return escape("pod that does not leak")
    words = "leaking pod" if line.is_leaking else "pod that does not leak"
    return escape(words if line.revision is None else f"{line.revision}, {words}")


def _row(line: Line, is_age: bool) -> tuple[Markup, ...]:
    return (
        escape(line.pod),
        NONE if line.revision is None else escape(line.revision),
        time_(line.began_at) if is_age else escape("leaking" if line.is_leaking else "not leaking"),
        bytes_(_first(line)),
        bytes_(last_known(line.floor)),
        bytes_(_highest(line)),
    )


def _first(line: Line) -> float:
    return last_known(line.floor[::-1])


def _highest(line: Line) -> float:
    return float(np.nanmax(np.concatenate([line.peak, line.floor])))
