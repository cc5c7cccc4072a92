"""Chunks decode to the very bits that went in, and broken ones to nothing."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.prometheus.remote_read.chunks import PADDING, decode_chunk
from tests.support.chunks import STALE, decoded, xor_chunk

STEPS = st.one_of(
    st.just(30_000),
    st.integers(29_000, 31_000),
    st.sampled_from([0, 1, 8191, 8192, 8193, 65_536, 65_537, 524_288, 524_289, 2**40]),
)
VALUES = st.one_of(
    st.sampled_from([0.0, -0.0, 1.0, 4096.0, 1e308, 5e-324, float("inf"), float("nan"), STALE]),
    st.integers(0, 2**40).map(lambda pages: pages * 4096.0),
    st.floats(),
)


def _bits(values):
    return np.asarray(values, dtype=np.float64).view(np.uint64).tolist()


@given(st.integers(-(2**50), 2**50), st.lists(st.tuples(STEPS, VALUES), max_size=200))
def test_what_goes_in_comes_out(start, samples):
    times = np.cumsum([start, *(step for step, _ in samples)], dtype=np.int64)[: len(samples)]
    values = [value for _, value in samples]
    found, told = decoded(xor_chunk(times, values))
    assert (found.tolist(), _bits(told)) == (times.tolist(), _bits(values))


def test_a_stale_marker_keeps_its_bits():
    _, values = decoded(xor_chunk([1000, 2000], [1.0, STALE]))
    assert _bits(values)[1] == 0x7FF0000000000002


def test_as_many_samples_as_a_chunk_can_have():
    times = 1_700_000_000_000 + 15_000 * np.arange(65_535)
    found, _ = decoded(xor_chunk(times, np.ones(times.size)))
    np.testing.assert_equal(found, times)


@given(st.lists(st.tuples(STEPS, VALUES), min_size=2, max_size=40), st.data())
def test_a_chunk_that_is_cut_is_broken(samples, data):
    times = 1_700_000_000_000 + np.cumsum([step for step, _ in samples])
    chunk = xor_chunk(times, [value for _, value in samples])
    cut = data.draw(st.integers(0, len(chunk) - 1))
    assert decoded(chunk[:cut]) is None


@given(st.binary(max_size=300))
def test_any_bytes_are_a_chunk_or_broken(chunk):
    found = decoded(chunk)
    assert found is None or found[0].size == int.from_bytes(chunk[:2], "big")


@given(st.binary(min_size=2, max_size=60), st.binary(min_size=PADDING, max_size=PADDING))
def test_what_stands_behind_a_chunk_changes_nothing(chunk, behind):
    data = np.frombuffer(chunk + behind, dtype=np.uint8).copy()
    times, values = np.zeros(65_535, dtype=np.int64), np.zeros(65_535)
    count = decode_chunk(data, 0, len(chunk), times, values)
    found = decoded(chunk)
    assert (count < 0) == (found is None)
    if found is not None:
        assert (times[:count].tolist(), _bits(values[:count])) == (found[0].tolist(), _bits(found[1]))


@pytest.mark.parametrize(
    "chunk",
    [
        b"",
        b"\x00",
        b"\x00\x01",
        b"\x00\x01" + b"\xff" * 20,
        b"\x00\x01\x02" + bytes(7),
        b"\x00\x02\x02" + struct.pack(">d", 1.0),
        b"\x00\x02\x02" + struct.pack(">d", 1.0) + b"\x02" + b"\xff\xff\xff\xff",
        b"\xff\xff\x02" + struct.pack(">d", 1.0) + b"\x02",
    ],
    ids=[
        *("nothing", "half a header", "no first sample", "an endless varint", "a cut value", "no second sample"),
        *("more zeros than bits", "fewer samples than told"),
    ],
)
def test_what_is_broken(chunk):
    assert decoded(chunk) is None
