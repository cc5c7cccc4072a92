"""The page of one incident."""

import pytest

from tests.support.incident_rows import keep, leak

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def cart(sqlite_engine):
    return keep(sqlite_engine, leak("cart"))


def at(number, rest=""):
    return f"/incidents/{number}{rest}"


def test_it_says_it_all(viewer, cart):
    page = viewer.get(at(cart))
    assert page.status_code == 200
    for told in ("<b>cart</b> leaks", "in 7 of 9 pods since <b>v2</b>", "OOM kill expected", "What to do now"):
        assert told in page.text
