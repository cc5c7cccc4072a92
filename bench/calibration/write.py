"""Writes detectors/coefficients.py: the numbers change, the words around them stay."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.calibration.cases import Case
from bench.calibration.fit import rounded
from bench.calibration.report import scores
from detectors.coefficients import LIFETIME
from detectors.panel import Floats

_WORKLOAD = ("same_slope", "oom_loop")


def write_coefficients(
    path: Path,
    lifetime: tuple[float, Floats],
    workload: Floats,
    growth: tuple[float, float],
    told: Sequence[tuple[str, Sequence[Case], Floats]],
) -> None:
    """Put the fitted numbers and what they are worth into the file."""
    text = path.read_text(encoding="utf-8")
    classes = {
        "LifetimeCoefficients": {"intercept": lifetime[0], **dict(zip(LIFETIME.names, lifetime[1], strict=True))},
        "WorkloadCoefficients": dict(zip(_WORKLOAD, workload, strict=True)),
        "GrowthCoefficients": {"proportional": growth[0], "per_estimate": growth[1]},
    }
    for name, values in classes.items():
        text = _with_values(text, name, rounded(values))
    table = scores(told)
    text = re.sub(
        r"<!-- worth -->.*?<!-- /worth -->", f"<!-- worth -->\n{table}\n<!-- /worth -->", text, flags=re.DOTALL
    )
    path.write_text(text, encoding="utf-8")


def _with_values(text: str, name: str, values: Mapping[str, float]) -> str:
    head, found, body = text.partition(f"class {name}:")
    if not found:
        raise ValueError(f"there is no class {name} in the file of coefficients")
    body, end, tail = body.partition("\n@")
    for member, value in values.items():
        body, count = re.subn(rf"^(    {member}: float = )\S+$", rf"\g<1>{value}", body, count=1, flags=re.MULTILINE)
        if count != 1:
            raise ValueError(f"{name} has no member {member}")
    return head + found + body + end + tail
