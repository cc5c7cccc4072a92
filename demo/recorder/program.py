"""What the recorder knows of one program: how it runs, what traffic it gets, and the truth about its memory."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from demo.recorder.traffic import Traffic

MIB = 1024 * 1024

Runtime = Literal["node", "python", "jvm", "go", "redis", "postgres", "ruby", "perl", "php", "erlang"]
MemoryKind = Literal["anon", "kernel", "cache", "shmem"]


@dataclass(frozen=True, slots=True)
class Places:
    """Directories of a recording: programs' sources, what was built of them, what they may write, and their logs."""

    sources: Path
    built: Path
    data: Path
    logs: Path


# Makes a command line, from where things are.
Command = Callable[[Places], list[str]]


@dataclass(frozen=True, slots=True)
class Client:
    """A command outside the cgroup that reads lines and asks the program; the lines of a request, by its number."""

    command: Command
    opening: tuple[str, ...]
    request: Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Leak:
    """From which hour of the recording a program leaks, in which of its replicas, and how much.

    `bytes_a_request` is what a request leaves behind, allocated, where the program's source tells; None: measured.
    """

    bytes_a_request: float | None = None
    onset_hours: float = 0.0
    replicas: tuple[int, ...] = (0,)


@dataclass(frozen=True, slots=True)
class Program:
    """One workload. Without a client the program reads counts of requests itself; memory_kind is what changes most."""

    family: str
    runtime: Runtime
    limit_mib: int
    traffic: Traffic
    command: Command
    note: str
    leak: Leak | None = None
    memory_kind: MemoryKind = "anon"
    client: Client | None = None
    replicas: int = 1
    redeploy_seconds: float | None = None
    held_back: bool = False
    ambiguous: str | None = None
    base_mib: int = 30
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def limit_bytes(self) -> int:
        """Memory limit of each container."""
        return self.limit_mib * MIB

    @property
    def workload(self) -> str:
        """The family, as Kubernetes writes names."""
        return self.family.replace("_", "-")
