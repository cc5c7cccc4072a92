"""Replicas of the service as processes of their own, forked from one that has loaded all code: they are up at once.

Run as a program it is that one: of each line it reads, which names a log file and whether to be of another host, it
makes a replica, and answers with its number. A replica of another host is not seen to be dead, as in a cluster; its
lease must run out, and does so in seconds here.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

LEASE_SECONDS = 1.5
_RENEW_SECONDS = 0.3
_IDLE_SECONDS = 2
_STUCK_SECONDS = 1.0


@contextlib.contextmanager
def replica_maker(settings: dict[str, object], world: Path) -> Iterator[Callable[[Path, bool], int]]:
    """What starts a replica: given its log and whether it is of another host, its process' number."""
    command = [sys.executable, "-m", "tests.support.replicas", json.dumps(settings), str(world)]
    # One thread for linear algebra: there are two replicas, and what is forked should have no threads.
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, env=environment
    ) as parent:

        def make(log: Path, elsewhere: bool) -> int:
            assert parent.stdin is not None
            assert parent.stdout is not None
            parent.stdin.write(json.dumps([str(log), elsewhere]) + "\n")
            return int(parent.stdout.readline())

        try:
            yield make
        finally:
            assert parent.stdin is not None
            parent.stdin.close()
            parent.wait(30)


def _be_parent() -> None:
    import app.serving  # noqa: F401, PLC0415 (what is loaded here need not be by each replica)
    import tests.support.world  # noqa: F401, PLC0415

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are gone at once
    settings, world = json.loads(sys.argv[1]), Path(sys.argv[2])
    for line in sys.stdin:
        log, elsewhere = json.loads(line)
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _serve(settings, world, log, elsewhere)
            os._exit(0)
        print(child, flush=True)  # noqa: T201


def _serve(settings: dict[str, object], world: Path, log: str, elsewhere: bool) -> None:
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (0, 1, 2):
        os.dup2(os.open(os.devnull, os.O_RDONLY) if stream == 0 else out, stream)
    os.environ["PGAPPNAME"] = str(os.getpid())  # by which the database knows who writes
    from app import serving  # noqa: PLC0415
    from app.logs import configure_logs  # noqa: PLC0415
    from app.scanning import lease  # noqa: PLC0415
    from app.settings import load_settings  # noqa: PLC0415
    from app.storage import engine  # noqa: PLC0415
    from tests.support.world import perform  # noqa: PLC0415

    lease.SECONDS, lease._RENEW_EVERY_SECONDS, lease.STUCK_SECONDS = LEASE_SECONDS, _RENEW_SECONDS, _STUCK_SECONDS
    engine._IDLE_IN_TRANSACTION_SECONDS = _IDLE_SECONDS
    if elsewhere:
        place = f"{lease.here()}/of-{os.getpid()}"
        lease.here = lambda: place
    serving.make_scan = lambda _settings, **_: partial(perform, world)  # type: ignore[assignment]
    loaded = load_settings(**settings)
    configure_logs(loaded)
    serving.serve(loaded)


if __name__ == "__main__":
    _be_parent()
