"""VictoriaMetrics: series in bulk by its export, every sample of them."""
