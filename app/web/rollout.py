"""What a page shows of the rollout that is suspected: when, how sure that is, where from, and what it changed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.hiding import HIDDEN
from app.domain.rollout_words import weightiest_first
from app.output.rollout import source_words
from app.web.figures import duration

# Digests and checksums: that they differ is told by their first digits.
_LONG_HEX = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{28,}\b")
# As many are shown at once; the rest unfolds.
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A line of the table. before, after: None where there is nothing; is_hidden: both may be secrets, and differ."""

    what: str
    container: str
    before: str | None
    after: str | None
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class RolloutShown:
    """heading: no surer than what is known; began_at: RFC 3339, None where it is not kept; lead: how long that was
    before the growth began, None where that is not known; ages: where both were compared, "" where as they were seen;
    growth, growth_before: bytes an hour of a pod of it and of one before, None where they could not be compared.
    """

    heading: str
    number: int
    began_at: str | None
    lead: str | None
    previous: int | None
    growth: float | None
    growth_before: float | None
    ages: str
    source: str
    changes: tuple[ChangeRow, ...]
    more: tuple[ChangeRow, ...]


def rollout_shown(finding: Mapping[str, Any]) -> RolloutShown | None:
    """Of a finding's document; None where the cluster told of no rollout, or was not asked."""
    rollout = finding["revision"].get("rollout")
    if rollout is None:
        return None
    compared, before = rollout["compared"] or {}, rollout["seconds_before_onset"]
    ages = compared.get("ages_hours")
    rows = [_row(one) for one in weightiest_first(rollout["changes"])]
    return RolloutShown(
        heading="What brought it" if rollout["confirmed"] else "What may have brought it",
        number=rollout["number"],
        began_at=rollout["began_at"],
        lead=None if before is None else _lead(before),
        previous=rollout["previous"] and rollout["previous"]["number"],
        growth=compared.get("bytes_per_hour"),
        growth_before=compared.get("previous_bytes_per_hour"),
        ages=f"{duration(3600 * ages[0])} and {duration(3600 * ages[1])}" if ages else "",
        source=source_words(rollout),
        changes=tuple(rows[:_AT_ONCE]),
        more=tuple(rows[_AT_ONCE:]),
    )


def _lead(seconds: float) -> str:
    return f"{duration(seconds)} before the growth began" if seconds >= 60 else "as the growth began"


def _row(change: Mapping[str, Any]) -> ChangeRow:
    before, after = change["before"], change["after"]
    return ChangeRow(change["what"], change["container"], _short(before), _short(after), before == after == HIDDEN)


def _short(value: str | None) -> str | None:
    return value and _LONG_HEX.sub(r"\1…", value)
