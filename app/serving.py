"""Runs the service from its first line to its last: schema, socket, server, and an end that leaves nothing behind."""

import gc
import os
import signal
import socket
import ssl
import sys
import threading
from collections.abc import Callable
from types import FrameType

import uvicorn
from fastapi import FastAPI

from app.addresses import is_loopback
from app.api.services import Services
from app.connections import PatientProtocol
from app.errors import ListenError, UsageError
from app.main import create_app
from app.scanning.clusters import make_scan
from app.scanning.heeding import heeding
from app.scanning.knowing import KnownClusters
from app.settings import Settings
from app.storage.engine import make_engine
from app.storage.schema import check, upgrade
from app.tls import server_context
from app.web.events import EventHub

_GRACE_SECONDS = 2
_LONGEST_STOP_SECONDS = 10.0
_BACKLOG = 512
_LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")
# A thread that has waited for the database must not wait 5 ms more, each time, for the one that reads requests.
_SWITCH_SECONDS = 0.0005
# New objects that may be part of a cycle; Python's own 700 are two notifications.
_COLLECT_EVERY = 20_000


def serve(settings: Settings) -> None:
    """Serve until told to stop by SIGTERM or SIGINT; returns after a clean stop.

    Raises UsageError for an address that would be open to others, SettingsError for a certificate that cannot be used,
    SchemaOutdated, SchemaTooNew, StorageError, ListenError.
    """
    tls = _tls(settings)
    known = KnownClusters()
    perform = make_scan(settings, keep_window=True, known=known)
    engine = make_engine(settings)
    if settings.auto_upgrade:
        upgrade(engine)
    else:
        check(engine)
    listening = _listen(settings)
    app = create_app(_only_as_this_machine(settings), engine, heeding(perform, engine), known)
    services: Services = app.state.services
    hub: EventHub = app.state.events
    server = _Server(_uvicorn(app, settings, tls), _greeting(settings, listening, services), hub.stop)
    sys.setswitchinterval(_SWITCH_SECONDS)
    _spare_collections()
    # uvicorn stops at these signals and then sends them once more, to whoever handled them before: us.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, server.stop_soon)
    server.run(sockets=[listening])
    if not services.scans.schedule.stop():
        # A read is still waiting for its server; the scan is written off, and nothing else is under way.
        _end_now(0)
    engine.dispose()


def _spare_collections() -> None:
    """Look for garbage seldom, and never among what was there at the start: to go through all of numpy and scipy keeps
    a request waiting for a tenth of a second."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_EVERY)


def _uvicorn(app: FastAPI, settings: Settings, tls: ssl.SSLContext | None) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        lifespan="on",
        http=PatientProtocol,
        ws="none",
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        ssl_context_factory=None if tls is None else lambda *_: tls,
    )


class _Server(uvicorn.Server):
    """uvicorn's server; says where it is once it is up, and is sure to stop."""

    def __init__(self, config: uvicorn.Config, greeting: str, end_streams: Callable[[], None]) -> None:
        super().__init__(config)
        self._greeting = greeting
        self._end_streams = end_streams

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start up, and say so."""
        await super().startup(sockets)
        print(self._greeting, file=sys.stderr, flush=True)  # noqa: T201 (for people)

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
            # What would go on for ever is not waited for.
            self._end_streams()


def _end_now(status: int) -> None:
    sys.stderr.flush()
    os._exit(status)


def _only_as_this_machine(settings: Settings) -> Settings:
    """Without tokens, requests must be for this machine by its own names: a page of another site, whose name was made
    to lead here, would otherwise be let in by the browser of whoever works on this machine (DNS rebinding)."""
    if not settings.insecure_no_auth or settings.trusted_hosts:
        return settings
    return settings.model_copy(update={"trusted_hosts": (*_LOOPBACK_HOSTS, *_name_of(settings.host))})


def _name_of(host: str) -> tuple[str, ...]:
    return () if ":" in host else (host,)


def _tls(settings: Settings) -> ssl.SSLContext | None:
    if settings.tls_cert_file is None or settings.tls_key_file is None:
        return None
    return server_context(settings.tls_cert_file, settings.tls_key_file)


def _listen(settings: Settings) -> socket.socket:
    try:
        family = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.create_server((settings.host, settings.port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise ListenError(
            f"cannot listen on {settings.host}:{settings.port}: {error.strerror}",
            "choose another with --port or LEAKWATCH_PORT, or --host",
        ) from error
    if settings.insecure_no_auth and not is_loopback(listening.getsockname()[0]):
        listening.close()
        raise UsageError(f"insecure_no_auth: {settings.host} is not this machine alone", "listen on 127.0.0.1")
    return listening


def _greeting(settings: Settings, listening: socket.socket, services: Services) -> str:
    host, port = listening.getsockname()[:2]
    scheme = "http" if settings.tls_cert_file is None else "https"
    url = f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
    if settings.insecure_no_auth:
        url += " and asks for no token: all who use this machine may do all"
    elif not services.tokens.any_made():
        url += " but has no token yet: make one with `leakwatch token create`"
    return f"leakwatch serves on {url} (Ctrl-C stops it)"
