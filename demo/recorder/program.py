"""What the recorder knows of one program: how it runs, what traffic it gets, and the truth about its memory."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from demo.recorder.traffic import Traffic

MIB = 1024 * 1024

Runtime = Literal["node", "python", "jvm", "go", "redis", "postgres"]
MemoryKind = Literal["anon", "kernel", "cache", "shmem"]


@dataclass(frozen=True, slots=True)
class Places:
    """Directories of a recording: programs' sources, what was built of them, what they may write, and their logs."""

    sources: Path
    built: Path
    data: Path
    logs: Path


@dataclass(frozen=True, slots=True)
class Client:
    """A command outside the cgroup that reads lines and asks the program; the lines of a request, by its number."""

    command: Callable[[Places], list[str]]
    opening: tuple[str, ...]
    request: Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Leak:
    """What a program leaks: which memory, from which hour of the recording, and in which replicas."""

    kind: MemoryKind = "anon"
    onset_hours: float = 0.0
    replicas: tuple[int, ...] = (0,)


@dataclass(frozen=True, slots=True)
class Program:
    """One workload. `command` makes the command line; without a client the program reads counts of requests itself."""

    family: str
    runtime: Runtime
    limit_mib: int
    traffic: Traffic
    command: Callable[[Places], list[str]]
    note: str
    leak: Leak | None = None
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
