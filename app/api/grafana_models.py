"""What Grafana's data sources send. They send more than is read here, and that is let be."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr, model_validator
from pydantic_core import to_json

from app.errors import UsageError

# Epoch milliseconds below this are of 1973, and most likely seconds; above the other no database holds them.
_LEAST_MILLISECONDS, _MOST_MILLISECONDS = 100_000_000_000, 221_845_392_000_000
# It is handed back with each of a thousand annotations.
_MOST_HANDED_BACK_BYTES = 8192
_PLAIN = r"^[^\x00-\x1f]*$"

_MOMENTS = "ISO 8601 with a zone, or epoch milliseconds"

Moment = StrictInt | Annotated[StrictStr, Field(max_length=40)]
Text = Annotated[str, Field(max_length=2000, pattern=_PLAIN)]


class _Sent(BaseModel):
    model_config = ConfigDict(extra="allow")


class RangeModel(_Sent):
    """The time that a dashboard shows."""

    from_: Moment = Field(alias="from", description=f"Its start: {_MOMENTS}", examples=["2026-01-01T00:00:00.000Z"])
    to: Moment = Field(description=f"Its end: {_MOMENTS}", examples=["2026-01-01T06:00:00.000Z"])


class AdHocFilterModel(_Sent):
    """A filter that somebody set at the head of a dashboard."""

    key: Text = Field(description="What is filtered by; `/grafana/tag-keys` lists them", examples=["namespace"])
    operator: Text = Field("=", description="Only `=` is supported", examples=["="])
    value: Text = Field(description="The value that it must have", examples=["shop"])


class AnnotationQueryModel(_Sent):
    """An annotation of a dashboard. query: which to draw, such as `namespace=shop kind=leak,oom`."""

    name: Text | None = Field(None, description="As the dashboard names it; may be null", examples=["Leaks"])
    query: Text | None = Field(
        None, description="Which to draw; null for all", examples=["namespace=shop kind=leak,oom"]
    )

    @model_validator(mode="after")
    def _can_be_handed_back(self) -> Self:
        try:
            # Nested deeper than in an answer: what can be written here can be written there.
            size = len(to_json([[[[self.model_dump(exclude_unset=True)]]]]))
        except ValueError:
            raise ValueError("is nested too deeply, or holds what is no text") from None
        if size > _MOST_HANDED_BACK_BYTES:
            raise ValueError(f"is larger than {_MOST_HANDED_BACK_BYTES} bytes")
        return self


class AnnotationRequest(_Sent):
    """SimpleJSON's question for annotations."""

    range: RangeModel = Field(description="The time that is shown")
    annotation: AnnotationQueryModel = Field(description="What is asked for; it is handed back with each annotation")


class TargetModel(_Sent):
    """One query of a panel. target: `annotations`, `incidents` or `leaking`, and a filter behind it."""

    target: Text | None = Field(
        None,
        description="`annotations`, `incidents` or `leaking`, a filter behind it; null: not answered",
        examples=["annotations namespace=shop"],
    )
    refId: Text | None = Field(  # noqa: N815 (Grafana's name)
        None, description="Grafana's name for the query; may be null", examples=["A"]
    )
    payload: dict[str, Any] | str | None = Field(
        None,
        description='`{"query": a filter}`, or keys with their values; null for no filter',
        examples=[{"namespace": ["shop"]}],
    )


class QueryRequest(_Sent):
    """simPod's question for a panel's data, or for annotations."""

    range: RangeModel = Field(description="The time that is shown")
    targets: list[TargetModel] = Field(max_length=50, description="The queries of the panel")
    maxDataPoints: float | None = Field(  # noqa: N815 (Grafana's name)
        None, ge=1, le=1_000_000, description="Most points of a series; null: as many as there may be", examples=[500]
    )
    adhocFilters: list[AdHocFilterModel] | None = Field(  # noqa: N815 (Grafana's name)
        None, max_length=50, description="Filters of the dashboard, all of which must be met; null for none"
    )


class SearchRequest(_Sent):
    """What is typed so far where a metric is chosen, or the key whose values a variable wants."""

    target: Text | None = Field(
        None, description="The text, or a filter's key; null or empty for the targets", examples=["namespace"]
    )


class KeyRequest(_Sent):
    """The key whose values are wanted."""

    key: Text = Field(description="One of those that `/grafana/tag-keys` lists", examples=["namespace"])


class OptionsRequest(_Sent):
    """The part of a query builder whose values are wanted."""

    name: Text | None = Field(None, description="A filter's key; null has no values", examples=["namespace"])


class VariableRequest(_Sent):
    """The variable whose values are wanted: its `target` names a filter's key."""

    payload: dict[str, Any] | str | None = Field(
        None, description="A filter's key, alone or as `target`; null has no values", examples=[{"target": "namespace"}]
    )


class AnnotationModel(BaseModel):
    """One annotation; title, text and tags are safe in HTML."""

    time: int = Field(description="Its start, epoch milliseconds", examples=[1_767_225_600_000])
    timeEnd: int = Field(  # noqa: N815
        description="Its end, epoch milliseconds; the same as `time` for a point", examples=[1_767_229_200_000]
    )
    title: str = Field(description="What it is", examples=["Memory leak: shop/cart/app"])
    text: str = Field(description="What is known of it, as HTML", examples=["12 MiB an hour in 2 of 6 pods"])
    tags: str = Field(description="Joined by commas", examples=["leakwatch,leak,critical,namespace:shop"])


class SimpleAnnotationModel(BaseModel):
    """One annotation as SimpleJSON wants it."""

    annotation: dict[str, Any] = Field(description="What was asked, handed back")
    time: int = Field(description="Its start, epoch milliseconds", examples=[1_767_225_600_000])
    timeEnd: int | None = Field(  # noqa: N815
        None, description="Its end, epoch milliseconds; absent, never null, for a point", examples=[1_767_229_200_000]
    )
    isRegion: bool = Field(description="Whether it is a span")  # noqa: N815
    title: str = Field(description="What it is", examples=["Memory leak: shop/cart/app"])
    text: str = Field(description="What is known of it, as HTML", examples=["12 MiB an hour in 2 of 6 pods"])
    tags: list[str] = Field(description="What it can be filtered by", examples=[["leakwatch", "leak", "critical"]])


def moment(value: str | int, name: str) -> float:
    """A time in unix seconds, from ISO 8601 with a zone or from epoch milliseconds. Raises UsageError, naming it."""
    text = str(value).strip()
    if re.fullmatch(r"\d{1,18}", text):
        return _of_milliseconds(int(text), name)
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        when = None
    if when is None or "T" not in text.upper().replace(" ", "T"):
        raise UsageError(f"{name}: not a time", "give ISO 8601, such as 2026-01-01T00:00:00Z, or epoch milliseconds")
    if when.tzinfo is None:
        raise UsageError(f"{name}: has no zone", "end it with Z, or with an offset such as +02:00")
    if not 1970 <= when.year <= 9000:
        raise UsageError(f"{name}: must be between the years 1970 and 9000")
    return when.astimezone(UTC).timestamp()


def _of_milliseconds(number: int, name: str) -> float:
    if 0 < number < _LEAST_MILLISECONDS:
        raise UsageError(f"{name}: {number} looks like seconds", f"give epoch milliseconds ({number}000), or ISO 8601")
    if number > _MOST_MILLISECONDS:
        raise UsageError(f"{name}: {number} is after the year 9000", "give epoch milliseconds, or ISO 8601")
    return number / 1000
