"""`python -m bench`: every measurement, one after the other; bench/ACCURACY.md and bench/RESULTS.md keep them."""

from app.prometheus.recording.demo import demo_recording
from bench import accuracy, api, detector
from bench.reading import __main__ as reading
from bench.report import RESULTS, keep, times
from bench.speed import speed

_COPIES = 8


def main() -> None:
    """Print the tables, and write them down."""
    accuracy.main()
    detector.main()
    keep(RESULTS, "A scan of a real Prometheus", times(speed(demo_recording(), _COPIES)))
    api.main()
    reading.main()


if __name__ == "__main__":
    main()
