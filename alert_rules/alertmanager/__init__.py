"""Alertmanager's routes, inhibition and receivers as code: a plan in, documents out. No I/O."""
