"""What all that the API answers with is made of."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, PlainSerializer, WithJsonSchema

from app.output.times import rfc3339

Time = Annotated[
    datetime,
    PlainSerializer(lambda when: rfc3339(when.timestamp()), return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-01-01T00:00:00Z"]}),
]


class Model(BaseModel):
    """What all of them are."""

    # Documents kept by a newer leakwatch may have more fields: they go through.
    model_config = ConfigDict(extra="allow")
