"""Grafana's variables within a query: which there are, and the query with values in their place.

The forms: https://grafana.com/docs/grafana/latest/dashboards/variables/variable-syntax/
"""

import re
from collections.abc import Mapping

# `$1` is a group of label_replace, no variable: a name begins with a letter or an underscore.
_VARIABLE = re.compile(r"\$\{([A-Za-z_][\w.]*)(?::[^}]*)?\}|\$([A-Za-z_]\w*)")

# What Grafana itself puts in; the values are such as a day at a step of a minute would have.
BUILT_IN: Mapping[str, str] = {
    "__interval": "1m",
    "__interval_ms": "60000",
    "__rate_interval": "5m",
    "__range": "24h",
    "__range_s": "86400",
    "__range_ms": "86400000",
    "__from": "1700000000000",
    "__to": "1700086400000",
}


def used(text: str) -> frozenset[str]:
    """The names of the variables in a query."""
    return frozenset(found[1] or found[2] for found in _VARIABLE.finditer(text))


def interpolate(text: str, values: Mapping[str, str]) -> str:
    """The query with each variable's value in place; those of Grafana itself have a value unless one is given.

    Raises KeyError for a variable that has none.
    """
    known = {**BUILT_IN, **values}
    return _VARIABLE.sub(lambda found: known[found[1] or found[2]], text)
