"""Answers to remote reads, taken in as they come, with all that can be wrong with them."""

import cramjam
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import SourceError, SourceOverloaded, SourceTooLarge, SourceUnreachable, SourceUnusable
from app.prometheus.reduce import Steps
from app.prometheus.remote_read.intake import FramesIntake, SamplesIntake
from app.prometheus.remote_read.labels import read_labels
from detectors.panel import Grid
from tests.support.chunks import (
    STALE,
    chunk_field,
    field,
    frame,
    label_bytes,
    samples_answer,
    series_message,
    varint,
    xor_chunk,
)

GRID = Grid(1000.0, 60.0, 5)
RSS, OTHER = {"__name__": "rss", "pod": "cart-0"}, {"__name__": "rss", "pod": "cart-1"}
NAMES = ("pod",)
TIMES = 1_000_000 + 30_000 * np.arange(9)
VALUES = [float(value) for value in (9, 1, 2, 3, 4, 5, 6, 7, 8)]
FIRST, SECOND = xor_chunk(TIMES[:4], VALUES[:4]), xor_chunk(TIMES[4:], VALUES[4:])
LAST = [9, 2, 4, 6, 8]


def _take(answer, intake=FramesIntake, at_once=None, grid=GRID):
    """What came of an answer that comes `at_once` bytes at a time: pod, low and last of each series, and samples."""
    told = []

    def drain(labels, reduced):
        for label, low, last in zip(labels, reduced.low, reduced.last, strict=True):
            told.append((read_labels([label], NAMES)[0].get("pod"), low.tolist(), last.tolist()))

    taken = intake(Steps.of(grid), drain, "http://prometheus/api/v1/read")
    step = at_once or max(len(answer), 1)
    for at in range(0, len(answer), step):
        taken.feed(answer[at : at + step])
    taken.end()
    return told, taken.samples


@pytest.mark.parametrize("at_once", [None, 1, 7])
def test_a_series_with_its_chunks_in_one_frame_or_two(at_once):
    together = frame(series_message(RSS, FIRST, SECOND))
    apart = frame(series_message(RSS, FIRST)) + frame(series_message(RSS, SECOND))
    expected = ([("cart-0", [9, 1, 3, 5, 7], LAST)], 9)
    assert _take(together, at_once=at_once) == _take(apart, at_once=at_once) == expected


def test_series_follow_each_other():
    answer = frame(series_message(RSS, FIRST, SECOND)) + frame(series_message(OTHER, FIRST))
    assert [pod for pod, _, _ in _take(answer)[0]] == ["cart-0", "cart-1"]


def test_more_series_than_there_is_room_for_at_once():
    answer = b"".join(frame(series_message(RSS | {"pod": f"cart-{i}"}, FIRST, SECOND)) for i in range(1500))
    told, samples = _take(answer)
    assert told == [(f"cart-{i}", [9, 1, 3, 5, 7], LAST) for i in range(1500)]
    assert samples == 1500 * 9


def test_many_series_in_one_frame():
    one = frame(b"".join(series_message(RSS | {"pod": f"cart-{i}"}, FIRST) for i in range(1500)))
    assert [pod for pod, _, _ in _take(one)[0]] == [f"cart-{i}" for i in range(1500)]


def test_a_label_of_64_kib_with_quotes_and_newlines():
    value = 'say "no"\n' * 8000
    (told,), _ = _take(frame(series_message(RSS | {"pod": value}, FIRST)), at_once=10_000)
    assert told[0] == value


def test_chunks_of_two_replicas_overlap():
    answer = frame(series_message(RSS, xor_chunk(TIMES[:6], VALUES[:6]), xor_chunk(TIMES[3:], VALUES[3:])))
    assert _take(answer)[0] == [("cart-0", [9, 1, 3, 5, 7], LAST)]


def test_chunks_out_of_order():
    assert _take(frame(series_message(RSS, SECOND, FIRST)))[0] == [("cart-0", [9, 1, 3, 5, 7], LAST)]


def test_a_chunk_of_a_histogram_is_passed_over():
    message = field(1, label_bytes(RSS) + chunk_field(b"\x07\x07\x07", encoding=2) + chunk_field(FIRST))
    assert _take(frame(message))[1] == 4


def test_nothing_matched():
    assert _take(b"") == ([], 0)


@pytest.mark.parametrize("at_once", [None, 5])
def test_an_answer_that_ends_amid_a_frame(at_once):
    answer = frame(series_message(RSS, FIRST, SECOND))
    for cut in range(1, len(answer)):
        with pytest.raises(SourceUnreachable, match="damaged"):
            _take(answer[:cut], at_once=at_once)


@given(st.data())
def test_a_bit_that_flipped_is_noticed(data):
    answer = bytearray(frame(series_message(RSS, FIRST, SECOND)) + frame(series_message(OTHER, FIRST)))
    bit = data.draw(st.integers(0, len(answer) * 8 - 1))
    answer[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SourceError):
        _take(bytes(answer), at_once=data.draw(st.integers(1, len(answer))))


@given(st.binary(max_size=400))
def test_any_bytes_are_refused(answer):
    if answer:
        with pytest.raises(SourceError):
            _take(answer)


@settings(max_examples=300)
@given(st.data())
def test_a_hostile_message_with_a_right_sum_is_read_or_refused(data):
    message = bytearray(series_message(RSS, FIRST, SECOND) + series_message(OTHER, SECOND))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(message) - 1))
        message[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    if message:
        _read_or_refused(frame(bytes(message)))


@given(st.binary(min_size=1, max_size=300))
def test_a_frame_of_any_bytes_is_read_or_refused(message):
    _read_or_refused(frame(message))


def _read_or_refused(answer, intake=FramesIntake):
    try:
        _, samples = _take(answer, intake)
    except (SourceError, ValueError):  # ValueError: labels that are none, which Placing tells as a SourceError
        return
    assert samples <= 2 * 65_535


@pytest.mark.parametrize("size", [50_000_001, 2**31, 2**63, 2**64 - 1])
def test_a_frame_that_says_it_is_huge_is_refused_before_it_comes(size):
    with pytest.raises(SourceTooLarge):
        _take(varint(size) + bytes(20))


def test_labels_that_are_huge_are_refused():
    with pytest.raises(SourceTooLarge):
        _take(frame(series_message(RSS | {"pod": "x" * (1 << 21)}, FIRST)))


def test_a_stream_of_zeros_ends():
    with pytest.raises(SourceUnreachable):
        _take(bytes(1_000_000), at_once=1 << 16)


def test_prometheus_says_in_plain_text_why_it_breaks_off():
    answer = frame(series_message(RSS, FIRST)) + b"query timed out in expression evaluation\n"
    with pytest.raises(SourceOverloaded, match="query timed out in expression"):
        _take(answer)


@pytest.mark.parametrize(
    "message",
    [
        field(1, label_bytes(RSS) + chunk_field(FIRST[:-6])),
        field(1, chunk_field(FIRST)),
        field(1, label_bytes(RSS) + chunk_field(FIRST) + label_bytes(OTHER)),
        field(1, label_bytes(RSS) + b"\x12\xff\x01"),
        b"\x0a\xff\xff\xff\xff\x0f",
        b"\x0b",
    ],
    ids=["a cut chunk", "no labels", "labels behind chunks", "a chunk beyond the end", "a series beyond", "a group"],
)
def test_what_no_server_sends(message):
    with pytest.raises(SourceUnusable, match="broken") as caught:
        _take(frame(message))
    assert "LEAKWATCH_SOURCE=query_range" in caught.value.hint


def test_samples_say_what_chunks_say():
    answer = samples_answer((RSS, TIMES, VALUES), (OTHER, TIMES[:4], VALUES[:4]))
    chunks = frame(series_message(RSS, FIRST, SECOND)) + frame(series_message(OTHER, FIRST))
    assert repr(_take(answer, SamplesIntake)) == repr(_take(chunks))


def test_samples_of_no_series():
    assert _take(bytes(cramjam.snappy.compress_raw(b"\x0a\x00")), SamplesIntake) == ([], 0)


def test_a_stale_marker_among_samples_ends_what_was_before():
    (told,), _ = _take(samples_answer((RSS, [1_000_000, 1_060_000], [5.0, STALE])), SamplesIntake)
    np.testing.assert_equal(told[2], [5, np.nan, np.nan, np.nan, np.nan])


@given(st.binary(max_size=200))
def test_any_bytes_in_place_of_samples_are_read_or_refused(answer):
    _read_or_refused(answer, SamplesIntake)
    _read_or_refused(bytes(cramjam.snappy.compress_raw(answer)), SamplesIntake)


def test_a_small_answer_that_says_it_is_huge_is_refused_before_it_is_unpacked():
    with pytest.raises(SourceTooLarge):
        _take(varint(2**31) + b"\x00a", SamplesIntake)
