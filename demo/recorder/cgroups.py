"""A memory cgroup with a limit, version 1 or 2: made, entered, read and removed.

Files and their meaning: Documentation/admin-guide/cgroup-v1/memory.rst and cgroup-v2.rst of the Linux kernel. What is
read of them is what cAdvisor reads: working set = usage - inactive file; rss = anonymous memory; cache = page cache.
"""

import contextlib
import os
import signal
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

ROOT = Path("/sys/fs/cgroup")
PARENT = "leakwatch-recorder"
_END_WITHIN_SECONDS = 2.0
_ENTER = 'while [ "$1" != -- ]; do echo $$ > "$1/cgroup.procs" || exit 70; shift; done; shift; exec "$@"'


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at a cgroup: bytes, but for CPU seconds used and processes killed for want of memory, since it began."""

    usage_bytes: int
    inactive_file_bytes: int
    anon_bytes: int
    file_bytes: int
    kernel_bytes: int
    cpu_seconds: float
    oom_kills: int

    @property
    def working_set_bytes(self) -> int:
        """What cAdvisor reports and the kubelet evicts by; kernel memory is in it, as it is in the kernel's usage."""
        return max(0, self.usage_bytes - self.inactive_file_bytes)


class Group(Protocol):
    """A memory cgroup and what counts its CPU time."""

    def enter(self, command: Sequence[str]) -> list[str]:
        """The command, begun inside the group."""

    def read(self) -> Reading:
        """Its memory and CPU time now. Raises OSError when it is gone."""

    def remove(self) -> None:
        """End what runs in it, if anything does, and remove it; while it still has a process, leave it."""


def parse_pairs(text: str) -> dict[str, int]:
    """Lines of `name value`, as memory.stat, memory.events, cpu.stat and memory.oom_control have them."""
    return {name: int(value) for name, value in (line.split() for line in text.splitlines())}


def reading_v1(usage: str, stat: str, kernel: str, oom_control: str, cpu_nanoseconds: str) -> Reading:
    """From memory.{usage_in_bytes,stat,kmem.usage_in_bytes,oom_control} and cpuacct.usage."""
    pairs = parse_pairs(stat)
    return Reading(
        usage_bytes=int(usage),
        inactive_file_bytes=pairs["total_inactive_file"],
        anon_bytes=pairs["total_rss"],
        file_bytes=pairs["total_cache"],
        kernel_bytes=int(kernel),
        cpu_seconds=int(cpu_nanoseconds) / 1e9,
        oom_kills=parse_pairs(oom_control)["oom_kill"],
    )


def reading_v2(current: str, stat: str, events: str, cpu_stat: str) -> Reading:
    """From memory.{current,stat,events} and cpu.stat. Before Linux 5.18 memory.stat tells only parts of `kernel`."""
    pairs = parse_pairs(stat)
    parts = sum(pairs.get(name, 0) for name in ("kernel_stack", "pagetables", "percpu", "slab", "sec_pagetables"))
    return Reading(
        usage_bytes=int(current),
        inactive_file_bytes=pairs["inactive_file"],
        anon_bytes=pairs["anon"],
        file_bytes=pairs["file"],
        kernel_bytes=pairs.get("kernel", parts) + pairs.get("sock", 0),
        cpu_seconds=parse_pairs(cpu_stat)["usage_usec"] / 1e6,
        oom_kills=parse_pairs(events)["oom_kill"],
    )


class GroupV1:
    """A group in the memory and in the cpuacct hierarchy of version 1."""

    def __init__(self, name: str, limit_bytes: int, root: Path = ROOT) -> None:
        self._memory = root / "memory" / PARENT / name
        self._cpu = root / "cpuacct" / PARENT / name
        self.remove()  # of a recorder that was killed
        self._memory.mkdir(parents=True)
        self._cpu.mkdir(parents=True, exist_ok=True)
        (self._memory / "memory.limit_in_bytes").write_text(str(limit_bytes))
        (self._memory / "memory.swappiness").write_text("0")

    def enter(self, command: Sequence[str]) -> list[str]:
        """The command, begun inside both groups."""
        return _entered([self._memory, self._cpu], command)

    def read(self) -> Reading:
        """Its memory and CPU time now. Raises OSError when it is gone."""
        memory = self._memory
        return reading_v1(
            usage=(memory / "memory.usage_in_bytes").read_text(),
            stat=(memory / "memory.stat").read_text(),
            kernel=(memory / "memory.kmem.usage_in_bytes").read_text(),
            oom_control=(memory / "memory.oom_control").read_text(),
            cpu_nanoseconds=(self._cpu / "cpuacct.usage").read_text(),
        )

    def remove(self) -> None:
        """End what runs in it and remove both; a group that still has a process stays."""
        _end(self._memory)
        _remove([self._memory, self._cpu])


class GroupV2:
    """A group of the unified hierarchy; an OOM kill takes all its processes, as the kubelet sets it since 1.28."""

    def __init__(self, name: str, limit_bytes: int, root: Path = ROOT) -> None:
        self._path = root / PARENT / name
        self._path.parent.mkdir(exist_ok=True)
        for above in (root, self._path.parent):
            (above / "cgroup.subtree_control").write_text("+memory +cpu")
        self.remove()  # of a recorder that was killed
        self._path.mkdir()
        (self._path / "memory.max").write_text(str(limit_bytes))
        (self._path / "memory.swap.max").write_text("0")
        (self._path / "memory.oom.group").write_text("1")

    def enter(self, command: Sequence[str]) -> list[str]:
        """The command, begun inside the group."""
        return _entered([self._path], command)

    def read(self) -> Reading:
        """Its memory and CPU time now. Raises OSError when it is gone."""
        names = ("memory.current", "memory.stat", "memory.events", "cpu.stat")
        return reading_v2(*((self._path / name).read_text() for name in names))

    def remove(self) -> None:
        """End what runs in it and remove it; a group that still has a process stays."""
        _end(self._path)
        _remove([self._path])


def version(root: Path = ROOT) -> int | None:
    """2 for the unified hierarchy, 1 for memory and cpuacct hierarchies, None where neither is mounted."""
    if (root / "cgroup.controllers").is_file():
        return 2
    both = all((root / name / "cgroup.procs").is_file() for name in ("memory", "cpuacct"))
    return 1 if both else None


def make(name: str, limit_bytes: int) -> Group:
    """A new group, of the version that is mounted. Raises OSError where it may not be made."""
    return GroupV2(name, limit_bytes) if version() == 2 else GroupV1(name, limit_bytes)


def _entered(groups: Iterable[Path], command: Sequence[str]) -> list[str]:
    # The shell enters, then becomes the program: no process of the recorder is ever charged to the group.
    return ["/bin/sh", "-c", _ENTER, "sh", *map(str, groups), "--", *command]


def _end(group: Path) -> None:
    """Kill what is in the group until nothing is, for two seconds at most."""
    deadline = time.monotonic() + _END_WITHIN_SECONDS
    with contextlib.suppress(FileNotFoundError):
        while (pids := (group / "cgroup.procs").read_text().split()) and time.monotonic() < deadline:
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)
            time.sleep(0.02)


def _remove(groups: Iterable[Path]) -> None:
    for group in groups:
        with contextlib.suppress(FileNotFoundError, OSError):
            group.rmdir()
