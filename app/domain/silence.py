"""A silence: for some time, incidents that match are quiet. It changes nothing of them: they stay as they are. Pure."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.domain.finding import Identity
from app.domain.pattern import compiled

LONGEST_SECONDS = 365 * 86_400.0
MOST_MATCHERS = 20
_LONGEST_VALUE = 255
_WRITTEN = re.compile(r"\s*([a-z]+)\s*(=~|!~|!=|=)\s*(.*?)\s*", re.DOTALL)


class MatcherLabel(StrEnum):
    """What of an incident a matcher looks at. revision: the one suspected to have brought the leak; empty for none."""

    CLUSTER = "cluster"
    NAMESPACE = "namespace"
    WORKLOAD = "workload"
    CONTAINER = "container"
    REVISION = "revision"


class MatcherOp(StrEnum):
    """As Alertmanager's: equal, not equal, and whether a regular expression fits the whole value."""

    EQUAL = "="
    NOT_EQUAL = "!="
    FITS = "=~"
    FITS_NOT = "!~"


class SilenceState(StrEnum):
    """pending: not begun yet; active: in force; expired: over, or ended by somebody."""

    PENDING = "pending"
    ACTIVE = "active"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition on an incident."""

    name: MatcherLabel
    op: MatcherOp
    value: str

    def __str__(self) -> str:
        return f'{self.name.value}{self.op.value}"{self.value}"'

    def matches(self, value: str) -> bool:
        """Whether a value meets it."""
        by_pattern = self.op in {MatcherOp.FITS, MatcherOp.FITS_NOT}
        same = compiled(self.value).matches(value) if by_pattern else self.value == value
        return same is (self.op in {MatcherOp.EQUAL, MatcherOp.FITS})


@dataclass(frozen=True, slots=True)
class Silence:
    """Times are unix seconds. incident_id: of that incident alone; else of all that meet every matcher.

    author: who made it, or changed it last; ended_by: who ended it before its time; version grows with each change.
    """

    id: int
    matchers: tuple[Matcher, ...]
    incident_id: int | None
    author: str
    comment: str
    created_at: float
    starts_at: float
    ends_at: float
    ended_by: str | None
    version: int

    def state(self, now: float) -> SilenceState:
        """How it stands. now: unix seconds."""
        if self.ends_at <= now:
            return SilenceState.EXPIRED
        return SilenceState.PENDING if self.starts_at > now else SilenceState.ACTIVE

    def covers(self, identity: Identity, suspect: str | None, incident_id: int) -> bool:
        """Whether it is about an incident. suspect: the revision that is suspected."""
        if self.incident_id is not None:
            return self.incident_id == incident_id
        values = {
            MatcherLabel.CLUSTER: identity.cluster,
            MatcherLabel.NAMESPACE: identity.namespace,
            MatcherLabel.WORKLOAD: identity.workload,
            MatcherLabel.CONTAINER: identity.container,
            MatcherLabel.REVISION: suspect or "",
        }
        return bool(self.matchers) and all(one.matches(values[one.name]) for one in self.matchers)


def silenced_until(
    identity: Identity, suspect: str | None, incident_id: int, silences: Iterable[Silence], now: float
) -> float | None:
    """Until when an incident is quiet, unix seconds: the latest end of the silences in force. None: it is not."""
    ends = [
        one.ends_at
        for one in silences
        if one.state(now) is SilenceState.ACTIVE and one.covers(identity, suspect, incident_id)
    ]
    return max(ends, default=None)


def at_once(now: float) -> float:
    """The whole second that has begun, unix seconds: databases round times, and what begins now must have begun."""
    return float(math.floor(now))


def matcher_of(text: str) -> Matcher:
    """The matcher that is written as `namespace=shop` or `workload=~"cart-.*"`. Raises ValueError."""
    found = _WRITTEN.fullmatch(text)
    if found is None or found[1] not in set(MatcherLabel):
        raise ValueError(f"{text!r} is no matcher: write namespace=shop, one of {', '.join(MatcherLabel)} before it")
    value = found[3]
    quoted = len(value) >= 2 and value[0] == value[-1] == '"'
    return Matcher(MatcherLabel(found[1]), MatcherOp(found[2]), value[1:-1] if quoted else value)


def check_matchers(matchers: tuple[Matcher, ...]) -> None:
    """Raise ValueError for matchers that cannot be: too many, too long, no pattern, or such that all is silenced.

    As in Alertmanager, one of them must not be met by what is empty, or a slip of the hand silences the fleet.
    """
    if not 1 <= len(matchers) <= MOST_MATCHERS:
        raise ValueError(f"must be 1 to {MOST_MATCHERS}")
    for one in matchers:
        if len(one.value) > _LONGEST_VALUE or not (one.value.isprintable()):
            raise ValueError(f"the value for {one.name.value} must be up to {_LONGEST_VALUE} characters that print")
        try:
            one.matches("")
        except ValueError as error:
            raise ValueError(f"the expression for {one.name.value} {error}") from error
    if all(one.matches("") for one in matchers):
        raise ValueError("one of them must not fit what is empty, or nearly everything would be silenced")


def check_span(starts_at: float, ends_at: float, now: float) -> None:
    """Raise ValueError for a time that cannot be. Unix seconds."""
    if ends_at <= now:
        raise ValueError("the end must be later than now")
    if ends_at <= starts_at:
        raise ValueError("the end must be later than the start")
    if ends_at > now + LONGEST_SECONDS:
        raise ValueError(f"the end must be within {LONGEST_SECONDS / 86_400:.0f} days")
