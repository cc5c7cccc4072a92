"""The form of a silence: what was typed, kept as it was; what is wrong with it, by field; the silence it means."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Annotated, Self, TypeVar

from fastapi import Form
from starlette.datastructures import QueryParams

from app.domain.silence import (
    Matcher,
    MatcherLabel,
    MatcherOp,
    Silence,
    at_once,
    check_matchers,
    check_span,
    matcher_of,
)
from app.errors import UsageError
from app.services.silences import Wanted
from app.services.words import comment_of

# How long a silence lasts: seconds, and how that is called.
SPANS = {
    3600: "1 hour",
    14_400: "4 hours",
    28_800: "8 hours",
    86_400: "1 day",
    259_200: "3 days",
    604_800: "1 week",
    2_592_000: "30 days",
}
_USUAL_SPAN = "14400"
FOR, UNTIL = "for", "until"
_MOST_LINES = 50
_Value = TypeVar("_Value")
_LATEST = 32_503_680_000.0


@dataclass(frozen=True, slots=True)
class SilenceForm:
    """Texts as the form has them. matchers: one a line; times are UTC, as `datetime-local` has them; begins "": now."""

    matchers: str = ""
    begins: str = ""
    lasts: str = FOR
    span: str = _USUAL_SPAN
    ends: str = ""
    comment: str = ""

    @classmethod
    def sent(
        cls,
        matchers: Annotated[str, Form(max_length=20_000)] = "",
        begins: Annotated[str, Form(max_length=100)] = "",
        lasts: Annotated[str, Form(max_length=20)] = FOR,
        span: Annotated[str, Form(max_length=20)] = _USUAL_SPAN,
        ends: Annotated[str, Form(max_length=100)] = "",
        comment: Annotated[str, Form(max_length=8000)] = "",
    ) -> Self:
        """What a form brought."""
        return cls(matchers.replace("\r\n", "\n"), begins, lasts, span, ends, comment)

    @classmethod
    def asked(cls, given: QueryParams) -> Self:
        """What an address begins it with: `namespace=shop&workload=cart` is those two as matchers."""
        named = ((name, given.get(name.value, "")[:255]) for name in MatcherLabel)
        return cls(_written([Matcher(name, MatcherOp.EQUAL, value) for name, value in named if value.isprintable()]))

    @classmethod
    def of(cls, silence: Silence, now: float) -> Self:
        """One as it is, to be edited. now: unix seconds."""
        begins = _local(silence.starts_at) if silence.starts_at > now else ""
        return cls(_written(silence.matchers), begins, UNTIL, _USUAL_SPAN, _local(silence.ends_at), silence.comment)

    @classmethod
    def like(cls, silence: Silence) -> Self:
        """One as another was, from now on."""
        return cls(_written(silence.matchers), comment=silence.comment)


@dataclass(frozen=True, slots=True)
class Read:
    """What a form means, and what is wrong with it by field. Of what is wrong, matchers are empty and times None."""

    matchers: tuple[Matcher, ...] = ()
    starts_at: float | None = None
    ends_at: float | None = None
    comment: str = ""
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def wanted(self) -> Wanted | None:
        """The silence; None while anything is wrong."""
        if self.problems or self.ends_at is None:
            return None
        return Wanted(self.matchers, self.starts_at, self.ends_at, self.comment)

    def but(self, error: UsageError) -> "Read":
        """The same with what the service found wrong: its errors begin with a field's name."""
        name, _, text = str(error).partition(": ")
        place = {"ends_at": "ends", "starts_at": "begins"}.get(name, name)
        if place not in {"matchers", "begins", "ends", "comment"}:
            raise error
        return replace(self, problems={**self.problems, place: _sentence(text)})


def read(form: SilenceForm, now: float, *, has_begun_at: float | None = None) -> Read:
    """All that a form says, all problems at once. has_begun_at: of one that is edited and in force, unix seconds."""
    problems: dict[str, str] = {}
    matchers = _tried(problems, "matchers", lambda: _matchers(form.matchers))
    starts_at = _tried(problems, "begins", lambda: _begins(form.begins, now, has_begun_at))
    ends_at = _tried(problems, "ends", lambda: _ends(form, starts_at, now, has_begun_at))
    comment = _tried(problems, "comment", lambda: _comment(form.comment))
    return Read(matchers or (), starts_at, ends_at, comment or "", problems)


def _tried(problems: dict[str, str], name: str, read_field: Callable[[], _Value]) -> _Value | None:
    """What a field says; None, and why among the problems, where it says nothing that can be."""
    try:
        return read_field()
    except UsageError as error:
        problems[name] = _sentence(str(error).partition(": ")[2])
    except ValueError as error:
        problems[name] = _sentence(str(error))
    return None


def _matchers(text: str) -> tuple[Matcher, ...]:
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if not lines:
        raise ValueError("say what is to be silenced, such as namespace=shop")
    if len(lines) > _MOST_LINES:
        raise ValueError("that are too many lines")
    found = []
    for number, line in lines:
        try:
            found.append(matcher_of(line.strip()[:400]))
            found[-1].matches("")
        except ValueError as error:
            what = str(error) if "is no matcher" in str(error) else f"the expression {error}"
            raise ValueError(f"line {number}: {what}") from error
    check_matchers(tuple(found))
    return tuple(found)


def _comment(text: str) -> str:
    if not text.strip():
        raise ValueError("say why: others must know whether it is still needed")
    return comment_of(text)


def _begins(text: str, now: float, has_begun_at: float | None) -> float | None:
    if not text.strip():
        return None
    at = _moment(text)
    if at < at_once(now) - 60 and has_begun_at is None:
        raise ValueError("that is past: leave it empty to begin now")
    return at


def _ends(form: SilenceForm, starts_at: float | None, now: float, has_begun_at: float | None) -> float:
    start = at_once(now) if starts_at is None else max(starts_at, at_once(now))
    if form.lasts == FOR:
        if not form.span.isdecimal() or int(form.span) not in SPANS:
            raise ValueError("choose for how long")
        ends_at = start + int(form.span)
    elif not form.ends.strip():
        raise ValueError("say until when, or choose for how long")
    else:
        ends_at = _moment(form.ends)
    check_span(start if has_begun_at is None else has_begun_at, ends_at, now)
    return ends_at


def _moment(text: str) -> float:
    """Unix seconds of a time as `datetime-local` writes it, UTC unless it names a zone."""
    try:
        when = datetime.fromisoformat(text.strip())
        seconds = (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
    except ValueError as error:
        raise ValueError("write a date and time, such as 2026-11-24 14:00") from error
    if not 0 <= seconds <= _LATEST:
        raise ValueError("that is no time of ours")
    return seconds


def _local(seconds: float) -> str:
    # To the minute, as browsers show it; up, so that one that is saved as it was does not end before its time.
    return datetime.fromtimestamp(60 * math.ceil(seconds / 60), UTC).strftime("%Y-%m-%dT%H:%M")


def _written(matchers: list[Matcher] | tuple[Matcher, ...]) -> str:
    return "\n".join(str(one) for one in matchers if one.value)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
