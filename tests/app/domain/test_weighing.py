"""Which reasons of a finding speak for a leak, and which against."""

import pytest

from app.domain.weighing import weighed


def _reasons(*codes):
    return [{"code": code, "text": f"about {code}"} for code in codes]


@pytest.mark.parametrize(
    ("codes", "speak_for", "speak_against"),
    [
        ((), (), ()),
        (("rising_floor", "windows_agree", "spread"), ("rising_floor", "windows_agree", "spread"), ()),
        (("page_cache", "flat_floor"), (), ("page_cache", "flat_floor")),
        (("accepted",), (), ("accepted",)),
        (("exceeds_accepted", "rising_floor"), ("exceeds_accepted", "rising_floor"), ()),
        (("refills", "rising_floor", "plateau"), ("rising_floor",), ("refills", "plateau")),
        (("too_young",), (), ("too_young",)),
        (("of_another_version",), ("of_another_version",), ()),
    ],
)
def test_which_side(codes, speak_for, speak_against):
    told = weighed(_reasons(*codes))

    assert told.for_ == tuple(_reasons(*speak_for))
    assert told.against == tuple(_reasons(*speak_against))
