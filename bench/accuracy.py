"""`python -m bench.accuracy`: ours beside what people use, on labelled workloads; kept in bench/ACCURACY.md."""

from collections.abc import Iterator
from pathlib import Path

from app.prometheus.recording.demo import demo_recording
from bench import ever_flagged, until_limit
from bench.cases.cases import Cases
from bench.cases.recorded import has_held_back, recorded
from bench.cases.simulated import held_back
from bench.methods.registry import METHODS
from bench.report import ACCURACY, machine
from bench.scoreboard import scoreboard

_SEEDS = range(1000, 1020)
# Lives that end at the limit are few in a window, and workloads that run for a week take long to make.
_SEEDS_OF_LIVES, _SEEDS_OF_WEEKS = range(1000, 1240), range(1000, 1006)
_PROGRAMS, _UNSEEN = Path("recorded") / "programs.parquet", Path("recorded") / "unseen.parquet"
_INTRODUCTION = """# What `make bench-accuracy` printed last

Which workloads each method flags at the window's end, against the truth; a workload is flagged when one of its running
pods is. The last columns ask each method at every hour, from the sixth of the window and the leak's onset on, with only
what was known by then: how many of the leaking workloads whose first OOM kill came after the sixth hour were flagged
before it, and how many hours before, in the median over those. Read them beside the precision: who always flags is
early. Milliseconds are of CPU time. `bench/methods/` has each method with all its thresholds. `leakwatch` and the two
Mann-Kendall tests are told of restarts, Coroot's rule and Precog cut where memory jumps, the others take a pod's series
as one.
"""


def main() -> None:
    """Print the tables one after the other, and write them down."""
    parts = [_INTRODUCTION, f"{machine()}\n", *(scoreboard(cases, METHODS, remark) for cases, remark in _all_cases())]
    parts += [until_limit.section(_SEEDS_OF_LIVES, _programs()), ever_flagged.section(_SEEDS_OF_WEEKS)]
    text = "\n".join(parts)
    print(text)
    ACCURACY.write_text(text, encoding="utf-8")


def _all_cases() -> Iterator[tuple[Cases, str]]:
    yield (
        held_back(_SEEDS, "Simulated: the families that were held back"),
        "No weight of any method was fitted on these families.",
    )
    demo = demo_recording()
    yield recorded(demo, "Recorded: the demo cluster"), "leakwatch's weights were fitted on these programs too."
    programs = demo.parent / _PROGRAMS
    if programs.is_file():
        yield recorded(programs, "Recorded: further programs"), "Fits may have seen some of them, not all."
        if has_held_back(programs):
            cases = recorded(programs, "Recorded: the further programs that were held back", held_back_only=True)
            yield cases, "No weight of any method was fitted on these programs."
    unseen = demo.parent / _UNSEEN
    if unseen.is_file():
        cases = recorded(unseen, "Recorded: programs that no fit has seen")
        yield cases, "Written to be hard, and recorded once leakwatch's detector was built."


def _programs() -> Iterator[Cases]:
    demo = demo_recording()
    for recording in (demo, demo.parent / _PROGRAMS):
        if recording.is_file():
            yield recorded(recording, recording.stem)


if __name__ == "__main__":
    main()
