"""What the form of a silence says, and what is wrong with it."""

from dataclasses import replace

import pytest
from starlette.datastructures import QueryParams

from app.domain.silence import Silence, matcher_of
from app.web.silence_form import SilenceForm, read

NOW = 1_764_000_030.0  # 2025-11-24 16:00:30 UTC
HOUR = 3600.0
GOOD = SilenceForm("namespace=shop", comment="deploy")
MATCHERS = (matcher_of("namespace=shop"), matcher_of('workload=~"cart-.*"'))


def test_matchers_are_lines_and_empty_ones_are_nothing():
    assert read(replace(GOOD, matchers='\nnamespace=shop\n\n  workload=~"cart-.*"  \n'), NOW).matchers == MATCHERS


@pytest.mark.parametrize(
    ("changes", "times"),
    [
        ({"span": "3600"}, (None, NOW + HOUR)),
        ({"begins": "2025-11-24T17:00", "span": "3600"}, (NOW - 30 + HOUR, NOW - 30 + 2 * HOUR)),
        ({"lasts": "until", "ends": "2025-11-24T17:00"}, (None, NOW - 30 + HOUR)),
        ({"lasts": "until", "ends": "2025-11-24 18:00+01:00"}, (None, NOW - 30 + HOUR)),
        # Just chosen, and sent a little later.
        ({"begins": "2025-11-24T16:00", "span": "3600"}, (NOW - 30, NOW + HOUR)),
    ],
    ids=["for a while from now", "for a while from then", "until", "in another zone", "from this minute"],
)
def test_times(changes, times):
    found = read(replace(GOOD, **changes), NOW)
    assert (found.problems, found.starts_at, found.ends_at) == ({}, *times)


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"matchers": " \n"}, "matchers", "Say what is to be silenced"),
        ({"matchers": "namespace=shop\nwork~x"}, "matchers", "Line 2: 'work~x' is no matcher"),
        ({"matchers": "workload=~(a"}, "matchers", "Line 1: the expression has a ( without its )."),
        ({"matchers": "workload=~.*"}, "matchers", "One of them must not fit what is empty"),
        ({"matchers": "namespace=a\n" * 51}, "matchers", "That are too many lines."),
        ({"matchers": "namespace=a\n" * 21}, "matchers", "Must be 1 to 20."),
        ({"matchers": "namespace=a\x07b"}, "matchers", "The value for namespace"),
        ({"begins": "tomorrow"}, "begins", "Write a date and time"),
        ({"begins": "2025-11-24T15:00"}, "begins", "That is past"),
        ({"begins": "9999-12-31T23:59-23:59"}, "begins", "That is no time of ours."),
        ({"begins": "2999-01-01T00:00", "lasts": "until", "ends": "2025-11-25T00:00"}, "ends", "The end must be later"),
        ({"lasts": "until"}, "ends", "Say until when"),
        ({"lasts": "until", "ends": "2025-11-24T15:00"}, "ends", "The end must be later than now."),
        ({"lasts": "until", "ends": "2028-11-24T15:00"}, "ends", "The end must be within 365 days."),
        ({"lasts": "until", "ends": "0001-01-01T00:00"}, "ends", "That is no time of ours."),
        ({"span": "7"}, "ends", "Choose for how long."),
        ({"span": "²"}, "ends", "Choose for how long."),
        ({"comment": " "}, "comment", "Say why"),
        ({"comment": "x" * 2001}, "comment", "Longer than 2000 characters."),
    ],
)
def test_what_is_wrong_is_said_of_its_field(changes, field, says):
    found = read(replace(GOOD, **changes), NOW)
    assert list(found.problems) == [field]
    assert found.problems[field].startswith(says)
    assert found.wanted is None


def test_all_that_is_wrong_is_said_at_once():
    found = read(SilenceForm("x", "x", "until", "x", "x", ""), NOW)
    assert list(found.problems) == ["matchers", "begins", "ends", "comment"]


def test_one_in_force_may_be_saved_as_it_is():
    kept = Silence(1, MATCHERS, None, "ann", "deploy", NOW - HOUR, NOW - HOUR, NOW + HOUR, None, 1)
    found = read(SilenceForm.of(kept, NOW), NOW, has_begun_at=kept.starts_at)
    assert (found.matchers, found.starts_at, found.comment) == (kept.matchers, None, kept.comment)
    assert 0 <= found.ends_at - kept.ends_at < 60


def test_one_to_come_keeps_its_start():
    kept = Silence(1, MATCHERS, None, "ann", "deploy", NOW, NOW - 30 + HOUR, NOW - 30 + 2 * HOUR, None, 1)
    found = read(SilenceForm.of(kept, NOW), NOW)
    assert (found.starts_at, found.ends_at) == (kept.starts_at, kept.ends_at)


@pytest.mark.parametrize(
    ("query", "matchers"),
    [
        ("", ""),
        ("workload=cart&namespace=shop&nosuch=1", 'namespace="shop"\nworkload="cart"'),
        ('workload=a"b', 'workload="a"b"'),
        ("workload=%0Anamespace=~.*", ""),
    ],
)
def test_an_address_begins_it(query, matchers):
    assert SilenceForm.asked(QueryParams(query)).matchers == matchers


def test_what_an_address_began_is_read_as_it_was_meant():
    form = replace(SilenceForm.asked(QueryParams('workload=a"b')), comment="why")
    assert [one.value for one in read(form, NOW).matchers] == ['a"b']
