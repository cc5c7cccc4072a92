"""Types that several groups of settings share."""

from typing import Annotated

from pydantic import BeforeValidator
from pydantic_settings import NoDecode


def _as_list(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


# Names separated by commas, as an environment variable has them; a list in the file.
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_as_list)]
