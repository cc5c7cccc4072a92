"""`python -m app.prometheus.warm`: compile at install what the first scan would have to wait for, some ten seconds.

It is kept beside the code. A service that may not write there takes it along into its data folder.
"""

import numpy as np

from app.prometheus.compiled import keep_compiled
from app.prometheus.reduce import Steps, reduce_samples
from app.prometheus.remote_read.intake import FramesIntake
from app.prometheus.remote_read.labels import read_labels
from app.prometheus.victoria.lines import read_line
from detectors.panel import Grid


def warm() -> None:
    """Compile all, and keep it where it can be kept."""
    keep_compiled(None)
    grid = Grid(0.0, 60.0, 2)
    FramesIntake(Steps.of(grid), lambda labels, reduced: None, "").end()
    read_labels([b""], [])
    read_line(b'{"metric":{},"values":[1],"timestamps":[1]}')
    reduce_samples(np.zeros(1, dtype=np.int64), np.zeros(1), np.ones(1, dtype=np.int64), grid)


if __name__ == "__main__":
    warm()
