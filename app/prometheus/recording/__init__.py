"""Recorded memory series in a file, in place of a server."""

from app.prometheus.recording.open import open_recording

__all__ = ["open_recording"]
