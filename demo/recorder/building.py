"""What must be there before a recording: servers and compilers, compiled programs, databases and files to read."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from demo.recorder import cgroups
from demo.recorder.program import MIB, Places, Program, Runtime

SOURCES = Path(__file__).resolve().parent / "programs"
_NEEDED: dict[Runtime, tuple[tuple[str, ...], str]] = {
    "node": (("node",), "Node.js 20 or newer (Debian: nodejs)"),
    "python": ((), ""),
    "jvm": (("java", "javac"), "a JDK of version 17 or newer (Debian: default-jdk-headless)"),
    "go": (("go",), "Go 1.21 or newer, on the PATH (Debian: golang)"),
    "redis": (("redis-server", "redis-cli"), "Redis (Debian: redis-server)"),
    "ruby": (("ruby",), "Ruby (Debian: ruby)"),
    "perl": (("perl",), "Perl (Debian: perl)"),
    "php": (("php",), "PHP (Debian: php-cli)"),
    "erlang": (("erl", "erlc"), "Erlang (Debian: erlang-base)"),
    "postgres": (("psql", "setpriv"), "PostgreSQL (Debian: postgresql)"),
}
_FILES, _FILE_BYTES = 300, MIB // 2


def missing(programs: Sequence[Program]) -> list[str]:
    """What this machine lacks to record these programs, a sentence each; empty when it may begin."""
    lacks = []
    if os.geteuid() != 0:
        lacks.append("not root: cgroups can only be made by root; run it with sudo, or in a privileged container")
    if cgroups.version() is None:
        lacks.append(
            f"no memory cgroups under {cgroups.ROOT}: mount cgroup2 there, or the memory and cpuacct hierarchies"
        )
    for runtime in dict.fromkeys(program.runtime for program in programs):
        commands, install = _NEEDED[runtime]
        absent = [command for command in commands if not shutil.which(command)]
        if runtime == "postgres" and not _postgres_binaries():
            absent.append("initdb")
        if absent:
            lacks.append(f"{', '.join(absent)} not found: install {install}")
    return lacks


def build(programs: Sequence[Program], directory: Path, logs: Path) -> Places:
    """Compile and lay out all that the programs need, in an empty directory. Raises CalledProcessError, OSError."""
    directory.chmod(0o755)  # PostgreSQL runs as a user of its own
    places = Places(SOURCES, directory / "built", directory / "data", logs)
    logs.mkdir(exist_ok=True)
    for folder in (places.built, places.data, places.data / "logs"):
        folder.mkdir()
    runtimes = {program.runtime for program in programs}
    if "jvm" in runtimes:
        _run(["javac", "-d", str(places.built), *map(str, sorted(SOURCES.glob("*.java")))])
    if "go" in runtimes:
        for source in sorted(SOURCES.glob("go_*.go")):
            _run(["go", "build", "-o", str(places.built / source.stem), str(source), str(SOURCES / "requests.go")])
    if "erlang" in runtimes:
        for source in sorted(SOURCES.glob("*.erl")):
            _run(["erlc", "-o", str(places.built), str(source)])
    if "postgres" in runtimes:
        (places.built / "postgres").symlink_to(_postgres_binaries()[-1] / "postgres")
        for name in ("prepared", "work", "parts", "sessions"):
            _make_database(places.data / f"pg-{name}")
    _write_files(places.data / "files")
    return places


def _postgres_binaries() -> list[Path]:
    """Debian keeps initdb out of the PATH, one directory a version."""
    on_path = shutil.which("initdb")
    found = [Path(on_path).resolve().parent] if on_path else []
    return found or sorted(path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb"))


def _make_database(directory: Path) -> None:
    directory.mkdir()
    shutil.chown(directory, "postgres", "postgres")
    as_postgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    initdb = str(_postgres_binaries()[-1] / "initdb")
    _run([*as_postgres, initdb, "-A", "trust", "--no-sync", "--no-locale", "-E", "UTF8", "-D", str(directory)])


def _write_files(directory: Path) -> None:
    """Files to read, out of the page cache: who reads them first is charged for them."""
    directory.mkdir()
    for number in range(_FILES):
        with (directory / f"{number}.bin").open("wb") as file:
            file.write(os.urandom(_FILE_BYTES))
            file.flush()
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, cwd="/")
