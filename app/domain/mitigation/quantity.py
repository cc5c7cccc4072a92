"""Amounts of memory as Kubernetes writes them (apimachinery, resource.Quantity), and as bytes. Pure."""

import re
from decimal import Decimal

_FORM = re.compile(r"([0-9]{1,18}(?:\.[0-9]{0,9})?|\.[0-9]{1,9})(?:([KMGTPE]i|[numkMGTPE])|[eE]([+-]?[0-9]{1,2}))?")
_TWO, _TEN = "KMGTPE", "kMGTPE"
_SMALL = {"n": Decimal(10) ** -9, "u": Decimal(10) ** -6, "m": Decimal(10) ** -3}


def bytes_of(text: str) -> int:
    """Whole bytes of a quantity such as 512Mi, 1G or 5e8, rounded up. Raises ValueError for what is none."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError(f"{text[:40]!r} is no amount of memory: write 512Mi or 2Gi")
    number, unit, exponent = found.groups()
    scale = Decimal(1)
    if unit is not None and unit.endswith("i"):
        scale = Decimal(1024) ** (1 + _TWO.index(unit[0]))
    elif unit in _SMALL:
        scale = _SMALL[unit]
    elif unit is not None:
        scale = Decimal(1000) ** (1 + _TEN.index(unit))
    elif exponent is not None:
        scale = Decimal(10) ** int(exponent)
    value = Decimal(number) * scale
    if value > 2**63 - 1:
        raise ValueError(f"{text[:40]!r} is more than there can be")
    return int(value.to_integral_value(rounding="ROUND_CEILING"))


def quantity_of(size_bytes: int) -> str:
    """Bytes in the largest binary unit that they are a whole number of: 512Mi."""
    for power in range(len(_TWO), 0, -1):
        if size_bytes and size_bytes % 1024**power == 0:
            return f"{size_bytes // 1024**power}{_TWO[power - 1]}i"
    return str(size_bytes)
