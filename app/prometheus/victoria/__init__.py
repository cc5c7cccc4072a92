"""VictoriaMetrics: series in bulk by its export, every sample of them."""

from app.prometheus.victoria.probe import is_victoria
from app.prometheus.victoria.source import VictoriaSource

__all__ = ["VictoriaSource", "is_victoria"]
