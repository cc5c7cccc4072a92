"""An answer to a remote read, taken in as it comes: bytes in, reduced series out, memory bounded whatever comes."""

from collections.abc import Callable

import cramjam
import numpy as np

from app.errors import SourceError, SourceOverloaded, SourceTooLarge, SourceUnreachable, SourceUnusable
from app.prometheus.reduce import TALLIES, Reduced, Steps
from app.prometheus.remote_read import messages
from app.prometheus.remote_read.chunks import MOST_SAMPLES, PADDING
from app.prometheus.remote_read.crc import crc_table
from app.prometheus.remote_read.protobuf import result_spans
from app.text import printable

# As Prometheus' own client has it; servers cut frames at a mebibyte, unless told otherwise.
MOST_FRAME_BYTES = 50_000_000
MOST_SAMPLES_BYTES = 1 << 28
_AT_ONCE_BYTES = 1 << 18
_LABEL_BYTES = 1 << 20
_CELLS_AT_ONCE = 1 << 16
_MOST_AT_ONCE = 512
_SAID_BYTES, _LEAST_SAID = 300, 8

# Is given complete series: their labels as protobuf writes them, and what they came to, which is overwritten later.
Drain = Callable[[list[bytes], Reduced], None]


class _Intake:
    """What both kinds of answer have in common: room for some series, handed on when it is full."""

    def __init__(self, steps: Steps, drain: Drain, where: str) -> None:
        self._steps, self._drain, self._where = steps, drain, where
        series = max(min(_CELLS_AT_ONCE // max(steps.count, 1), _MOST_AT_ONCE), 1)
        self._out = Reduced.empty(series, steps.count)
        self._tally = np.empty((steps.count + 1, TALLIES))
        self._times, self._values = np.empty(MOST_SAMPLES, dtype=np.int64), np.empty(MOST_SAMPLES)
        self._labels = np.empty(_LABEL_BYTES, dtype=np.uint8)
        self._label_ends = np.zeros(series, dtype=np.int64)
        self._state = np.zeros(messages.STATE, dtype=np.int64)
        self._data = np.zeros(2 * _AT_ONCE_BYTES + PADDING, dtype=np.uint8)
        self._filled = 0

    @property
    def samples(self) -> int:
        """How many samples in a step of the grid there have been."""
        return int(self._state[messages.SAMPLES])

    def _take(self, *, framed: bool) -> None:
        steps, out = self._steps, self._out
        while True:
            why = messages.take(
                *(self._data, self._filled, self._state, framed, MOST_FRAME_BYTES, crc_table()),
                *(steps.first, steps.step, steps.lookback, self._tally, self._times, self._values),
                *(self._labels, self._label_ends, out.low, out.mean, out.high, out.last),
            )
            if why == messages.MORE:
                return
            if why != messages.FULL:
                raise self._error(why)
            self._hand_on()

    def _close(self) -> None:
        steps, out = self._steps, self._out
        messages.close(
            *(self._state, self._label_ends, steps.first, steps.step, steps.lookback),
            *(self._tally, out.low, out.mean, out.high, out.last),
        )
        self._hand_on()

    def _hand_on(self) -> None:
        series = int(self._state[messages.SERIES])
        if series:
            labels = self._labels[: self._state[messages.LABELS]].tobytes()
            ends = self._label_ends[:series].tolist()
            cut = [labels[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]
            self._drain(cut, self._out.take(slice(0, series)))
        self._state[messages.SERIES] = self._state[messages.LABELS] = 0

    def _error(self, why: int) -> SourceError:
        if why == messages.TOO_LARGE:
            return SourceTooLarge(
                f"{self._where}: a frame or a label set of the answer is larger than leakwatch takes",
                "lower Prometheus' --storage.remote.read-max-bytes-in-frame, or set LEAKWATCH_SOURCE=query_range",
            )
        if why == messages.BAD_FRAME:
            return self._broken_off()
        what = "a chunk" if why == messages.BAD_CHUNK else "a message"
        return SourceUnusable(
            f"{self._where}: {what} of the answer to a remote read is broken", "set LEAKWATCH_SOURCE=query_range"
        )

    def _broken_off(self) -> SourceError:
        """Prometheus says in plain text, amid its frames, why it cannot go on."""
        at = int(self._state[messages.AT])
        said = self._data[at : min(self._filled, at + _SAID_BYTES)].tobytes().decode("ascii", "replace").strip()
        if len(said) >= _LEAST_SAID and said.isascii() and said.isprintable():
            return SourceOverloaded(f"{self._where}: it broke its answer off: {printable(said)}", "try again later")
        return SourceUnreachable(f"{self._where}: the answer was damaged on its way", "try again")


class FramesIntake(_Intake):
    """STREAMED_XOR_CHUNKS: frames, each taken in as soon as all of it is there."""

    def feed(self, data: bytes) -> None:
        """More of the answer. Raises SourceError where it is no such answer, and then takes no more."""
        if self._filled + len(data) + PADDING > self._data.size:
            self._make_room(len(data))
        self._data[self._filled : self._filled + len(data)] = np.frombuffer(data, dtype=np.uint8)
        self._filled += len(data)
        if self._filled - self._state[messages.AT] >= _AT_ONCE_BYTES:
            self._take(framed=True)

    def end(self) -> None:
        """There is no more. Raises SourceError where the answer ends amid a frame."""
        self._take(framed=True)
        if self._state[messages.AT] < self._filled:
            raise self._broken_off()
        self._close()

    def _make_room(self, size: int) -> None:
        """Forget what has been taken in; more room only where one frame needs it."""
        at = int(self._state[messages.AT])
        left = self._filled - at
        data = self._data
        if left + size + PADDING > data.size // 2:
            data = np.zeros(2 * (left + size) + PADDING, dtype=np.uint8)
        data[:left] = self._data[at : self._filled].copy()
        self._data, self._filled, self._state[messages.AT] = data, left, 0


class SamplesIntake(_Intake):
    """SAMPLES: one message of all series, compressed as a whole, as servers answer that stream no chunks."""

    def __init__(self, steps: Steps, drain: Drain, where: str) -> None:
        super().__init__(steps, drain, where)
        self._body = bytearray()

    def feed(self, data: bytes) -> None:
        """More of the answer. Raises SourceTooLarge."""
        self._body += data
        if len(self._body) > MOST_SAMPLES_BYTES:
            raise self._too_large()

    def end(self) -> None:
        """There is no more. Raises SourceError where it is no such answer."""
        try:
            size = cramjam.snappy.decompress_raw_len(self._body)
            if size > MOST_SAMPLES_BYTES:
                raise self._too_large()
            whole = bytearray(size + PADDING)
            cramjam.snappy.decompress_raw_into(self._body, whole)
        except cramjam.DecompressionError as error:
            raise SourceUnusable(
                f"{self._where}: the answer to a remote read is not compressed by snappy",
                "set LEAKWATCH_SOURCE=query_range",
            ) from error
        self._body.clear()
        self._data, self._filled = np.frombuffer(whole, dtype=np.uint8), size
        try:
            spans = list(result_spans(memoryview(whole)[:size]))
        except ValueError as error:
            raise self._error(messages.BAD_MESSAGE) from error
        for begin, end in spans:
            if end > begin:
                self._state[messages.AT], self._state[messages.WITHIN] = begin, end
                self._take(framed=False)
        self._close()

    def _too_large(self) -> SourceError:
        return SourceTooLarge(
            f"{self._where}: the answer is larger than {MOST_SAMPLES_BYTES >> 20} MiB",
            "lower LEAKWATCH_PROMETHEUS_MAX_SAMPLES",
        )
