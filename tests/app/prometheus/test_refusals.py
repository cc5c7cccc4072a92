"""What servers say when they do not give what was asked for."""

import pytest

from app.prometheus.refusals import asks_too_much, in_short, told


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"status":"error","errorType":"bad_data","error":"no such thing"}', "no such thing"),
        (b"404 page not found\n", "404 page not found"),
        (
            b'remoteAddr: "10.0.0.1:4711"; requestURI: /api/v1/export?x=%3B; cannot parse; really',
            "cannot parse; really",
        ),
        (b"<html>Bad gateway</html>", ""),
        (b"", ""),
        (b"[1]", "[1]"),
        (b"\xff", "\ufffd"),
    ],
)
def test_what_is_said_is_found(body, said):
    assert told(body) == said


@pytest.mark.parametrize(
    "said",
    [
        "query processing would load too many samples into memory in query execution",
        "exceeded maximum resolution of 11,000 points per timeseries",
        "exceeded sample limit (50000000)",
        "the number of matching timeseries exceeds 30000; either narrow down the search",
        "cannot select more than -search.maxSamplesPerQuery=3000 samples",
        "too long query; got 20000 bytes; mustn't exceed `-search.maxQueryLen=16384` bytes",
        "too many points for the given step=1000",
        "limit 5 violated (got 6)",
    ],
)
def test_servers_say_in_many_ways_that_it_was_too_much(said):
    assert asks_too_much(said)


@pytest.mark.parametrize(
    "said", ["cannot parse container_spec_memory_limit_bytes{", "kube_pod_container_resource_limits: no", "timeout"]
)
def test_other_errors_are_not_of_that_kind(said):
    assert not asks_too_much(said)


def test_of_a_long_text_the_begin_and_the_end_are_shown():
    text = f"error when executing {'a|' * 5000}: \n too\x07 many"
    short = in_short(text)
    assert short.startswith("error when executing a|a|")
    assert short.endswith(": too  many")
    assert len(short) < 400
    assert in_short("short") == "short"
