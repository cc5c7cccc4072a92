"""What the next page tells of what was just done, and how it is undone: a sealed cookie that is read once."""

import base64
import binascii
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, Field, ValidationError

from app.services.seals import SealService

TOLD_COOKIE = "leakwatch_told"
TOLD_SECONDS = 60
_PURPOSE = "told"
# Browsers keep cookies of up to 4096 bytes.
_LONGEST = 3500
_SHORT = 300


class Undo(BaseModel):
    """An act that takes back what was done, and to what; each in the form that the act's page gave it.

    path: where that is asked for.
    """

    act: str
    targets: list[str]
    path: str = "/acts/undo"


class Told(BaseModel):
    """One or two sentences. is_error: whether something went wrong; undo: None where there is nothing to take back."""

    text: Annotated[str, Field(max_length=1000)]
    is_error: bool = False
    undo: Undo | None = None


@dataclass(frozen=True, slots=True)
class Telling:
    """Seals and opens what is told. Raises StorageError where the key of seals cannot be had."""

    seals: SealService

    def write(self, told: Told) -> str:
        """What the cookie holds. What would be too long to keep cannot be undone from the next page, or is cut."""
        sealed = self._sealed(told)
        if len(sealed) > _LONGEST:
            sealed = self._sealed(told.model_copy(update={"undo": None}))
        if len(sealed) > _LONGEST:
            sealed = self._sealed(Told(text=f"{told.text[:_SHORT]}…", is_error=told.is_error))
        return sealed

    def read(self, cookie: str) -> Told | None:
        """What a cookie of ours tells."""
        text = self.seals.opened(_PURPOSE, cookie)
        if text is None:
            return None
        try:
            return Told.model_validate_json(base64.urlsafe_b64decode(text))
        except (ValidationError, binascii.Error):
            return None

    def _sealed(self, told: Told) -> str:
        return self.seals.sealed(_PURPOSE, base64.urlsafe_b64encode(told.model_dump_json().encode()).decode())
