"""Pieces of PromQL that rules on leaks are made of. Pure."""

_UNITS = (("d", 86400), ("h", 3600), ("m", 60))


def selected(metric: str, *matchers: str) -> str:
    """A metric with label matchers; each may be several, with commas between, or empty."""
    both = ",".join(one for one in matchers if one)
    return f"{metric}{{{both}}}" if both else metric


def number(value: float) -> str:
    """A figure as PromQL reads it, in decimal."""
    return f"{value:.15g}"


def duration(seconds: float) -> str:
    """A duration as PromQL reads it, in the largest unit that leaves no rest; whole seconds, and one at least."""
    whole = max(round(seconds), 1)
    unit, size = next(((unit, size) for unit, size in _UNITS if whole % size == 0), ("s", 1))
    return f"{whole // size}{unit}"
