"""Which annotations to draw, and the words by which a dashboard asks for them. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from app.domain.annotation import AnnotationKind
from app.domain.finding import Severity
from app.domain.incident import IncidentState

KEYS = ("cluster", "namespace", "workload", "container", "severity", "state", "kind")
CHOICES = {
    "severity": tuple(one.value for one in Severity),
    "state": tuple(one.value for one in IncidentState),
    "kind": tuple(one.value for one in AnnotationKind),
}
# What Grafana puts in place of a variable of which everything is chosen.
_ANY = frozenset({"", "*", ".*", ".+", "$__all"})
_MOST_VALUES = 200
_LONGEST_VALUE = 255


@dataclass(frozen=True, slots=True)
class AnnotationFilter:
    """Of each what may be, in any of the given; empty means any. severity and state are the incident's now."""

    cluster: tuple[str, ...] = ()
    namespace: tuple[str, ...] = ()
    workload: tuple[str, ...] = ()
    container: tuple[str, ...] = ()
    severity: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()

    def draws(self, kind: AnnotationKind) -> bool:
        """Whether annotations of this kind are wanted."""
        return not self.kind or kind.value in self.kind

    def and_also(self, other: "AnnotationFilter") -> "AnnotationFilter":
        """What fits both, where each key stands in one of them; what stands in both is taken from the other."""
        return AnnotationFilter(
            **{one.name: getattr(other, one.name) or getattr(self, one.name) for one in fields(self)}
        )


def filter_of(given: Mapping[str, Iterable[str]]) -> AnnotationFilter:
    """A filter from values by key; a value that Grafana writes for "all" means any.

    Raises ValueError, naming the key and what it may be.
    """
    chosen: dict[str, tuple[str, ...]] = {}
    for key, values in given.items():
        if key not in KEYS:
            raise ValueError(f"{key[:40]!r} is no filter: there are {', '.join(KEYS)}")
        listed = [one for value in values for one in _split(value)]
        chosen[key] = () if any(one in _ANY for one in listed) else tuple(dict.fromkeys(listed))
        _check(key, chosen[key])
    return AnnotationFilter(**chosen)


def parse_filter(text: str) -> AnnotationFilter:
    """A filter written as `namespace=shop workload=cart,web kind=oom`; nothing means everything. Raises ValueError."""
    given: dict[str, list[str]] = {}
    for word in text.split():
        key, equals, value = word.partition("=")
        if not equals:
            raise ValueError(f"{word[:40]!r} is not of the form key=value, such as namespace=shop kind=leak,oom")
        given.setdefault(key, []).append(value.strip("\"'"))
    return filter_of(given)


def _split(value: str) -> list[str]:
    """One value, or several: `a,b`, or `{a,b}` and `(a|b)` as Grafana writes a variable of several values."""
    value = value.replace("\\", "")  # Grafana escapes names as a regular expression; none has a backslash of its own
    if value.startswith("(") and value.endswith(")"):
        return value[1:-1].split("|")
    if value.startswith("{") and value.endswith("}"):
        value = value[1:-1]
    return value.split(",")


def _check(key: str, values: tuple[str, ...]) -> None:
    allowed = CHOICES.get(key)
    if allowed is not None:
        wrong = next((one for one in values if one not in allowed), None)
        if wrong is not None:
            raise ValueError(f"{key}: {wrong[:40]!r} is none of {', '.join(allowed)}")
    if len(values) > _MOST_VALUES:
        raise ValueError(f"{key}: more than {_MOST_VALUES} values")
    if any(len(one) > _LONGEST_VALUE or not one.isprintable() for one in values):
        raise ValueError(f"{key}: a value is longer than {_LONGEST_VALUE} letters, or has some that cannot be shown")
