"""Amounts as Kubernetes writes them: 512Mi, 1.5G, 100m, 1e9.

https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
"""

import re

_FORM = re.compile(r"([+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30}))(?:([eE][+-]?\d{1,3})|([numkMGTPE]|[KMGTPE]i)?)")
_SUFFIX = {"n": 1e-9, "u": 1e-6, "m": 1e-3, "": 1.0, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18}
_SUFFIX |= {f"{letter}i": 1024.0**power for power, letter in enumerate("KMGTPE", 1)}
_LARGEST = 2.0**62


def amount_of(text: object) -> float | None:
    """The number that a quantity is; None where it is none, or an absurd one."""
    match = _FORM.fullmatch(text) if isinstance(text, str) else _FORM.fullmatch(str(text)) if _is_number(text) else None
    if match is None:
        return None
    number, exponent, suffix = match.groups()
    value = float(number + exponent) if exponent else float(number) * _SUFFIX[suffix or ""]
    return value if 0 <= value < _LARGEST else None


def _is_number(text: object) -> bool:
    return isinstance(text, int | float) and not isinstance(text, bool)
