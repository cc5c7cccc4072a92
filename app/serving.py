"""Runs the service from its first line to its last: schema, socket, server, and an end that leaves nothing behind."""

import ipaddress
import os
import signal
import socket
import sys
import threading
from types import FrameType

import uvicorn

from app.api.services import Services
from app.errors import ListenError, UsageError
from app.main import create_app
from app.scanning.heeding import heeding
from app.scanning.service import make_perform
from app.settings import Settings
from app.storage.engine import make_engine
from app.storage.schema import check, upgrade

_GRACE_SECONDS = 2
_LONGEST_STOP_SECONDS = 10.0
_BACKLOG = 512
# A thread that has waited for the database must not wait 5 ms more, each time, for the one that reads requests.
_SWITCH_SECONDS = 0.0005


def serve(settings: Settings) -> None:
    """Serve until told to stop by SIGTERM or SIGINT; returns after a clean stop.

    Raises UsageError for an address that would be open to others, SchemaOutdated, SchemaTooNew, StorageError,
    ListenError.
    """
    _refuse_open_address(settings)
    perform = make_perform(settings)
    engine = make_engine(settings)
    if settings.auto_upgrade:
        upgrade(engine)
    else:
        check(engine)
    listening = _listen(settings)
    app = create_app(settings, engine, heeding(perform, engine))
    server = _Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
            lifespan="on",
        ),
        _url(listening),
    )
    sys.setswitchinterval(_SWITCH_SECONDS)
    # uvicorn stops at these signals and then sends them once more, to whoever handled them before: us.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, server.stop_soon)
    server.run(sockets=[listening])
    services: Services = app.state.services
    if not services.scans.schedule.stop():
        # A read is still waiting for its server; the scan is written off, and nothing else is under way.
        _end_now(0)
    engine.dispose()


class _Server(uvicorn.Server):
    """uvicorn's server; says where it is once it is up, and is sure to stop."""

    def __init__(self, config: uvicorn.Config, url: str) -> None:
        super().__init__(config)
        self._url = url

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start up, and say so."""
        await super().startup(sockets)
        print(f"leakwatch serves on {self._url} (Ctrl-C stops it)", file=sys.stderr, flush=True)  # noqa: T201 (for people)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """At a signal: stop, and if a request or the database keeps us, end outright."""
        self._end_in_time()
        super().handle_exit(sig, frame)

    def stop_soon(self, sig: int, frame: FrameType | None) -> None:
        """The same before uvicorn handles signals itself, and after it has."""
        self._end_in_time()
        self.should_exit = True

    def _end_in_time(self) -> None:
        if not self.should_exit:
            limit = threading.Timer(_LONGEST_STOP_SECONDS, _end_now, (1,))
            limit.daemon = True
            limit.start()


def _end_now(status: int) -> None:
    sys.stderr.flush()
    os._exit(status)


def _refuse_open_address(settings: Settings) -> None:
    if not settings.insecure_no_auth and not _is_loopback(settings.host):
        raise UsageError(
            f"host: {settings.host} can be reached by others, and the API has no authentication yet",
            "listen on 127.0.0.1 behind a proxy that authenticates, or accept the risk with --insecure-no-auth",
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _listen(settings: Settings) -> socket.socket:
    try:
        family = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((settings.host, settings.port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise ListenError(
            f"cannot listen on {settings.host}:{settings.port}: {error.strerror}",
            "choose another with --port or LEAKWATCH_PORT, or --host",
        ) from error


def _url(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
