"""Work that is done every so often beside the requests: pushes, pruning."""

import threading
from collections.abc import Callable

import structlog

from app.errors import LeakwatchError

_GRACE_SECONDS = 3.0


class Worker:
    """Calls `act` every `interval` seconds in a thread that does not keep the process alive, first after `first_after`.

    A LeakwatchError is logged, and tried again the next time; so is any other, with its trace.
    """

    def __init__(self, name: str, interval: float, act: Callable[[], None], *, first_after: float = 0.0) -> None:
        self._name = name
        self._interval = interval
        self._first_after = first_after
        self._act = act
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"leakwatch-{name}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> bool:
        """Tell it to end, and wait a little; False when it is still at work."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(_GRACE_SECONDS)
        return not self._thread.is_alive()

    def _run(self) -> None:
        self._stop.wait(self._first_after)
        while not self._stop.is_set():
            try:
                self._act()
            except LeakwatchError as error:
                structlog.get_logger().warning(f"{self._name} failed, will try again", reason=str(error))
            except Exception:  # noqa: BLE001 (one fault of ours must not end what others rely on)
                structlog.get_logger().exception(f"{self._name} failed by a fault of leakwatch")
            self._stop.wait(self._interval)
