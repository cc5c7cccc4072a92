"""The lease that keeps scans single, across threads, processes and replicas."""

import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.errors import ScanAbandoned, ScanInProgress, StorageError
from app.storage import leases
from app.storage.engine import transaction

_NAME = "scan"
# With the time in which the schedule looks again, less than the minute within which another must take over.
SECONDS = 40.0
_RENEW_EVERY_SECONDS = 10.0
# No transaction of a scan takes so long.
STUCK_SECONDS = 10.0


@dataclass(slots=True)
class Lease:
    """Held by one scan, renewed in the background, worth nothing once another has taken it over."""

    engine: Engine
    token: int
    lost: Callable[[], None]
    _stop: threading.Event = field(default_factory=threading.Event)

    def guard(self, session: Session) -> None:
        """Raise ScanAbandoned, in the caller's transaction, unless the lease is still ours; and hold it for longer.

        It comes first in the transaction: what follows it is then written under the lease, or not at all.
        """
        if not leases.renew(session, _NAME, self.token, None, SECONDS):
            raise ScanAbandoned("another scan has taken over", "it was not renewed in time: is the machine overloaded?")

    def keep(self) -> None:
        """Renew in the background until told to stop; calls `lost` when it is not ours any more."""
        threading.Thread(target=self._renew, name="leakwatch-lease", daemon=True).start()

    def stop_renewing(self) -> None:
        """Let it run out, unless it is let go before."""
        self._stop.set()

    def let_go(self, session: Session) -> None:
        """Free it for the next scan, in the caller's transaction."""
        leases.let_go(session, _NAME, self.token)

    def _renew(self) -> None:
        held_until = time.monotonic() + SECONDS
        while not self._stop.wait(_RENEW_EVERY_SECONDS):
            try:
                with transaction(self.engine) as session:
                    self.guard(session)
                held_until = time.monotonic() + SECONDS
            except ScanAbandoned:
                self.lost()
                return
            except StorageError:
                # The database may be away for a moment; the lease is ours until it runs out.
                if time.monotonic() > held_until:
                    self.lost()
                    return


def take_lease(engine: Engine, session: Session, lost: Callable[[], None]) -> Lease:
    """The lease, in the caller's transaction. Raises ScanInProgress when another scan holds it."""
    leases.cut_off_stuck(session, _NAME, STUCK_SECONDS)
    token = take_named(session, _NAME, SECONDS)
    if token is None:
        raise ScanInProgress("another scan is running", "wait until it has ended, or scan with --no-store")
    return Lease(engine, token, lost)


def take_named(session: Session, name: str, seconds: float) -> int | None:
    """The token of a lease of any name, in the caller's transaction; None when another that may be alive holds it."""
    holder = this_process()
    token = leases.take(session, name, holder, None, seconds)
    other = leases.holder(session, name) if token is None else None
    if other is not None and _is_dead(other):
        # Killed, and so it could not let go; nobody needs to wait until its time is up.
        leases.expire(session, name, other)
        token = leases.take(session, name, holder, None, seconds)
    return token


def held_by(session: Session) -> tuple[str, float] | None:
    """Who scans or did last, and until when they may, unix seconds; None where nobody has scanned yet."""
    return leases.standing(session, _NAME)


def this_process() -> str:
    """Who holds a lease: where, the process, and when that began, since numbers of processes come again."""
    return f"{here()}/{os.getpid()}/{_began(os.getpid())}"


def here() -> str:
    """What numbers of processes are told apart by: host, boot, and namespace; containers may share a host's name."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
        return f"{socket.gethostname()}/{boot}/{Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return f"{socket.gethostname()}/unknown"


def _began(pid: int) -> str:
    """When a process began, in ticks since the boot: field 22 of proc_pid_stat(5)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return "unknown"


def _is_dead(holder: str) -> bool:
    """Whether the holder was a process of ours that is there no more; of another place nothing is known."""
    place, process, began = holder.rsplit("/", 2) if holder.count("/") >= 2 else (holder, "", "")
    if place != here() or place.endswith("/unknown") or not process.isdigit():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return _began(int(process)) not in {began, "unknown"}
