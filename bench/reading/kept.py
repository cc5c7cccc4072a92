"""One scan as `serve` does it, which keeps its window: `python -m bench.reading.kept URL END FOLDER`.

The first in a folder is cold; one whose end is later reads only what is new. Prints how long the scan itself took,
which a service that runs pays, without the start of a process.
"""

import sys
import time
from pathlib import Path

from app.scanning.shard import Shard, look
from app.settings import load_settings

_DAY = 86_400.0


def main() -> None:
    """Scan once, and say how long it took."""
    url, end, folder = sys.argv[1], float(sys.argv[2]), Path(sys.argv[3])
    settings = load_settings(prometheus_url=url, data_dir=folder, lookback=_DAY, history=0.0)
    began = time.monotonic()
    result = look(Shard(settings, (), end, keep_window=True))
    took = time.monotonic() - began
    if result.report is None:
        raise SystemExit(result.error)
    seconds = result.report.seconds
    sys.stdout.write(
        f"scan {took:.1f} s: plan {seconds.plan:.1f}, read {seconds.read:.1f}, judge {seconds.judge:.1f};"
        f" {result.report.samples / 1e6:,.1f} M samples"
    )


if __name__ == "__main__":
    main()
