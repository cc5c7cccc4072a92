"""A timeline in words."""

import pytest

from app.domain.incident import Event, EventKind, TimelineEntry
from app.web.timeline import days

DAY = 86_400.0


def entry(kind, before=None, after=None, text="", at=0.0):
    return TimelineEntry(1, at, "ann", Event(EventKind(kind), before, after, text))


def line(*told):
    return days([entry(*told)])[0].lines[0]


@pytest.mark.parametrize("kind", list(EventKind))
def test_every_kind_has_words(kind):
    assert line(kind).words


@pytest.mark.parametrize(
    ("event", "shown"),
    [
        (("commented", None, None, "hm"), (None, None, None, "hm")),
        (("opened", None, "open", "it leaks"), (None, None, None, "it leaks")),
        (("severity_changed", "info", "critical", "severity info became critical"), ("info", "critical", None, "")),
        (("severity_changed", "info", "critical", "less time"), ("info", "critical", None, "less time")),
        (("assigned", None, "ben", "it is ben's to look after"), (None, "ben", None, "")),
        (("assigned", "ben", None, "it is nobody's any more"), ("ben", None, None, "")),
        (("assigned", "ben", "eve", "ben is away"), ("ben", "eve", None, "ben is away")),
        (
            ("silenced", None, "2027-01-15T08:00:00Z", "until 2027-01-15T08:00:00Z: a deploy"),
            (None, None, "2027-01-15T08:00:00Z", "a deploy"),
        ),
    ],
)
def test_nothing_is_said_twice(event, shown):
    told = line(*event)
    assert (told.before, told.after, told.until, told.text) == shown


def test_days_are_those_of_utc_in_the_order_given():
    entries = [entry("commented", at=at) for at in (2 * DAY, DAY + 1, DAY, DAY - 1)]
    assert [(day.words, len(day.lines)) for day in days(entries)] == [
        ("Sat 3 Jan 1970", 1),
        ("Fri 2 Jan 1970", 2),
        ("Thu 1 Jan 1970", 1),
    ]
