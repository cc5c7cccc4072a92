"""One pod: a program that runs in a cgroup, is asked for things, and is started again when it ended."""

import contextlib
import os
import subprocess
from dataclasses import dataclass

from demo.recorder import cgroups
from demo.recorder.program import Places, Program
from demo.recorder.traffic import DILUTION

# The kubelet's back-off of restarts: 10 s, doubled each time up to 5 min, forgotten after 10 min of running.
_FIRST_BACKOFF_SECONDS, _LONGEST_BACKOFF_SECONDS, _FORGOTTEN_AFTER_SECONDS = 10.0, 300.0, 600.0
_LONGEST_QUEUE_BYTES = 256 * 1024


def backoff_seconds(before: float, ran_for: float) -> float:
    """Cluster seconds until the next start, from the back-off before (0: none) and cluster seconds that it ran."""
    if before == 0.0 or ran_for >= _FORGOTTEN_AFTER_SECONDS:
        return _FIRST_BACKOFF_SECONDS
    return min(_LONGEST_BACKOFF_SECONDS, 2 * before)


@dataclass(slots=True)
class _Life:
    group: cgroups.Group
    process: subprocess.Popen[bytes]
    client: subprocess.Popen[bytes] | None
    started_at: float
    queue: bytes


class Pod:
    """A pod from its start until it is stopped; its program may live several times."""

    def __init__(self, program: Program, name: str, version: int, replica: int, places: Places, begin: float) -> None:
        self.program, self.name, self.version = program, name, version
        self.restarts = 0
        self._environment = os.environ | program.environment
        self._environment |= {"RECORDER_REPLICA": str(replica), "RECORDER_BEGIN": str(begin)}
        self._environment["RECORDER_BASE_MIB"] = str(program.base_mib)
        self._places = places
        self._asked = 0
        self._kills_before = 0
        self._backoff = 0.0
        self._starts_at = 0.0
        self._life: _Life | None = None

    def look_after(self, now: float) -> None:
        """Start the program when it does not run and its back-off is over. `now` is unix seconds."""
        if self._life is not None and self._life.process.poll() is not None:
            ran_for = (now - self._life.started_at) * DILUTION
            self._backoff = backoff_seconds(self._backoff, ran_for)
            self._starts_at = now + self._backoff / DILUTION
            self.restarts += 1
            self.stop()
        if self._life is None and now >= self._starts_at:
            self._life = self._start(now)

    def ask(self, count: int) -> None:
        """Send the program so many requests; one that does not keep up loses them."""
        if self._life is None:
            return
        client = self.program.client
        numbers = range(self._asked, self._asked + count)
        lines = [client.request(number) for number in numbers] if client else [str(count)]
        self._asked += count
        if len(self._life.queue) < _LONGEST_QUEUE_BYTES:
            self._life.queue += "".join(f"{line}\n" for line in lines).encode()
        self._send(self._life)

    def sample(self) -> list[object] | None:
        """A line of samples.csv behind its second, None while the program does not run."""
        if self._life is None or self._life.process.poll() is not None:
            return None
        reading = self._life.group.read()
        if reading.anon_bytes == 0:
            return None  # it has not begun yet
        return [
            *(self.program.workload, self.name, self.version, f"{self._life.started_at:.3f}", self.restarts),
            *(reading.working_set_bytes, reading.anon_bytes, reading.file_bytes, reading.kernel_bytes),
            *(f"{reading.cpu_seconds:.6f}", self._kills_before + reading.oom_kills, self._asked),
        ]

    def stop(self) -> None:
        """End the program and what it started, and remove its cgroup."""
        if self._life is None:
            return
        life, self._life = self._life, None
        with contextlib.suppress(OSError):  # somebody else removed the cgroup
            self._kills_before += life.group.read().oom_kills
        for process in filter(None, (life.client, life.process)):
            process.kill()
            process.wait()
            if process.stdin:
                process.stdin.close()
        life.group.remove()

    def _start(self, now: float) -> _Life:
        program, client = self.program, self.program.client
        group = cgroups.make(f"{self.name}-{self.restarts}", program.limit_bytes)
        command = group.enter(program.command(self._places))
        asks = client.command(self._places) if client else None
        process = self._process(command, with_input=asks is None)
        asking = self._process(asks, with_input=True) if asks else None
        opening = "".join(f"{line}\n" for line in client.opening) if client else ""
        return _Life(group, process, asking, now, opening.encode())

    def _process(self, command: list[str], *, with_input: bool) -> subprocess.Popen[bytes]:
        with (self._places.logs / f"{self.name}.log").open("ab") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE if with_input else subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=output,
                env=self._environment,
                cwd=self._places.data,
                bufsize=0,
            )
        if process.stdin:
            os.set_blocking(process.stdin.fileno(), False)
        return process

    @staticmethod
    def _send(life: _Life) -> None:
        stdin = (life.client or life.process).stdin
        if stdin is None:
            return
        with contextlib.suppress(BlockingIOError, BrokenPipeError):
            while life.queue:
                life.queue = life.queue[os.write(stdin.fileno(), life.queue) :]
