"""What speaks for a leak and what against it, of the reasons that a finding gives. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from detectors.reason_codes import AGAINST_LEAK


@dataclass(frozen=True, slots=True)
class Weighed:
    """Reasons (code, text) on either side, each in the order they were given in: most telling first."""

    for_: tuple[Mapping[str, Any], ...]
    against: tuple[Mapping[str, Any], ...]


def weighed(reasons: Sequence[Mapping[str, Any]]) -> Weighed:
    """Reasons of a finding's document, by what they speak for; none is left out.

    A code that this version does not know is of a finding that another one kept. Findings are kept in incidents because
    they leak, and a leak's reasons speak for it: it stands on that side.
    """
    return Weighed(
        for_=tuple(reason for reason in reasons if reason["code"] not in AGAINST_LEAK),
        against=tuple(reason for reason in reasons if reason["code"] in AGAINST_LEAK),
    )
