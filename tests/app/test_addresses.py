"""Addresses that settings give."""

import pytest

from app.addresses import check_host, check_origin, check_proxy, check_root_path, is_loopback


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("LOCALHOST", True),
        ("0.0.0.0", False),
        ("::", False),
        ("10.0.0.1", False),
        ("localhost.example.org", False),
        ("127.0.0.1.example.org", False),
        ("", False),
    ],
)
def test_what_this_machine_alone_reaches(host, loopback):
    assert is_loopback(host) is loopback


@pytest.mark.parametrize(
    ("check", "value"),
    [
        *((check_host, one) for one in ("a.example.org", "*.example.org", "10.0.0.1", "[::1]", "localhost", "A-b.c")),
        *((check_proxy, one) for one in ("10.0.0.1", "10.0.0.0/8", "::1", "fd00::/8")),
        *((check_origin, one) for one in ("https://a.example.org", "http://localhost:3000", "http://[::1]:3000")),
        *((check_root_path, one) for one in ("", "/leakwatch", "/a/b-c")),
    ],
)
def test_what_makes_sense_is_taken(check, value):
    check(value)


@pytest.mark.parametrize(
    ("check", "value"),
    [
        *((check_host, one) for one in ("*", "a b", "https://a", "a:80", "::1", "[::1", "[x]", "a/b", "-a", "a..b")),
        *((check_proxy, one) for one in ("*", "proxy", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.1:80")),
        *((check_origin, one) for one in ("*", "null", "a.example.org", "https://a/", "ftp://a", "https://u:p@a")),
        *((check_root_path, one) for one in ("leakwatch", "/", "/a/", "//a", "/a?b", "/a b", "/a\n")),
    ],
)
def test_what_does_not_is_refused(check, value):
    with pytest.raises(ValueError, match=r"is no|must be"):
        check(value)
