"""Wanted labels, taken out of many series at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.prometheus.remote_read.labels import read_labels
from tests.support.chunks import field, label_bytes

CART = {"__name__": "rss", "namespace": "shop", "pod": "cart-0"}


@pytest.mark.parametrize(
    ("labels", "found"),
    [
        (CART, {"namespace": "shop", "pod": "cart-0"}),
        ({"pod": ""}, {"pod": ""}),
        ({"po": "a", "pods": "b"}, {}),
        ({"pod": "Ünïcode \n\\x12"}, {"pod": "Ünïcode \n\\x12"}),
        ({"other": "\n\x03pod\x12\x01x"}, {}),
        ({"pod": "x" * 70_000}, {"pod": "x" * 70_000}),
        ({}, {}),
    ],
    ids=["two of three", "empty", "names that are nearly it", "any text", "one inside a value", "a long one", "none"],
)
def test_what_is_wanted_is_found(labels, found):
    before = label_bytes({"pod": "before"})
    assert read_labels([before, label_bytes(labels), before], ("namespace", "pod"))[1] == found


def test_a_label_without_a_value_is_empty():
    assert read_labels([field(1, field(1, b"pod"))], ("pod",)) == [{"pod": ""}]


def test_bytes_that_are_no_text_are_replaced():
    assert read_labels([field(1, field(1, b"pod") + field(2, b"a\xff"))], ("pod",)) == [{"pod": "a\ufffd"}]


@given(st.binary(max_size=60))
def test_whatever_the_bytes_are_they_are_labels_or_refused(data):
    try:
        found = read_labels([data], ("pod",))
    except ValueError:
        return
    assert len(found) == 1


def test_a_label_that_is_cut_is_refused():
    with pytest.raises(ValueError, match="no names and values"):
        read_labels([label_bytes(CART)[:-1], label_bytes(CART)], ("pod",))
