"""Lines of VictoriaMetrics' export, as they should be and as they should not."""

import itertools

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import SourceError, SourceOverloaded, SourceTooLarge, SourceUnreachable, SourceUnusable
from app.prometheus.victoria.lines import read_line, split_lines
from app.prometheus.victoria.numbers import read_times, read_values

NAN, INF = np.nan, np.inf


def _bytes(text):
    return np.frombuffer(text, dtype=np.uint8)


def _line(values, times, labels=b'{"__name__":"m"}'):
    return b'{"metric":' + labels + b',"values":[' + values + b'],"timestamps":[' + times + b"]}"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (b"", []),
        (b"1", [1.0]),
        (b"-1.5,null,0", [-1.5, NAN, 0.0]),
        (b"104857600.125", [104857600.125]),
        (b"0.1,123456.789012345", [0.1, 123456.789012345]),
        (b"9007199254740992", [2.0**53]),
    ],
)
def test_numbers_are_read(text, values):
    out = np.empty(4)
    count = read_values(_bytes(text), out)
    np.testing.assert_equal(out[:count], values)


@pytest.mark.parametrize(
    "text",
    [
        *(b"1,", b",1", b"1,,2", b"1 ,2", b"-", b".", b".5", b"1.", b"1.2.3", b"--1", b"nul", b"nullnull", b"NaN"),
        *(b"+Inf", b"1e3", b"9007199254740993", b"1234567890123456789", b"1,2,3,4,5", b'"1"', b"\xff"),
    ],
)
def test_what_is_rare_or_no_number_is_refused(text):
    assert read_values(_bytes(text), np.empty(4)) == -1


@pytest.mark.parametrize("text", [b"1.5", b"null", b"1,", b"1,2,3", b"99999999999999999999"])
def test_what_is_no_list_of_times_is_refused(text):
    assert read_times(_bytes(text), np.empty(2, dtype=np.int64)) == -1


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False).map(np.format_float_positional)))
def test_every_number_is_what_python_reads_or_refused(texts):
    line = ",".join(text.removesuffix(".") for text in texts).encode()
    out = np.empty(len(texts))
    count = read_values(_bytes(line), out)
    if count >= 0:
        np.testing.assert_equal(out[:count], [float(text) for text in texts])


@pytest.mark.parametrize(
    ("line", "values"),
    [
        (_line(b"1,null,2.5", b"1000,2000,3000"), [1.0, NAN, 2.5]),
        (_line(b"1,+Inf,-Inf", b"1000,2000,3000"), [1.0, NAN, NAN]),
        (_line(b'1,"Infinity","-Infinity"', b"1000,2000,3000"), [1.0, INF, -INF]),
        (_line(b"1e3,12345678901234567890,0", b"1000,2000,3000"), [1e3, 12345678901234567890.0, 0.0]),
        (b'{"timestamps": [1000, 2000, 3000], "values": [1, 2, 3], "metric": {"__name__": "m"}}', [1.0, 2.0, 3.0]),
    ],
    ids=["a stale marker", "infinities of 1.79", "infinities of today", "many digits", "another order"],
)
def test_a_line_is_a_series(line, values):
    one = read_line(line)
    assert one.labels == {"__name__": "m"}
    np.testing.assert_equal(one.times, [1000, 2000, 3000])
    np.testing.assert_equal(one.values, values)


def test_label_values_may_look_like_the_line_itself():
    odd = '"],"timestamps":[1]}\n,"values":[+Inf]'
    one = read_line(_line(b"5", b"1000", orjson.dumps({"__name__": "m", "pod": odd})))
    assert (one.labels["pod"], one.values.tolist(), one.times.tolist()) == (odd, [5.0], [1000])


@pytest.mark.parametrize(
    "line",
    [
        b"{}",
        b"{",
        _line(b"1,2", b"1000"),
        _line(b"1", b"1000,2000"),
        _line(b'"one"', b"1000"),
        _line(b"[1]", b"[1000]"),
        _line(b"1", b'"soon"'),
        _line(b"1", b"1e300"),
        _line(b"1", b"1000", b"[]"),
        _line(b"1", b"1000", b'{"pod":1}'),
        _line(b"{}", b"1000"),
        b"{" + b'"a":{' * 5000,
    ],
)
def test_what_is_no_series_is_said(line):
    with pytest.raises(SourceUnusable, match="not a series"):
        read_line(line)


def test_an_error_in_a_line_s_place_can_be_tried_again():
    with pytest.raises(SourceOverloaded, match="vmstorage is down"):
        read_line(b"error when exporting: vmstorage is down")


@given(st.binary(max_size=60), st.integers(0, 100))
def test_a_damaged_line_is_an_error_or_a_series(noise, at):
    line = _line(b"1,null,2.5", b"1000,2000,3000", b'{"__name__":"m","pod":"p"}')
    try:
        one = read_line(line[:at] + noise + line[at + len(noise) :])
    except SourceError:
        return
    assert one.times.shape == one.values.shape


@given(st.lists(st.text("{}ab", min_size=1, max_size=9).map(str.encode)), st.lists(st.integers(0, 90)))
def test_lines_come_whole_however_they_are_cut(lines, cuts):
    text = b"".join(line + b"\n" for line in lines)
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    chunks = [text[begin:end] for begin, end in itertools.pairwise(places)]
    assert list(split_lines(chunks)) == lines


def test_a_line_without_an_end_was_cut():
    with pytest.raises(SourceUnreachable, match="cut"):
        list(split_lines([b'{"a":1}\n{"a"']))


def test_a_line_without_bounds_is_not_held():
    asked = []

    def endless():
        while True:
            asked.append(1)
            yield b"x" * 1000

    with pytest.raises(SourceTooLarge):
        list(split_lines(endless(), most=10_000))
    assert len(asked) == 11
