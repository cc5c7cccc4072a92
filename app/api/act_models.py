"""What is sent and answered when people act: on incidents, and with silences."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from app.api.schemas import IncidentModel, Time
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
_Comment = Annotated[str, Field(max_length=_LONGEST, description="Why; kept in the timeline as one line")]
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

    until: _When | None = None
    seconds: float | None = Field(None, gt=0, le=LONGEST_SECONDS, examples=[7200])
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
    incident: IncidentModel

    @classmethod
    def of(cls, acted: Acted) -> Self:
        """The model of what an act made."""
        return cls(changed=acted.changed, incident=IncidentModel.of(acted.detail.incident))


class MatcherModel(_Body):
    """One condition on an incident, as Alertmanager's: a regular expression must fit the whole value.

    `revision` is the one that is suspected to have brought the leak, empty where none is. Expressions have the syntax
    of RE2 as far as names need it: no flags, no assertions.
    """

    name: MatcherLabel = Field(examples=["namespace"])
    op: MatcherOp = Field(MatcherOp.EQUAL, examples=["="])
    value: str = Field(max_length=255, examples=["shop"])

    def matcher(self) -> Matcher:
        """What it stands for."""
        return Matcher(self.name, self.op, self.value)


class SilenceBody(_Body):
    """A silence as it is wanted. All matchers must be met; one of them must not be met by what is empty."""

    matchers: list[MatcherModel] = Field(min_length=1, max_length=MOST_MATCHERS)
    starts_at: _When | None = Field(None, description="At once where it is left out; of one there is: as it was")
    ends_at: _When = Field(description="Within a year")
    comment: _Words = Field(description="Why")


class SilenceModel(BaseModel):
    """For some time, incidents that match are quiet: nobody is told of them. They stay as they are."""

    id: int
    state: SilenceState
    matchers: list[MatcherModel] = Field(description="Empty where it is of one incident")
    incident_id: int | None = Field(description="Of this incident alone")
    author: str = Field(description="Who made it, or changed it last")
    comment: str
    created_at: Time
    starts_at: Time
    ends_at: Time
    ended_by: str | None = Field(description="Who ended it before its time")
    version: int = Field(description="Grows with each change; it is the `ETag`")

    @classmethod
    def of(cls, silence: Silence, now: float) -> Self:
        """The model of a silence. now: unix seconds."""
        return cls.model_validate(silence_document(silence, now))


class SilencedModel(BaseModel):
    """How a silence stands after the act."""

    changed: bool = Field(description="False where it was so already")
    silence: SilenceModel


class SilencePageModel(BaseModel):
    """A page of silences, newest first."""

    items: list[SilenceModel]
    next_cursor: str | None = Field(description="`cursor` of the next page; null at the end")
