"""Where the recorded cluster is that comes with the repository."""

from pathlib import Path

from app.errors import RecordingError

_REPOSITORY = Path(__file__).resolve().parents[3]
_RECENT = "demo-cluster.parquet"


def demo_recording() -> Path:
    """Its path. Raises RecordingError where leakwatch was installed without the repository."""
    path = _REPOSITORY / "demo" / "cluster.parquet"
    if not path.is_file():
        raise RecordingError(
            "the demo cluster comes with leakwatch's repository, and this is not one",
            "set LEAKWATCH_PROMETHEUS_URL, or LEAKWATCH_RECORDING",
        )
    return path


def recent_demo(folder: Path, now: float) -> tuple[Path, float]:
    """A copy in a folder whose times are moved so that it ends now, and when it ends. Unix seconds.

    It was recorded in 2023: all that is told of what is to come would be long past. Raises RecordingError.
    """
    from app.prometheus.recording.moved import write_moved  # noqa: PLC0415 (pyarrow is heavy, and only needed here)

    copy = folder / _RECENT
    return copy, write_moved(demo_recording(), copy, now)
