"""`python -m bench.notifications`: sends notifications at a steady rate from a process of its own; prints JSON.

An open loop: each is due at its moment, whether or not those before it were answered, and its time counts from then on.
"""

import asyncio
import json
import sys
from collections import deque
from dataclasses import asdict, dataclass, field
from urllib.parse import urlsplit

ALERTS = 10
_CONNECTIONS = 256
_GROUPS = 500
_TICK_SECONDS = 0.001
_LONGEST_WAIT_SECONDS = 30.0
_START = "2026-01-01T00:00:00.000Z"


@dataclass(frozen=True)
class Load:
    """What to send. shape: "webhook" or "api" (Alertmanager's own); fresh: all alerts new, else the same 500 groups."""

    url: str
    rate: int
    seconds: float
    shape: str = "webhook"
    fresh: bool = True
    run: int = 1


@dataclass
class Sent:
    """How it went. latencies: seconds, of what was answered 2xx; acknowledged: the numbers of those."""

    latencies: list[float] = field(default_factory=list)
    acknowledged: list[int] = field(default_factory=list)
    refused: int = 0
    broken: int = 0
    seconds: float = 0.0


def fingerprint(run: int, number: int, alert: int) -> str:
    """The fingerprint of one alert of a run."""
    return f"{run:04x}{number:08x}{alert:04x}"


def body(load: Load, number: int) -> bytes:
    """A notification of ten alerts, about 6 kB, or the same alerts as Alertmanager takes them."""
    number = number if load.fresh else number % _GROUPS
    alerts = [_alert(load, number, alert) for alert in range(ALERTS)]
    if load.shape == "api":
        return f"[{','.join(alerts)}]".encode()
    around = (
        '{"receiver":"leakwatch","status":"firing","groupLabels":{"namespace":"shop-%d"},"commonLabels":'
        '{"alertname":"KubePodCrashLooping","namespace":"shop-%d","severity":"warning"},"commonAnnotations":{},'
        '"externalURL":"http://alertmanager.example:9093","version":"4","groupKey":"{}:{namespace=\\"shop-%d\\"}",'
        '"truncatedAlerts":0,"alerts":[%s]}'
    )
    space = number % 50
    return (around % (space, space, space, ",".join(alerts))).encode()


def _alert(load: Load, number: int, alert: int) -> str:
    pod = f"cart-{number % 997}-{number:x}-{alert}"
    labels = (
        f'{{"alertname":"KubePodCrashLooping","container":"app","job":"kube-state-metrics","namespace":'
        f'"shop-{number % 50}","pod":"{pod}","run":"{load.run}","severity":"warning","uid":"{number:08x}"}}'
    )
    annotations = (
        f'{{"description":"Pod shop/{pod} (app) is in waiting state (reason: \\"CrashLoopBackOff\\").",'
        '"runbook_url":"https://runbooks.example.org/runbooks/kubernetes/kubepodcrashlooping",'
        '"summary":"Pod is crash looping."}'
    )
    shared = f'"labels":{labels},"annotations":{annotations},"generatorURL":"http://prometheus.example:9090/graph?g0=1"'
    if load.shape == "api":
        return f"{{{shared}}}"
    return (
        f'{{"status":"firing",{shared},"startsAt":"{_START}","endsAt":"0001-01-01T00:00:00Z",'
        f'"fingerprint":"{fingerprint(load.run, number, alert)}"}}'
    )


class _Connection(asyncio.Protocol):
    """One connection that is kept alive and has one request under way at most."""

    def __init__(self, sender: "_Sender") -> None:
        self._sender = sender
        self._transport: asyncio.Transport | None = None
        self._got = b""
        self._at: tuple[int, float] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._sender.idle.append(self)

    def send(self, request: bytes, number: int, due: float) -> None:
        assert self._transport is not None
        self._at = (number, due)
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, blank, rest = self._got.partition(b"\r\n\r\n")
        if not blank:
            return
        length = next(
            (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
        )
        if len(rest) < length or self._at is None:
            return
        self._got = b""
        self._sender.answered(int(head[9:12]), *self._at)
        self._at = None
        self._sender.idle.append(self)

    def connection_lost(self, _: Exception | None) -> None:
        self._sender.lost(self, under_way=self._at is not None)


class _Sender:
    def __init__(self, load: Load) -> None:
        self.load = load
        self.sent = Sent()
        self.idle: deque[_Connection] = deque()
        self.open = _CONNECTIONS
        self._loop = asyncio.get_running_loop()
        self._under_way = 0
        parts = urlsplit(load.url)
        self._head = f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n"

    def answered(self, status: int, number: int, due: float) -> None:
        self._under_way -= 1
        if 200 <= status < 300:
            self.sent.latencies.append(self._loop.time() - due)
            self.sent.acknowledged.append(number)
        else:
            self.sent.refused += 1

    def lost(self, connection: _Connection, *, under_way: bool) -> None:
        self.open -= 1
        if connection in self.idle:
            self.idle.remove(connection)
        if under_way:
            self._under_way -= 1
            self.sent.broken += 1

    async def run(self) -> Sent:
        parts = urlsplit(self.load.url)
        for _ in range(_CONNECTIONS):
            await self._loop.create_connection(lambda: _Connection(self), parts.hostname, parts.port)
        total = round(self.load.rate * self.load.seconds)
        began, number = self._loop.time(), 0
        while number < total and self.open:
            due = began + number / self.load.rate
            if due > self._loop.time() or not self.idle:
                await asyncio.sleep(_TICK_SECONDS)
                continue
            content = body(self.load, number)
            request = f"{self._head}Content-Length: {len(content)}\r\n\r\n".encode() + content
            self._under_way += 1
            self.idle.popleft().send(request, number, due)
            number += 1
        until = self._loop.time() + _LONGEST_WAIT_SECONDS
        while self._under_way and self._loop.time() < until:
            await asyncio.sleep(_TICK_SECONDS)
        self.sent.seconds = self._loop.time() - began
        return self.sent


async def _send(load: Load) -> Sent:
    return await _Sender(load).run()


if __name__ == "__main__":
    json.dump(asdict(asyncio.run(_send(Load(**json.loads(sys.argv[1]))))), sys.stdout)
