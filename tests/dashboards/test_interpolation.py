"""Variables in queries: found, and given values."""

import pytest

from dashboards.interpolation import interpolate, used


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("up", set()),
        ('up{a=~"$a"}', {"a"}),
        ('up{a=~"${a}",b="${b:regex}"}', {"a", "b"}),
        ("rate(up[$__rate_interval])", {"__rate_interval"}),
        ("${__data.fields.namespace}", {"__data.fields.namespace"}),
        ('label_replace(up, "a", "$1", "b", "(.+)")', set()),
        ('up{a=~".+$"}', set()),
    ],
)
def test_variables_are_found(query, names):
    assert used(query) == names


def test_values_take_the_place_of_variables():
    found = interpolate('rate(up{a=~"$a",b="${b:csv}"}[$__rate_interval]) / $c', {"a": "x|y", "b": "z", "c": "2"})
    assert found == 'rate(up{a=~"x|y",b="z"}[5m]) / 2'


def test_a_longer_name_is_not_taken_for_a_shorter_one():
    assert interpolate("$pod $pods", {"pod": "a", "pods": "b"}) == "a b"


def test_a_variable_without_a_value_is_an_error():
    with pytest.raises(KeyError, match="nothing"):
        interpolate("$nothing", {})
