"""Amounts of memory as Kubernetes writes them."""

import pytest

from app.domain.mitigation.quantity import bytes_of, quantity_of


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("512Mi", 512 * 2**20),
        ("1.5Gi", 3 * 2**29),
        ("1G", 10**9),
        ("128974848", 128_974_848),
        ("129e6", 129_000_000),
        ("129M", 129_000_000),
        ("123456789000m", 123_456_789),
        ("1m", 1),
        ("0", 0),
        (".5Ki", 512),
    ],
)
def test_a_quantity_in_bytes(text, size):
    assert bytes_of(text) == size


@pytest.mark.parametrize("text", ["", "Mi", "-1Gi", "1 Gi", "1GiB", "nan", "0x10", "9999999999E", "1e99", "1Gi\n"])
def test_what_is_none(text):
    with pytest.raises(ValueError, match=r"amount of memory|more than"):
        bytes_of(text)


@pytest.mark.parametrize("text", ["512Mi", "1Gi", "1536Mi", "1000", "1Ki", "0"])
def test_there_and_back(text):
    assert quantity_of(bytes_of(text)) == text
