"""Which of a finding's reasons speak for a leak, and which against. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_FOR = frozenset(
    {
        *("oom_loop", "same_slope_each_lifetime", "rising_floor", "windows_agree", "new_records", "higher_each_day"),
        *("goes_on", "spread", "reaches_limit"),
    }
)


@dataclass(frozen=True, slots=True)
class Weighed:
    """Reasons, each {"code", "text"}, as the finding has them in order."""

    for_: tuple[Mapping[str, Any], ...]
    against: tuple[Mapping[str, Any], ...]


def weighed(reasons: Sequence[Mapping[str, Any]]) -> Weighed:
    """The reasons of a finding's document, taken apart."""
    return Weighed(
        tuple(one for one in reasons if one["code"] in _FOR), tuple(one for one in reasons if one["code"] not in _FOR)
    )
