"""Answers to remote reads, written as a server writes them, and taken apart again in plain Python."""

import struct

import cramjam
import numpy as np

from app.prometheus.remote_read.chunks import MOST_SAMPLES, PADDING, decode_chunk
from app.prometheus.remote_read.crc import crc_table

STALE = struct.unpack("<d", (0x7FF0000000000002).to_bytes(8, "little"))[0]


class _Bits:
    """Bits, the first the most significant of its byte."""

    def __init__(self):
        self.text = []

    def add(self, number, width):
        self.text.append(format(number & (1 << width) - 1, f"0{width}b"))

    def bytes(self):
        text = "".join(self.text)
        return bytes(int(text[at : at + 8].ljust(8, "0"), 2) for at in range(0, len(text), 8))


def varint(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def field(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


def _bits_of(value):
    return int.from_bytes(struct.pack("<d", value), "little")


def _add_change(bits, change):
    for prefix, width in ((0b10, 14), (0b110, 17), (0b1110, 20)):
        if -(1 << width - 1) < change <= 1 << width - 1:
            bits.add(prefix, prefix.bit_length())
            bits.add(change, width)
            return
    bits.add(0b1111, 4)
    bits.add(change, 64)


def xor_chunk(times, values):
    """The XOR chunk of some samples: unix milliseconds, and floats whose very bits are kept."""
    if not len(times):
        return bytes(2)
    first = int(times[0])
    out = bytearray(struct.pack(">H", len(times)))
    out += varint((first << 1 ^ first >> 63) & (1 << 64) - 1)
    out += struct.pack(">d", values[0])
    bits = _Bits()
    delta, before = 0, _bits_of(values[0])
    window = None
    for index in range(1, len(times)):
        step = int(times[index]) - int(times[index - 1])
        if index == 1:
            out += varint(step & (1 << 64) - 1)
        elif step == delta:
            bits.add(0, 1)
        else:
            _add_change(bits, step - delta)
        delta = step
        now = _bits_of(values[index])
        window = _add_value(bits, now ^ before, window)
        before = now
    return bytes(out) + bits.bytes()


def _add_value(bits, xor, window):
    if xor == 0:
        bits.add(0, 1)
        return window
    leading, trailing = min(64 - xor.bit_length(), 31), (xor & -xor).bit_length() - 1
    if window is not None and leading >= window[0] and trailing >= window[1]:
        bits.add(0b10, 2)
        bits.add(xor >> window[1], 64 - sum(window))
        return window
    bits.add(0b11, 2)
    bits.add(leading, 5)
    bits.add((64 - leading - trailing) % 64, 6)
    bits.add(xor >> trailing, 64 - leading - trailing)
    return leading, trailing


def label_bytes(labels):
    return b"".join(
        field(1, field(1, name.encode()) + field(2, value.encode())) for name, value in sorted(labels.items())
    )


def chunk_field(data, encoding=1, first=0, last=0):
    body = b"\x08" + varint(first) + b"\x10" + varint(last) + b"\x18" + varint(encoding) + field(4, data)
    return field(2, body)


def series_message(labels, *chunks, encoding=1):
    """A ChunkedReadResponse of one series. chunks: XOR chunks as bytes."""
    return field(1, label_bytes(labels) + b"".join(chunk_field(one, encoding) for one in chunks))


def frame(message):
    return varint(len(message)) + struct.pack(">I", crc(message)) + message


def crc(data):
    """CRC32-Castagnoli, a byte at a time."""
    table, crc_ = crc_table()[0], 0xFFFFFFFF
    for byte in data:
        crc_ = int(table[(crc_ ^ byte) & 0xFF]) ^ crc_ >> 8
    return crc_ ^ 0xFFFFFFFF


def samples_answer(*series):
    """A compressed ReadResponse. series: labels, times and values of each."""
    body = b""
    for labels, times, values in series:
        samples = b"".join(
            field(2, b"\x09" + struct.pack("<d", value) + b"\x10" + varint(int(time) & (1 << 64) - 1))
            for time, value in zip(times, values, strict=True)
        )
        body += field(1, label_bytes(labels) + samples)
    return bytes(cramjam.snappy.compress_raw(field(1, body)))


def decoded(chunk):
    """The samples of one chunk, None where it is broken."""
    data = np.frombuffer(chunk + bytes(PADDING), dtype=np.uint8)
    times, values = np.zeros(MOST_SAMPLES, dtype=np.int64), np.zeros(MOST_SAMPLES)
    count = decode_chunk(data.copy(), 0, len(chunk), times, values)
    return None if count < 0 else (times[:count], values[:count])


def chunks_of(answer):
    """Labels and chunks of each frame of an answer."""
    at = 0
    while at < len(answer):
        at, size = _read_varint(answer, at)
        message = answer[at + 4 : at + 4 + size]
        assert struct.unpack(">I", answer[at : at + 4])[0] == crc(message)
        at += 4 + size
        for number, series in _fields(message):
            if number != 1:
                continue
            labels, chunks = {}, []
            for kind, value in _fields(series):
                inner = dict(_fields(value))
                if kind == 1:
                    labels[inner[1].decode()] = inner[2].decode()
                else:
                    chunks.append(inner)
            yield labels, chunks


def _fields(data):
    at = 0
    while at < len(data):
        at, tag = _read_varint(data, at)
        at, value = _read_varint(data, at)
        if tag & 7 == 2:
            at, value = at + value, data[at : at + value]
        yield tag >> 3, value


def _read_varint(data, at):
    number = shift = 0
    while True:
        number |= (data[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 0x80:
            return at, number
