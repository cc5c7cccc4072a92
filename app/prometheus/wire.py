"""A connection that another thread can cut, whatever it waits for."""

import contextlib
import socket
from typing import Any

from requests.adapters import HTTPAdapter


class Wire:
    """A second handle on the socket of the latest connection: what is shut down here is shut down there, TLS or not."""

    def __init__(self) -> None:
        self._handle: socket.socket | None = None

    def watch(self, made: socket.socket) -> None:
        """Follow a new connection; the one before was given up."""
        self.close()
        self._handle = made.dup()

    def cut(self) -> None:
        """End whatever is under way on it."""
        handle = self._handle
        if handle is not None:
            with contextlib.suppress(OSError):
                handle.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let go of the handle; the connection stays."""
        handle, self._handle = self._handle, None
        if handle is not None:
            handle.close()


class WatchedAdapter(HTTPAdapter):
    """Tells the sockets of its connections to a wire."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        super().__init__(pool_connections=1, pool_maxsize=1)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """As requests does, with connections that tell their sockets."""
        super().init_poolmanager(*args, **kwargs)
        manager = self.poolmanager
        manager.pool_classes_by_scheme = {
            scheme: _watched(pool, self._wire) for scheme, pool in manager.pool_classes_by_scheme.items()
        }


def _watched(pool: type[Any], wire: Wire) -> type[Any]:
    """The pool's class, with connections that tell their sockets."""

    def new_connection(connection: Any) -> socket.socket:
        made: socket.socket = pool.ConnectionCls._new_conn(connection)
        wire.watch(made)
        return made

    connection = type(pool.ConnectionCls.__name__, (pool.ConnectionCls,), {"_new_conn": new_connection})
    return type(pool.__name__, (pool,), {"ConnectionCls": connection})
