"""Regular expressions of strangers: what they match, and that none of them takes long."""

import re
import time
import warnings

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.domain.pattern import compiled


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("cart", "cart", True),
        ("cart", "cart-1", False),
        ("cart.*", "cart-1", True),
        ("a|b", "b", True),
        ("(a|b)c", "ac", True),
        ("(?:a|b)c", "c", False),
        ("^cart$", "cart", True),
        ("[a-c]+", "abcabc", True),
        ("[^a-c]+", "abd", False),
        ("[]a-]+", "a]-", True),
        (r"v\d+\.\d", "v12.3", True),
        (r"v\d+\.\d", "v12x3", False),
        (r"[\w.]*", "a_B.9", True),
        ("a{2}", "aa", True),
        ("a{2,3}", "aaaa", False),
        ("a{2,}", "aaaaa", True),
        ("a{0}b", "b", True),
        ("a{,3}", "a{,3}", True),
        ("x*?", "xx", True),
        ("", "", True),
        ("", "a", False),
        (".+", "", False),
    ],
)
def test_matches_whole_texts(pattern, text, fits):
    assert compiled(pattern).matches(text) is fits


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("(", "( without"),
        ("a)", ") too many"),
        ("[a", "[ without"),
        ("[z-a]", "a range"),
        ("*a", "nothing before it"),
        ("a**", "repeats a repetition"),
        ("a{3,2}", "repeats {3,2}"),
        ("(?i)a", "(?, of which"),
        (r"\b", "means nothing"),
        ("\\", "means nothing"),
        ("a^b", "has ^ inside"),
        ("a" * 256, "longer than 255"),
        ("(" * 21 + ")" * 21, "20 deep"),
        ("((a{10}){10}){10}", "too large"),
    ],
)
def test_what_is_none_says_why(pattern, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        compiled(pattern)


@settings(max_examples=2000)
@given(st.text("ab1-.*+?|()[]{}\\,dws ", max_size=10), st.text("ab1-_ .", max_size=6))
def test_means_what_it_means_to_python(pattern, text):
    try:
        ours = compiled(pattern)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = re.compile(pattern, re.DOTALL | re.ASCII)
    except (ValueError, re.error):
        assume(False)
    assert ours.matches(text) is (theirs.fullmatch(text) is not None)


@pytest.mark.parametrize("pattern", ["(a*)*b", "(a|a)*b", "(a|aa)+b", ".*.*.*.*.*.*.*b", "(a?){200}a{200}"])
def test_none_takes_long(pattern):
    began = time.process_time()
    compiled(pattern).matches("a" * 255)
    assert time.process_time() - began < 2
