"""Runs the programs and writes a line a program and second: an interrupted recording is good as far as it went."""

import csv
import hashlib
import json
import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np

from demo.recorder.pod import Pod
from demo.recorder.program import Places, Program
from demo.recorder.samples import COLUMNS, Header
from demo.recorder.traffic import DILUTION

_TICKS_A_SECOND = 2
_BETWEEN_STARTS_SECONDS = 1.5
_OVERLAP_SECONDS = 2.0
_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"


class _Lines(Protocol):
    def writerow(self, row: Iterable[object], /) -> object: ...


@dataclass(slots=True)
class _Deployment:
    """The pods of one program, those of the version before still among them while a deploy lasts."""

    program: Program
    starts_at: float
    pods: list[Pod] = field(default_factory=list)
    leaving: list[Pod] = field(default_factory=list)
    version: int = 0
    leave_at: float = math.inf

    def look_after(self, now: float, begin: float, places: Places) -> None:
        wanted = 1
        if self.program.redeploy_seconds:
            wanted = 1 + max(0, math.floor((now - begin) / self.program.redeploy_seconds))
        if now >= self.starts_at and self.version < wanted:
            self.version += 1
            self.leaving, self.leave_at = self.pods, now + _OVERLAP_SECONDS
            self.pods = [self._pod(replica, places, begin) for replica in range(self.program.replicas)]
        if now >= self.leave_at:
            for pod in self.leaving:
                pod.stop()
            self.leaving, self.leave_at = [], math.inf
        for pod in self.running():
            pod.look_after(now)

    def running(self) -> list[Pod]:
        return [*self.leaving, *self.pods]

    def _pod(self, replica: int, places: Places, begin: float) -> Pod:
        workload = self.program.workload
        revision = f"{workload}:{self.version}"
        name = f"{workload}-{_letters(revision, 10)}-{_letters(f'{revision}/{replica}', 5)}"
        return Pod(self.program, name, self.version, replica, places, begin)


def record(programs: Sequence[Program], places: Places, raw: Path, seconds: int, warm_seconds: int) -> None:
    """Run the programs for warm_seconds and record `seconds` after that into raw/samples.csv and raw/header.json.

    Whatever ends it, every program is ended and its cgroup removed. Raises OSError when a cgroup cannot be made.
    """
    begin = float(math.ceil(time.time()) + warm_seconds)
    header = Header(begin=begin, t0=begin - seconds * DILUTION)
    (raw / "header.json").write_text(json.dumps(header.as_dict(), indent=1) + "\n", encoding="utf-8")
    deployments = [
        _Deployment(program, begin - warm_seconds + number * _BETWEEN_STARTS_SECONDS)
        for number, program in enumerate(programs)
    ]
    random = np.random.default_rng(1)
    try:
        with (raw / "samples.csv").open("w", newline="", encoding="utf-8") as file:
            lines = csv.writer(file)
            lines.writerow(COLUMNS)
            for tick in range(-warm_seconds * _TICKS_A_SECOND, seconds * _TICKS_A_SECOND):
                due = begin + tick / _TICKS_A_SECOND
                time.sleep(max(0.0, due - time.time()))
                for deployment in deployments:
                    deployment.look_after(time.time(), begin, places)
                if tick % _TICKS_A_SECOND == 0 and tick >= 0 and time.time() < due + 0.5:
                    _sample(deployments, tick // _TICKS_A_SECOND, lines)
                    file.flush()
                _ask(deployments, tick / _TICKS_A_SECOND * DILUTION / 3600, random)
    finally:
        for deployment in deployments:
            for pod in deployment.running():
                pod.stop()


def _sample(deployments: Sequence[_Deployment], second: int, lines: _Lines) -> None:
    for deployment in deployments:
        for pod in deployment.running():
            line = pod.sample()
            if line is not None:
                lines.writerow([second, *line])


def _ask(deployments: Sequence[_Deployment], hours: float, random: np.random.Generator) -> None:
    for deployment in deployments:
        expected = deployment.program.traffic.rate(hours) / _TICKS_A_SECOND
        for pod in deployment.running():
            pod.ask(int(random.poisson(expected)))


def _letters(of: str, count: int) -> str:
    """Letters as Kubernetes draws them for names, always the same for the same text."""
    digest = hashlib.sha256(of.encode()).digest()
    return "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[:count])
