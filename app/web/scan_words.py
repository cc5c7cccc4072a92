"""Scans in words: how they ended, where their time went, and how far a running one has come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from app.domain.scan import ScanProgress, ScanRecord, ScanState
from app.web.figures import NONE, duration

TRIGGERS = {"schedule": "by the clock", "api": "on request", "cli": "by command", "replay": "by replay of a recording"}
_STEPS = ("plan", "read", "judge", "record")
_NOTABLE_PERCENT = 5.0
_UNITS = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


@dataclass(frozen=True, slots=True)
class Part:
    """A step of a scan, or the `rest` of its time: seconds, and where it lies in a bar of 100."""

    name: str
    seconds: float
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class ScanView:
    """A scan as pages show it.

    outcome: one word for how it stands; took_seconds: None while it runs; parts: where its time went, none where that
    is not known; problems: with code and text each; clusters: what came of each, where there are several
    """

    scan: ScanRecord
    outcome: str
    trigger: str
    took_seconds: float | None
    parts: tuple[Part, ...]
    problems: tuple[Mapping[str, str], ...]
    clusters: tuple[Mapping[str, Any], ...]

    @property
    def spent_words(self) -> str:
        """Where the time went: `plan 0.4 s, read 13 s, judge 3 s, record 0.6 s`."""
        return _words(self.parts)

    @property
    def longest_words(self) -> str:
        """The same without the steps that took next to nothing."""
        return _words([part for part in self.parts if part.width >= _NOTABLE_PERCENT])

    @property
    def unread(self) -> int:
        """How many clusters were not read as a whole."""
        return sum(not one["complete"] for one in self.clusters)


def view_of(scan: ScanRecord) -> ScanView:
    """How a scan is shown."""
    summary = scan.summary or {}
    clusters = tuple(summary.get("clusters") or ())
    took = None if scan.finished_at is None else max(scan.finished_at - scan.started_at, 0.0)
    return ScanView(
        scan=scan,
        outcome=outcome_word(scan.state, scan.complete),
        trigger=TRIGGERS.get(scan.trigger, scan.trigger),
        took_seconds=took,
        parts=_parts(summary.get("seconds") or {}, took or 0.0),
        problems=tuple(summary.get("problems") or ()),
        clusters=clusters if len(clusters) > 1 else (),
    )


def outcome_word(state: ScanState, complete: bool | None) -> str:
    """One word for how a scan stands; one that succeeded is `incomplete` where not all was read."""
    return "incomplete" if state is ScanState.SUCCEEDED and complete is False else state.value


def progress_words(far: ScanProgress) -> str:
    """What a running scan is at."""
    if not far.total:
        return "Finding out what there is to read"
    if far.done < far.total:
        return f"{far.done:,} of {far.total:,} containers read and judged"
    return f"All {far.total:,} containers read and judged; keeping what came of it"


def number(value: float | None) -> Markup:
    """A count, short from ten thousand on: 9.1 M; the whole of it on hover."""
    if value is None:
        return NONE
    return Markup('<data value="{}" title="{:,}">{}</data>').format(round(value), round(value), short(value))


def short(value: float) -> str:
    """A count as it is said: 840, 9,100, 91 k, 9.1 M."""
    if value < 10_000:
        return f"{value:,.0f}"
    unit, name = next(one for one in _UNITS if value >= one[0])
    return f"{value / unit:.0f} {name}" if value >= 100 * unit else f"{value / unit:.3g} {name}"


def _words(parts: Sequence[Part]) -> str:
    return ", ".join(f"{part.name} {duration(part.seconds)}" for part in parts)


def _parts(seconds: Mapping[str, float], took_seconds: float) -> tuple[Part, ...]:
    """What the steps and the rest take of all. There is no rest where clusters were read side by side: they add up."""
    spent = [(name, max(float(seconds.get(name) or 0.0), 0.0)) for name in _STEPS]
    whole = sum(value for _, value in spent)
    if not whole:
        return ()
    rest = took_seconds - whole
    if 100 * rest > _NOTABLE_PERCENT * took_seconds:
        spent.append(("rest", rest))
        whole = took_seconds
    parts, start = [], 0.0
    for name, value in spent:
        width = 100 * value / whole
        parts.append(Part(name, value, round(start, 2), round(width, 2)))
        start += width
    return tuple(parts)
