"""`python -m bench.scenarios OUT.parquet --seeds 0:10`: write a labelled corpus of simulated containers."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.scenarios.corpus import write_corpus
from bench.scenarios.registry import FAMILIES, generate
from bench.scenarios.truth import Scenario


def main(arguments: list[str] | None = None) -> None:
    """Write the corpus and say on standard error what is in it; exit status 2 on bad usage."""
    parser = argparse.ArgumentParser(prog="python -m bench.scenarios", description=__doc__)
    parser.add_argument("out", type=Path, metavar="OUT.parquet")
    parser.add_argument("--seeds", type=_seeds, default=range(10), help="FIRST:END, END not included (default 0:10)")
    parser.add_argument("--hours", type=float, default=48.0, help="length of the window (default 48)")
    parser.add_argument("--step", type=float, default=60.0, help="seconds between samples (default 60)")
    parser.add_argument("--families", type=_families, default=list(FAMILIES), help="names, with commas (default all)")
    given = parser.parse_args(arguments)
    if given.out.suffix != ".parquet":
        parser.error(f"OUT {str(given.out)!r} must end in .parquet; the labels go beside it")
    try:
        labels = write_corpus(given.out, _made(given.seeds, given.families, given.hours, given.step))
    except (OSError, ValueError) as error:
        parser.error(str(error))
    leaks = sum(label["leak"] for label in labels.values())
    print(f"{given.out}: {len(labels)} workloads, {leaks} of them leak", file=sys.stderr)


def _made(seeds: range, families: list[str], hours: float, step: float) -> Iterator[Scenario]:
    done, total = 0, len(seeds) * len(families)
    for seed in seeds:
        for family in families:
            yield generate(family, seed, hours=hours, step_seconds=step)
            done += 1
            if sys.stderr.isatty():
                print(f"\r{done}/{total} {family:<24}", end="\n" if done == total else "", file=sys.stderr)


def _seeds(text: str) -> range:
    first, colon, end = text.partition(":")
    if not (first.isdigit() and colon and end.isdigit() and int(first) < int(end)):
        raise argparse.ArgumentTypeError(f"{text!r} is not FIRST:END, such as 0:10")
    return range(int(first), int(end))


def _families(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    unknown = [name for name in names if name not in FAMILIES]
    if unknown:
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}; there are {', '.join(FAMILIES)}")
    return names


if __name__ == "__main__":
    main()
