"""`python -m bench.api`: what the service takes and how soon it answers, beside Alertmanager; see bench/RESULTS.md."""

import argparse
import json
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from sqlalchemy import Engine, insert, select

from app.prometheus.recording.demo import demo_recording
from app.settings import Settings, load_settings
from app.storage.engine import make_engine, transaction
from app.storage.tables import AlertRow, IncidentRow
from bench.notifications import ALERTS, Load, Sent, fingerprint
from bench.report import RESULTS, keep, machine, table
from bench.servers import Service, running_alertmanager, running_postgresql

_RATES = {"SQLite": 500, "PostgreSQL": 1000}
_INCIDENTS = 100_000
_LISTS = ("", "?state=open&severity=critical", "?namespace=shop-7", "?workload=cart-77", "?limit=200")
_LIST_TRIES = 200
_HEADER = ("where", "load", "asked /s", "taken /s", "p50", "p99", "longest", "CPU", "not taken")
_REMARK = (
    f"Notifications of {ALERTS} alerts, 6 kB each, from 256 connections of another process, each due at its moment"
    " and timed from then on. `all new`: no alert was there before; `again`: the same 500 groups over and over."
    " Answered once they are on the disk (SQLite: `synchronous=FULL`; PostgreSQL: `synchronous_commit=on`, on the same"
    " machine). Alertmanager keeps alerts in memory; its `POST /api/v2/alerts` is given the same alerts. CPU: of the"
    " service, cores. The load and PostgreSQL share the machine."
)


@dataclass(frozen=True)
class _Run:
    load: Load
    sent: Sent
    cores: float


def main() -> None:
    """Measure all, print, and write it down."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60.0, help="how long each load lasts")
    seconds = parser.parse_args().seconds
    rows, losses, lists = [], [], []
    for name, rate in _RATES.items():
        with _service(name) as (service, url):
            for fresh in (True, False):
                run = _measured(service, Load(_address(service), rate, seconds, fresh=fresh, run=1 + fresh))
                rows.append(_row(f"leakwatch, {name}", run))
            losses.append([name, *_killed(service, url, rate)])
            lists += [[name, *row] for row in _listed(service, url)]
    rows += _alertmanager(seconds)
    killed = table(("where", "answered 2xx before `kill -9`", "of their alerts lost"), losses)
    listed = table(("where", "GET /api/v1/incidents", "p50", "p99"), lists)
    body = f"{machine()} {_REMARK}\n\n{table(_HEADER, rows)}\n\n{killed}\n\nAmong {_INCIDENTS:,} incidents:\n\n{listed}"
    keep(RESULTS, "The API", body)


@contextmanager
def _service(name: str) -> Iterator[tuple[Service, str | None]]:
    database = running_postgresql() if name == "PostgreSQL" else nullcontext(None)
    with database as url, tempfile.TemporaryDirectory(prefix="leakwatch-bench-") as folder:
        service = Service(Path(folder), demo_recording(), url)
        service.start()
        try:
            yield service, url
        finally:
            service.stop()


def _address(service: Service) -> str:
    return f"{service.url}/webhooks/alertmanager"


def _sending(load: Load) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "bench.notifications", json.dumps(asdict(load))]
    return subprocess.Popen(command, stdout=subprocess.PIPE)


def _sent(process: "subprocess.Popen[bytes]") -> Sent:
    out, _ = process.communicate()
    return Sent(**json.loads(out))


def _measured(service: Service | None, load: Load) -> _Run:
    before = 0.0 if service is None else service.cpu_seconds()
    sent = _sent(_sending(load))
    used = 0.0 if service is None else service.cpu_seconds() - before
    return _Run(load, sent, used / sent.seconds)


def _row(where: str, run: _Run) -> list[str]:
    times = np.array(run.sent.latencies or [np.nan]) * 1000
    return [
        where,
        "all new" if run.load.fresh else "again",
        f"{run.load.rate:,}",
        f"{len(run.sent.latencies) / run.sent.seconds:,.0f}",
        f"{np.quantile(times, 0.5):.0f} ms",
        f"{np.quantile(times, 0.99):.0f} ms",
        f"{times.max():.0f} ms",
        f"{run.cores:.2f}" if run.cores else "",
        f"{run.sent.refused + run.sent.broken:,}",
    ]


def _killed(service: Service, url: str | None, rate: int) -> tuple[str, str]:
    """Kill it in the middle of a load: how many were answered 2xx, and how many of their alerts are not there."""
    load = Load(_address(service), rate, 20.0, run=9)
    sending = _sending(load)
    time.sleep(6.0)
    service.stop(signal.SIGKILL)
    acknowledged = _sent(sending).acknowledged
    service.start()
    wanted = {fingerprint(load.run, number, alert) for number in acknowledged for alert in range(ALERTS)}
    engine = make_engine(_settings(service, url))
    with transaction(engine) as session:
        there = set(session.scalars(select(AlertRow.fingerprint).where(AlertRow.fingerprint.like("0009%"))))
    engine.dispose()
    return f"{len(acknowledged):,}", f"{len(wanted - there):,}"


def _listed(service: Service, url: str | None) -> Iterator[Sequence[str]]:
    _fill(service, url)
    for query in _LISTS:
        times = []
        for _ in range(_LIST_TRIES):
            began = time.perf_counter()
            with urllib.request.urlopen(f"{service.url}/api/v1/incidents{query}") as answer:
                answer.read()
            times.append((time.perf_counter() - began) * 1000)
        yield query or "(plain)", f"{np.quantile(times, 0.5):.0f} ms", f"{np.quantile(times, 0.99):.0f} ms"


def _fill(service: Service, url: str | None) -> None:
    """So many incidents, each a copy of one that a scan of the demo cluster finds."""
    engine = make_engine(_settings(service, url))
    request = urllib.request.Request(f"{service.url}/api/v1/scans", method="POST")
    urllib.request.urlopen(request).close()
    while not (kept := _one_incident(engine)):
        time.sleep(0.2)
    severities, states = ("critical", "warning", "info"), ("open", "acknowledged", "resolved", "resolved")
    for start in range(0, _INCIDENTS, 5000):
        rows = [
            kept
            | {
                "fingerprint": f"bench{number}",
                "namespace": f"shop-{number % 50}",
                "workload": f"cart-{number % 2000}",
                "container": f"c{number // 2000}",
                "severity": severities[number % 3],
                "state": states[number % 4],
            }
            for number in range(start, start + 5000)
        ]
        with transaction(engine) as session:
            session.execute(insert(IncidentRow), rows)
    _settle(engine)
    engine.dispose()


def _settle(engine: Engine) -> None:
    """What PostgreSQL does by itself in the minutes after so much was written, done now."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for statement in ("VACUUM (ANALYZE)", "CHECKPOINT"):
                connection.exec_driver_sql(statement)


def _one_incident(engine: Engine) -> dict[str, object] | None:
    with transaction(engine) as session:
        row = session.scalars(select(IncidentRow).limit(1)).first()
        names = [column.key for column in IncidentRow.__table__.columns if column.key != "id"]
        return None if row is None else {name: getattr(row, name) for name in names}


def _settings(service: Service, url: str | None) -> Settings:
    return load_settings(data_dir=service.data_dir, database_url=url)


def _alertmanager(seconds: float) -> Iterator[list[str]]:
    with tempfile.TemporaryDirectory(prefix="leakwatch-bench-") as folder:
        try:
            with running_alertmanager(Path(folder)) as url:
                for rate in _RATES.values():
                    for fresh in (True, False):
                        load = Load(f"{url}/api/v2/alerts", rate, seconds, shape="api", fresh=fresh, run=1 + fresh)
                        yield _row("Alertmanager (in memory)", _measured(None, load))
        except FileNotFoundError as error:
            yield [str(error), *[""] * (len(_HEADER) - 1)]


if __name__ == "__main__":
    main()
