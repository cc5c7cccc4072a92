"""A leak, followed: Prometheus raises the rule, Alertmanager routes it, the webhook brings it to the incident.

All of it is real, and wired as docs/alerting.md says. The service also pushes to Alertmanager by itself.
"""

import signal
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import httpx2
import pytest
import yaml

from alert_rules import conventions as names
from alert_rules.pack import Options
from alert_rules.packs.leaks_with_service import CONFIRMED as CONFIRMED_FROM
from alert_rules.packs.leaks_with_service import LEAKS_WITH_SERVICE
from alert_rules.rule import Group, rule_file
from app.prometheus.recording.demo import demo_recording
from app.prometheus.source import Control
from app.scanning.runner import ScanRunner
from app.scanning.service import incident_policy, make_perform
from app.settings import load_settings
from app.storage.engine import make_engine
from app.storage.schema import upgrade
from demo.load import load
from tests.integration.conftest import environment
from tests.support.forked import start_leakwatch
from tests.support.repair import HEALTHY_HOURS, NAMESPACE, write_repair
from tests.support.servers import answers, free_port, running_alertmanager, running_prometheus, wait_until

FIRED, OVER = "alert_firing", "alert_resolved"
ALERTS = LEAKS_WITH_SERVICE.build(Options()).alerts
OURS = {*(alert.name for alert in ALERTS), names.PUSHED_LEAK}
OOM = "KubePodOOMKilled"
EVALUATIONS = 3
# What is pushed lasts for four of them: for longer than the service is away.
PUSH_INTERVAL = "5s"
CONFIRMED = CONFIRMED_FROM.default


class Stack:
    """Prometheus, Alertmanager and the service, wired to each other."""

    def __init__(self, folder, prometheus, manager, port):
        self.folder, self.prometheus, self.manager, self.port = folder, prometheus, manager, port
        self.service = None
        self._settings = {"prometheus_url": prometheus.url, "data_dir": folder / "data", "resolve_after_scans": 1}

    def start_service(self):
        settings = {"port": self.port, "scan_interval": "1h", "scan_on_start": "false"} | self._settings
        settings |= {"alertmanager_urls": self.manager.url, "alertmanager_interval": PUSH_INTERVAL}
        self.service = start_leakwatch(
            ["serve", "--upgrade", "--insecure-no-auth"],
            self.folder / f"serve-{time.monotonic_ns()}.log",
            environment(**settings),
        )
        wait_until(lambda: answers(f"http://127.0.0.1:{self.port}/healthz"), "the service is up")

    def command(self, *arguments):
        """Run leakwatch on the service's database."""
        log = self.folder / f"command-{time.monotonic_ns()}.log"
        process = start_leakwatch(arguments, log, environment(**self._settings))
        assert process.handle.wait(60) == 0, log.read_text()

    def scan_as_if_it_were(self, end):
        """The scan that there would have been at a time that has passed."""
        settings = load_settings(**self._settings, namespaces=NAMESPACE, lookback="36h")
        engine = make_engine(settings)
        upgrade(engine)
        runner = ScanRunner(engine, incident_policy(settings), make_perform(settings, end))
        runner.begin("cli", Control()).execute()
        engine.dispose()

    def get(self, path):
        return httpx2.get(f"http://127.0.0.1:{self.port}{path}", timeout=15, trust_env=False).json()

    def scan(self):
        """Let the service scan, to its end."""
        made = httpx2.post(f"http://127.0.0.1:{self.port}/api/v1/scans", timeout=15, trust_env=False)
        where = made.headers["location"].removeprefix(f"http://127.0.0.1:{self.port}")
        wait_until(lambda: self.get(where)["state"] == "succeeded", "the scan has ended")

    def confirmed(self):
        """Open incidents that are sure to raise the alert on confirmed leaks."""
        found = self.get("/api/v1/incidents?state=open&limit=200")["items"]
        return sorted(one["id"] for one in found if one["finding"]["probability"] > CONFIRMED + 0.02)

    def told(self, number, alerts=OURS):
        """How often an incident's timeline tells of each (kind, alert)."""
        events = self.get(f"/api/v1/incidents/{number}")["events"]
        lines = [(one["kind"], one["text"].partition(" ")[0]) for one in events]
        return Counter(line for line in lines if line[1] in alerts)

    def fired(self, number):
        return {alert for kind, alert in self.told(number) if kind == FIRED}

    def firing(self, number):
        """What Alertmanager has of an incident."""
        found = httpx2.get(
            f"{self.manager.url}/api/v2/alerts", params={"filter": f"incident_id={number}"}, trust_env=False
        )
        return {one["labels"]["alertname"] for one in found.json()}

    def wait_until_prometheus_misses_the_service(self):
        """And has thought about what to make of it a few times."""

        def ask(path, **params):
            url = f"{self.prometheus.url}/api/v1/{path}"
            return httpx2.get(url, params=params, trust_env=False).json()["data"]

        def evaluated():
            return ask("rules")["groups"][0]["lastEvaluation"]

        wait_until(lambda: ask("query", query="up == 0")["result"], "Prometheus finds nobody there")
        for _ in range(EVALUATIONS):
            last = evaluated()
            wait_until(lambda last=last: evaluated() != last, "the rules are evaluated again")

    def tell_of_oom_kill(self, number):
        """Another system raises an alert on the incident's workload."""
        incident = self.get(f"/api/v1/incidents/{number}")
        about = {"namespace": incident["namespace"], "workload": incident["workload"]}
        alert = {"labels": {"alertname": OOM, **about}, "startsAt": datetime.now(UTC).isoformat()}

        def send():
            sent = httpx2.post(f"{self.manager.url}/api/v2/alerts", json=[alert], trust_env=False)
            sent.raise_for_status()

        return send


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    folder, port = tmp_path_factory.mktemp("proof"), free_port()
    receiver = {"url": f"http://127.0.0.1:{port}/webhooks/alertmanager", "send_resolved": True}
    routes = {
        "route": {
            "receiver": "leakwatch",
            "group_by": ["alertname", "namespace", "workload"],
            "group_wait": "100ms",
            "group_interval": "1s",
            "repeat_interval": "1h",
        },
        "receivers": [{"name": "leakwatch", "webhook_configs": [receiver]}],
    }
    quick = [replace(alert, hold="0s") for alert in ALERTS]
    rules = folder / "rules.yml"
    rules.write_text(yaml.safe_dump(rule_file([Group("leaks", tuple(quick))], "https://runbooks.example.org")))
    with (
        running_prometheus(folder / "prometheus", "--rules.alert.resend-delay=1s") as prometheus,
        running_alertmanager(folder / "alertmanager", yaml.safe_dump(routes)) as manager,
    ):
        write_repair(demo_recording(), folder / "repair.parquet")
        load(folder / "repair.parquet", prometheus.url, time.time())
        made = Stack(folder, prometheus, manager, port)
        made.scan_as_if_it_were(time.time() - HEALTHY_HOURS * 3600 - 600)
        # Only now: what it scrapes is newer than what it may still be given.
        _wire(prometheus, manager, port, rules)
        made.start_service()
        yield made
        made.service.stop(signal.SIGKILL)


def _wire(prometheus, manager, port, rules):
    targets = [{"targets": [manager.url.removeprefix("http://")]}]
    scraped = {
        "job_name": "leakwatch",
        "honor_labels": True,
        "static_configs": [{"targets": [f"127.0.0.1:{port}"]}],
    }
    config = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(rules)],
        "scrape_configs": [scraped],
        "alerting": {"alertmanagers": [{"static_configs": targets}]},
    }
    (prometheus.folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    prometheus.process.handle.send_signal(signal.SIGHUP)


def test_a_leak_is_followed_until_a_deploy_repairs_it(stack):
    (number,) = stack.confirmed()
    wanted = {names.LEAK_CONFIRMED, names.LIMIT_WITHIN_24H, names.LIMIT_WITHIN_4H, names.PUSHED_LEAK}
    wait_until(lambda: wanted <= stack.fired(number), "every alert has come back to the incident")
    stack.scan()
    incident = stack.get(f"/api/v1/incidents/{number}")
    assert incident["state"] == "resolved", incident["events"]
    fired = stack.fired(number)
    wait_until(lambda: {(OVER, one) for one in fired} <= set(stack.told(number)), "every end has come, too")
    assert set(stack.told(number).values()) == {1}
    assert stack.firing(number) == set()


def test_what_ends_while_alertmanager_is_away_is_told_once_it_is_back(stack):
    number = stack.confirmed()[0]
    wait_until(lambda: {names.LEAK_CONFIRMED, names.PUSHED_LEAK} <= stack.fired(number), "the alerts have come")
    stack.manager.process.stop()
    stack.command("incidents", "not-a-leak", str(number), "--comment", "a cache")
    stack.manager.restart()
    fired = stack.fired(number)
    wait_until(lambda: {(OVER, one) for one in fired} <= set(stack.told(number)), "every end has come", seconds=90)
    assert set(stack.told(number).values()) == {1}


def test_nothing_ends_and_nothing_is_lost_while_the_service_is_away(stack):
    number, another, *_ = stack.confirmed()
    expected = {names.LEAK_CONFIRMED, names.PUSHED_LEAK}
    wait_until(lambda: all(expected <= stack.fired(one) for one in (number, another)), "the alerts have come")
    tell_of_oom_kill = stack.tell_of_oom_kill(number)
    stack.service.stop(signal.SIGKILL)
    tell_of_oom_kill()
    stack.command("incidents", "not-a-leak", str(another), "--comment", "a cache")
    stack.wait_until_prometheus_misses_the_service()
    assert names.LEAK_CONFIRMED in stack.firing(number)
    stack.start_service()
    wait_until(lambda: (FIRED, OOM) in stack.told(number, {OOM}), "what fired meanwhile has come", seconds=90)
    wait_until(lambda: (OVER, names.LEAK_CONFIRMED) in stack.told(another), "what ended meanwhile has come", seconds=90)
    for one in stack.confirmed():
        told = stack.told(one, OURS | {OOM})
        assert set(told.values()) <= {1}, told
        assert names.LEAK_CONFIRMED not in {alert for kind, alert in told if kind == OVER}, told
