"""A recording as if it had been made at another time."""

import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from app.errors import RecordingError

# Windows lie on grids of up to five minutes: moved by whole ones, a scan sees the same samples in the same places.
_GRID_SECONDS = 300.0


def write_moved(recording: Path, into: Path, end: float) -> float:
    """Write a Parquet recording anew, moved so that its last sample is at `end`, or less than five minutes before it.

    Moved are all its times: when samples were taken, and when containers started. end: unix seconds. Gives the
    time of the last sample. Raises RecordingError.
    """
    try:
        table = pq.read_table(recording)
        last = _last(table)
        moved_seconds = float(np.floor((end - last) / _GRID_SECONDS) * _GRID_SECONDS)
        table = _replaced(table, "t0", pc.add(table["t0"], moved_seconds).cast(table.schema.field("t0").type))
        table = _replaced(table, "start_time", _each_moved(table["start_time"], moved_seconds))
        into.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = into.with_name(f"{into.name}.{os.getpid()}")
        pq.write_table(table, part, compression="zstd")
        part.replace(into)
    except (pa.ArrowException, OSError) as error:
        reason = getattr(error, "strerror", None) or str(error).partition("\n")[0][:200]
        raise RecordingError(
            f"{into}: cannot be written: {reason}", "set LEAKWATCH_DATA_DIR to a folder of yours"
        ) from error
    return last + moved_seconds


def _last(table: pa.Table) -> float:
    """Unix seconds of the last sample."""
    samples = pc.list_value_length(table["working_set"]).to_numpy()
    return float(np.max(table["t0"].to_numpy() + (samples - 1) * table["step_s"].to_numpy()))


def _each_moved(column: pa.ChunkedArray, seconds: float) -> pa.Array:
    lists = column.combine_chunks()
    return type(lists).from_arrays(lists.offsets, pc.add(lists.values, seconds).cast(lists.type.value_type))


def _replaced(table: pa.Table, name: str, column: pa.Array) -> pa.Table:
    return table.set_column(table.schema.get_field_index(name), name, column)
