"""Connections of urllib3 that another thread can cut, whatever they wait for.

A socket's time-out is for each read: a server that sends a byte now and then is never too late for it.
"""

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any

_here = threading.local()


class Line:
    """What one request is sent on."""

    def __init__(self) -> None:
        self._socket: Any = None
        self.was_cut = False

    def cut(self) -> None:
        """End whatever is under way on it, from any thread."""
        self.was_cut = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                # That of the plain socket: TLS's own drops its state under the thread that reads.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def use(self, connected: Any) -> None:
        """Follow the socket that the request goes out on."""
        self._socket = connected
        if self.was_cut:
            self.cut()


@contextlib.contextmanager
def line_of_this_thread(line: Line) -> Iterator[None]:
    """What this thread sends in the block goes out on `line`."""
    _here.line = line
    try:
        yield
    finally:
        _here.line = None


def follow_connections(manager: Any) -> None:
    """Let the connections that a urllib3 PoolManager makes tell their sockets to the line of the thread they serve."""
    manager.pool_classes_by_scheme = {
        scheme: _followed(pool) for scheme, pool in manager.pool_classes_by_scheme.items()
    }


def _followed(pool: type[Any]) -> type[Any]:
    def request(connection: Any, *args: Any, **kwargs: Any) -> None:
        pool.ConnectionCls.request(connection, *args, **kwargs)
        line: Line | None = getattr(_here, "line", None)
        if line is not None:
            line.use(connection.sock)

    connection = type(pool.ConnectionCls.__name__, (pool.ConnectionCls,), {"request": request})
    return type(pool.__name__, (pool,), {"ConnectionCls": connection})
