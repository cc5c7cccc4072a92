"""Matchers, in every way in which a file may write them."""

import pytest

from alert_rules.alertmanager.reading import matchers_of, parse_matcher, requires
from alert_rules.alertmanager.tree import Matcher


@pytest.mark.parametrize(
    ("text", "matcher"),
    [
        ("a=b", Matcher("a", "=", "b")),
        (' a != "b c" ', Matcher("a", "!=", "b c")),
        ('a=~"b|c"', Matcher("a", "=~", "b|c")),
        (r'a!~"\"x\"\n\\d"', Matcher("a", "!~", '"x"\n\\d')),
        ('a=""', Matcher("a", "=", "")),
        ("a=", Matcher("a", "=", "")),
    ],
)
def test_a_matcher_is_read(text, matcher):
    assert parse_matcher(text) == matcher


@pytest.mark.parametrize("matcher", [Matcher("a", "=", 'x "y" \\ \n é'), Matcher("a", "!~", r"\d+|\.")])
def test_what_is_written_is_read_again(matcher):
    assert parse_matcher(str(matcher)) == matcher


@pytest.mark.parametrize(
    "route",
    [
        {"matchers": ['a="1"', "b=~2"]},
        {"matchers": '{a="1", b=~"2"}'},
        {"matchers": ['{a="1",b="2"}']},
        {"match": {"a": 1}, "match_re": {"b": "2"}},
    ],
)
def test_the_old_and_the_new_ways_are_the_same(route):
    assert matchers_of(route) == {Matcher("a", "=", "1"), Matcher("b", "=", "2")}


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        ('a="b"', {"a"}),
        ('a!=""', {"a"}),
        ('a=~"b|c"', {"a"}),
        ('a!~"|b"', {"a"}),
        ('a=""', set()),
        ('a!="b"', set()),
        ('a=~"b?"', set()),
        ('a!~"b"', set()),
        ('a=~"("', set()),
    ],
)
def test_which_labels_a_matcher_asks_for(text, needed):
    assert requires(frozenset({parse_matcher(text)})) == needed
