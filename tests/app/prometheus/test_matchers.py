"""Label matchers, as a recording applies them."""

import pytest

from app.errors import UsageError
from app.prometheus.promql import quote
from app.prometheus.recording.matchers import all_accept, parse_matchers

LABELS = {"pod": "cart-1", "container": "app"}


@pytest.mark.parametrize(
    ("text", "accepts"),
    [
        ("", True),
        ('pod="cart-1"', True),
        ('{pod="cart-1", container="app",}', True),
        ('pod="cart"', False),
        ('pod=~"cart-.*"', True),
        ('pod=~"cart"', False),
        ('pod!="cart-1"', False),
        ('pod!~"web.*"', True),
        ('missing=""', True),
        ("pod='cart-1'", True),
        (r'pod="a\"b"', False),
    ],
)
def test_accepts(text, accepts):
    assert all_accept(parse_matchers(text), LABELS) is accepts


@pytest.mark.parametrize("text", ["pod", "pod=cart", 'pod=~"("', '="x"', 'pod="x" container="y"'])
def test_refuses(text):
    with pytest.raises(UsageError, match="--selector"):
        parse_matchers(text)


def test_any_value_can_be_quoted_for_promql():
    assert quote('a"b\\c\nd') == '"a\\"b\\\\c\\nd"'
