"""What a method is to the measurements."""

from collections.abc import Callable
from dataclasses import dataclass

from detectors.panel import Bools, Panel


@dataclass(frozen=True, slots=True)
class Method:
    """A way to tell leaks.

    step_seconds: the grid it is given its panels on
    flags: a panel -> whether each subject is flagged at the panel's end, shape (subjects,)
    """

    name: str
    step_seconds: float
    flags: Callable[[Panel], Bools]
