"""Label matchers as PromQL writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import UsageError
from app.prometheus.promql import LabelMatcher, one_of, parse_label_matchers, quote, together


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ('pod=~"cart-.*"', [("pod", "=~", "cart-.*")]),
        ("{a=\"1\", b!='2' ,c!~`\\d`,}", [("a", "=", "1"), ("b", "!=", "2"), ("c", "!~", "\\d")]),
        (r'a="x\n\t\"\\\x41\u00e9\101"', [("a", "=", 'x\n\t"\\A\u00e9A')]),
        ('"a.b"="1"', [("a.b", "=", "1")]),
        ('a="1,b=2"', [("a", "=", "1,b=2")]),
    ],
)
def test_matchers(text, found):
    assert parse_label_matchers(text) == tuple(LabelMatcher(*one) for one in found)


@pytest.mark.parametrize("text", ["pod", "pod=cart", 'pod=="a"', 'pod="a" container="b"', 'pod="a', '1pod="a"'])
def test_what_is_no_matcher(text):
    with pytest.raises(UsageError, match="no label matcher"):
        parse_label_matchers(text)


@given(st.text())
def test_what_is_quoted_is_read_back(value):
    assert parse_label_matchers(f"a={quote(value)}") == (LabelMatcher("a", "=", value),)


def test_lists_of_matchers_together():
    assert together('a="1",', "", one_of("b", ["y", "x.z"])) == 'a="1",b=~"x\\\\.z|y"'
