"""Where settings have their values from, worked out from what each source gives."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from app.domain.setting import Origin

_NESTED = "metrics"


def origins_of(sources: Sequence[tuple[Origin, Mapping[str, Any]]]) -> dict[str, Origin]:
    """The origin of each setting that a source gives, by its name; of metric names, by `metrics.rss`.

    sources: what each gives, by the names of settings; the first that gives one wins. What none gives is a default.
    """
    found: dict[str, Origin] = {}
    for origin, values in sources:
        for name in _names(values):
            found.setdefault(name, origin)
    return found


def _names(values: Mapping[str, Any]) -> Iterable[str]:
    for name, value in values.items():
        if name != _NESTED:
            yield name
        else:
            inner = value.model_fields_set if isinstance(value, BaseModel) else value
            yield from (f"{_NESTED}.{part}" for part in inner)
