"""Where the recorded cluster is that comes with the repository."""

from pathlib import Path

from app.errors import RecordingError

_REPOSITORY = Path(__file__).resolve().parents[3]


def demo_recording() -> Path:
    """Its path. Raises RecordingError where leakwatch was installed without the repository."""
    path = _REPOSITORY / "demo" / "cluster.parquet"
    if not path.is_file():
        raise RecordingError(
            "the demo cluster comes with leakwatch's repository, and this is not one",
            "set LEAKWATCH_PROMETHEUS_URL, or LEAKWATCH_RECORDING",
        )
    return path
