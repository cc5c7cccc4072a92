"""Figures as people say them."""

_UNITS = ((2.0**30, "GiB"), (2.0**20, "MiB"), (2.0**10, "KiB"))


def amount(size_bytes: float) -> str:
    """Bytes in the unit that leaves one to three digits before the point: 5.1 MiB."""
    sign, size_bytes = ("-" if size_bytes < 0 else ""), abs(size_bytes)
    for unit, name in _UNITS:
        if size_bytes >= unit:
            value = size_bytes / unit
            return f"{sign}{value:.0f} {name}" if value >= 100 else f"{sign}{value:.1f} {name}"
    return f"{sign}{size_bytes:.0f} B"


def span(hours: float) -> str:
    """Hours as minutes, hours or days: 40 min, 30 h, 4 d."""
    if hours < 1:
        return f"{hours * 60:.0f} min"
    return f"{hours:.0f} h" if hours < 72 else f"{hours / 24:.0f} d"


def percent(share: float) -> str:
    """A share as a whole percentage."""
    return f"{100 * share:.0f} %"
