"""A straight line through the whole window that fits well: what a notebook does first."""

from bench.methods.method import Method
from bench.methods.witness import Witness, flagged, line, pods

_R2 = 0.7


def least_squares(witness: Witness) -> bool:
    """A least-squares line through the working set of the whole window that rises.

    Threshold: R² above 0.7. How steep it is does not count.
    """
    slope, _, explained = line(witness.times, witness.value)
    return slope > 0 and explained > _R2


LEAST_SQUARES = Method(
    "least squares with R² above 0.7",
    60.0,
    lambda panel: flagged(panel, pods(panel, panel.working_set), least_squares),
)
