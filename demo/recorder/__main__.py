"""`python -m demo.recorder`: record a catalogue's programs; writes demo/recorded/CATALOGUE.parquet, and its labels."""

import argparse
import json
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from demo.recorder import building, labels, samples
from demo.recorder.catalogue import RECORDINGS
from demo.recorder.program import Program
from demo.recorder.recording import record
from demo.recorder.traffic import DILUTION, RECORDED_HOURS

_TARGETS = Path(__file__).resolve().parents[1] / "recorded"
_MINUTES = RECORDED_HOURS * 60 / DILUTION


def main() -> int:
    """Record, or build again from what was recorded; the exit status."""
    options = _parser().parse_args()
    programs = RECORDINGS[options.catalogue]()
    chosen = [program for program in programs if not options.only or program.family in options.only]
    out: Path = options.out or _TARGETS / f"{options.catalogue}.parquet"
    raw: Path = options.raw or Path(tempfile.mkdtemp(prefix="leakwatch-recording-", dir="/var/tmp"))
    if not options.build:
        lacks = building.missing(chosen)
        if lacks:
            print("cannot record:", *lacks, sep="\n  ", file=sys.stderr)
            return 2
        raw.mkdir(parents=True, exist_ok=True)
        try:
            _record(chosen, raw, round(options.minutes * 60), options.warm)
        except subprocess.CalledProcessError as error:
            print(f"{' '.join(error.cmd[:2])} failed: {error.stderr.decode(errors='replace')}", file=sys.stderr)
            return 1
    write(chosen, raw, out)
    print(f"{out} (samples as they were taken: {raw})", file=sys.stderr)
    return 0


def write(chosen: list[Program], raw: Path, out: Path) -> None:
    """Make the Parquet file and the labels from the samples in `raw`."""
    header, pods = samples.read_raw(raw)
    rows, told = [], {}
    for program in chosen:
        own = [pod for pod in pods if pod.workload == program.workload]
        if own:
            rows += [samples.row(header, pod, program) for pod in own]
            told[f"{samples.NAMESPACE}/{program.workload}"] = labels.label(program, own)
    out.parent.mkdir(parents=True, exist_ok=True)
    samples.write_parquet(rows, out)
    text = json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False)
    out.with_suffix(".labels.json").write_text(text + "\n", encoding="utf-8")


def _record(chosen: list[Program], raw: Path, seconds: int, warm_seconds: int) -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="leakwatch-recorder-", dir="/var/tmp") as directory:
        places = building.build(chosen, Path(directory), raw / "logs")
        print(f"recording {len(chosen)} programs for {seconds} s; samples in {raw}", file=sys.stderr, flush=True)
        try:
            record(chosen, places, raw, seconds, warm_seconds)
        except KeyboardInterrupt:
            print("interrupted: what was recorded is kept", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m demo.recorder", description=__doc__)
    parser.add_argument("--minutes", type=float, default=_MINUTES, help=f"how long (default {_MINUTES:g})")
    parser.add_argument("--warm", type=int, default=120, help="seconds the programs run before that (default 120)")
    parser.add_argument("--catalogue", choices=RECORDINGS, default="programs", help="which programs (default programs)")
    parser.add_argument("--out", type=Path, help="the Parquet file to write (default demo/recorded/CATALOGUE.parquet)")
    parser.add_argument("--raw", type=Path, help="directory for the samples as they are taken")
    parser.add_argument("--build", action="store_true", help="record nothing: build again from the samples in --raw")
    parser.add_argument("--only", action="append", metavar="FAMILY", help="only this program; may be repeated")
    return parser


if __name__ == "__main__":
    sys.exit(main())
