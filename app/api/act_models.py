"""What is sent and answered when people act: on incidents, and with silences."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from app.api.model import Time
from app.api.schemas import IncidentModel, NextCursor
from app.domain.silence import LONGEST_SECONDS, MOST_MATCHERS, Matcher, MatcherLabel, MatcherOp, Silence, SilenceState
from app.output.silence import silence_document
from app.services.held import Acted


def _sane(when: datetime) -> datetime:
    """A time that a database can hold in any zone."""
    if not 1970 <= when.year <= 9000:
        raise ValueError("must be between the years 1970 and 9000")
    return when


_When = Annotated[AwareDatetime, AfterValidator(_sane), Field(examples=["2026-01-01T18:00:00Z"])]
_LONGEST = 2000
_Comment = Annotated[
    str, Field(max_length=_LONGEST, description="Why; kept in the timeline as one line", examples=["rolled back"])
]
_Words = Annotated[str, Field(min_length=1, max_length=_LONGEST, examples=["rolled back to v41"])]


class _Body(BaseModel):
    # A field that is spelled wrongly must not be taken for one that was left out.
    model_config = ConfigDict(extra="forbid")


class CommentBody(_Body):
    """A comment, where there is something to say."""

    comment: _Comment = ""


class SaidBody(_Body):
    """What is said, and must be."""

    comment: _Words = Field(description="What is to be known, or why; kept in the timeline as one line")


class AssignBody(_Body):
    """Who looks after it."""

    assignee: Annotated[str, Field(min_length=1, max_length=255)] | None = Field(
        description="A name; null for nobody", examples=["ann"]
    )
    comment: _Comment = ""


class SilenceIncidentBody(_Body):
    """Until when an incident is silenced: a time, or so many seconds from now."""

    until: _When | None = Field(None, description="Its end, with a zone, within a year; null where `seconds` is given")
    seconds: float | None = Field(
        None,
        gt=0,
        le=LONGEST_SECONDS,
        description="Seconds from now until its end; null where `until` is given",
        examples=[7200],
    )
    comment: _Words = Field(description="Why; kept in the timeline as one line")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.until is None) == (self.seconds is None):
            raise ValueError("give until or seconds, one of them")
        return self

    def ends_at(self, now: float) -> float:
        """Its end, unix seconds."""
        return self.until.timestamp() if self.until is not None else now + (self.seconds or 0.0)


class ActedModel(BaseModel):
    """How the incident stands after the act."""

    changed: bool = Field(description="False where it was so already; the timeline then has no new line")
    incident: IncidentModel = Field(description="The incident as it is now")

    @classmethod
    def of(cls, acted: Acted) -> Self:
        """The model of what an act made."""
        return cls(changed=acted.changed, incident=IncidentModel.of(acted.detail.incident))


class MatcherModel(_Body):
    """One condition on an incident, as Alertmanager's: a regular expression must fit the whole value.

    `revision` is the one that is suspected to have brought the leak, empty where none is. Expressions have the syntax
    of RE2 as far as names need it: no flags, no assertions.
    """

    name: MatcherLabel = Field(description="What of the incident is looked at", examples=["namespace"])
    op: MatcherOp = Field(MatcherOp.EQUAL, description="How it is compared", examples=["="])
    value: str = Field(max_length=255, description="A name, or a regular expression", examples=["shop"])

    def matcher(self) -> Matcher:
        """What it stands for."""
        return Matcher(self.name, self.op, self.value)


class SilenceBody(_Body):
    """A silence as it is wanted. All matchers must be met; one of them must not be met by what is empty."""

    matchers: list[MatcherModel] = Field(
        min_length=1, max_length=MOST_MATCHERS, description="Conditions, all of which an incident must meet"
    )
    starts_at: _When | None = Field(
        None, description="Its start, with a zone; null or left out: at once, of a silence there is: as it was"
    )
    ends_at: _When = Field(description="Its end, with a zone, within a year")
    comment: _Words = Field(description="Why")


class SilenceModel(BaseModel):
    """For some time, incidents that match are quiet: nobody is told of them. They stay as they are."""

    id: int = Field(description="Its number", examples=[4])
    state: SilenceState = Field(description="How it stands")
    matchers: list[MatcherModel] = Field(
        description="Conditions, all of which are met; empty where it is of one incident"
    )
    incident_id: int | None = Field(
        description="Number of the incident that it is of alone; null where it has matchers", examples=[7]
    )
    author: str = Field(description="Who made it, or changed it last", examples=["ann"])
    comment: str = Field(description="Why", examples=["rolled back to v41"])
    created_at: Time = Field(description="When it was made")
    starts_at: Time = Field(description="Its start")
    ends_at: Time = Field(description="Its end")
    ended_by: str | None = Field(description="Who ended it before its time; null for nobody", examples=["ann"])
    version: int = Field(description="Grows with each change; it is the `ETag`", examples=[2])

    @classmethod
    def of(cls, silence: Silence, now: float) -> Self:
        """The model of a silence. now: unix seconds."""
        return cls.model_validate(silence_document(silence, now))


class SilencedModel(BaseModel):
    """How a silence stands after the act."""

    changed: bool = Field(description="False where it was so already")
    silence: SilenceModel = Field(description="The silence as it is now")


class SilencePageModel(BaseModel):
    """A page of silences, newest first."""

    items: list[SilenceModel] = Field(description="The silences")
    next_cursor: NextCursor
