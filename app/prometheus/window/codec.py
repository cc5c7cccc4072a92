"""Arrays as bytes, exactly, in the shortest of three forms.

`runs`: values and how often each is repeated, for what seldom changes (limits, restarts, starts, all NaN)
`single`: 32-bit floats, where they lose nothing: memory comes in pages, and 24 bits of them go up to 64 GiB
`double`: 64-bit floats as they are
"""

import numpy as np

from detectors.panel import Floats

RUNS, SINGLE, DOUBLE = "runs", "single", "double"
_RUN_BYTES = 8 + 4


def encoded(values: Floats) -> tuple[str, bytes]:
    """The form, and the bytes of all values, row by row."""
    flat = np.ascontiguousarray(values, dtype="<f8").reshape(-1)
    bits = flat.view("<u8")
    starts = np.flatnonzero(np.concatenate(([True], bits[1:] != bits[:-1]))) if flat.size else np.empty(0, np.intp)
    if _RUN_BYTES * starts.size < 4 * flat.size:
        lengths = np.diff(starts, append=flat.size).astype("<u4")
        return RUNS, flat[starts].tobytes() + lengths.tobytes()
    with np.errstate(over="ignore"):
        single = flat.astype("<f4")
    if np.array_equal(single.astype("<f8"), flat, equal_nan=True):
        return SINGLE, single.tobytes()
    return DOUBLE, flat.tobytes()


def decoded(form: str, data: memoryview, shape: tuple[int, int]) -> Floats:
    """The array that was encoded. Raises ValueError where the bytes cannot be those of such an array."""
    size = shape[0] * shape[1]
    if form == RUNS:
        runs = len(data) // _RUN_BYTES
        values = np.frombuffer(data[: 8 * runs], dtype="<f8")
        lengths = np.frombuffer(data[8 * runs :], dtype="<u4")
        if lengths.size != runs or int(lengths.sum(dtype=np.int64)) != size:
            raise ValueError("the runs do not fill the array")
        flat = np.repeat(values, lengths)
    elif form in {SINGLE, DOUBLE}:
        flat = np.frombuffer(data, dtype="<f4" if form == SINGLE else "<f8")
        if flat.size != size:
            raise ValueError("the values do not fill the array")
    else:
        raise ValueError(f"there is no form {form!r}")
    return flat.astype(np.float64, copy=False).reshape(shape)
