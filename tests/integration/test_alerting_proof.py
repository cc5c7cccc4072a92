"""A leak, followed: Prometheus raises the rule, Alertmanager routes it, the webhook brings it to the incident."""

import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace

import httpx2
import pytest
import yaml

from alert_rules import conventions as names
from alert_rules.leaks_with_service import leaks_with_service
from alert_rules.rule import rule_file
from app.prometheus.recording.demo import demo_recording
from demo.load import load
from tests.integration.conftest import environment
from tests.support.servers import answers, free_port, running_alertmanager, running_prometheus, start, wait_until

FIRED, OVER = "alert_firing", "alert_resolved"


class Stack:
    """Prometheus, Alertmanager and the service, wired to each other as docs/alerting.md says."""

    def __init__(self, folder, prometheus, manager, port):
        self.folder, self.prometheus, self.manager, self.port = folder, prometheus, manager, port
        self.service = None

    def start_service(self):
        settings = {"prometheus_url": self.prometheus.url, "port": self.port, "data_dir": self.folder / "data"}
        self.service = start(
            [sys.executable, "-m", "app.cli", "serve", "--upgrade", "--insecure-no-auth"],
            self.folder / f"serve-{time.monotonic_ns()}.log",
            env=environment(scan_interval="1h", **settings),
        )
        wait_until(lambda: answers(f"http://127.0.0.1:{self.port}/healthz"), "the service is up")

    def get(self, path):
        return httpx2.get(f"http://127.0.0.1:{self.port}{path}", timeout=15, trust_env=False).json()

    def told(self, number):
        """(kind, alert) of each line of an incident's timeline that tells of an alert of ours."""
        events = self.get(f"/api/v1/incidents/{number}")["events"]
        return [
            (one["kind"], alert.name)
            for one in events
            for alert in leaks_with_service()
            if one["kind"] in {FIRED, OVER} and alert.name in one["text"]
        ]

    def accept(self, number):
        """A person says that it is no leak, which ends it."""
        command = [sys.executable, "-m", "app.cli", "incidents", "not-a-leak", str(number), "--comment", "a cache"]
        subprocess.run(command, check=True, capture_output=True, env=environment(data_dir=self.folder / "data"))


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    folder, port = tmp_path_factory.mktemp("proof"), free_port()
    routes = {
        "route": {
            "receiver": "leakwatch",
            "group_by": ["namespace", "workload"],
            "group_wait": "100ms",
            "group_interval": "1s",
            "repeat_interval": "1h",
        },
        "receivers": [
            {
                "name": "leakwatch",
                "webhook_configs": [{"url": f"http://127.0.0.1:{port}/webhooks/alertmanager", "send_resolved": True}],
            }
        ],
    }
    quick = [replace(alert, hold="0s") for alert in leaks_with_service()]
    rules = folder / "rules.yml"
    rules.write_text(yaml.safe_dump(rule_file("leaks", quick, "https://runbooks.example.org")))
    with (
        running_prometheus(folder / "prometheus", "--rules.alert.resend-delay=1s") as prometheus,
        running_alertmanager(folder / "alertmanager", yaml.safe_dump(routes)) as manager,
    ):
        load(demo_recording(), prometheus.url, time.time())
        # Only now: what it scrapes is newer than what it may still be given.
        (prometheus.folder / "prometheus.yml").write_text(
            yaml.safe_dump(
                {
                    "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
                    "rule_files": [str(rules)],
                    "scrape_configs": [
                        {
                            "job_name": "leakwatch",
                            "static_configs": [{"targets": [f"127.0.0.1:{port}"]}],
                        }
                    ],
                    "alerting": {
                        "alertmanagers": [{"static_configs": [{"targets": [manager.url.removeprefix("http://")]}]}]
                    },
                }
            )
        )
        prometheus.process.handle.send_signal(signal.SIGHUP)
        made = Stack(folder, prometheus, manager, port)
        made.start_service()
        yield made
        made.service.stop(signal.SIGKILL)


def _open(stack):
    return [one["id"] for one in stack.get("/api/v1/incidents?state=open&limit=200")["items"]]


def _fired(stack, number):
    return {alert for kind, alert in stack.told(number) if kind == FIRED}


def test_a_leak_is_followed_from_its_alert_to_its_end(stack):
    wait_until(lambda: _open(stack), "the scan has found leaks")
    first, second, *_ = sorted(_open(stack))
    wait_until(lambda: names.LEAK_CONFIRMED in _fired(stack, first), "the alert has come back to the incident")

    # Alertmanager is away while the alerts of one end: it hears of it when it is back.
    before = Counter(stack.told(first))
    stack.manager.process.stop()
    stack.accept(first)
    stack.manager.restart()
    wait_until(lambda: (OVER, names.LEAK_CONFIRMED) in stack.told(first), "its end has come, too", seconds=90)
    after = Counter(stack.told(first))
    assert all(after[one] >= number for one, number in before.items())
    assert max(after.values()) == 1, after

    # The service is away: nothing ends by that, nothing is told twice, and what ends later is heard of.
    wait_until(lambda: names.LEAK_CONFIRMED in _fired(stack, second), "the other one has its alert")
    stack.service.stop(signal.SIGKILL)
    stack.accept(second)
    stack.start_service()
    wait_until(lambda: (OVER, names.LEAK_CONFIRMED) in stack.told(second), "its end has come", seconds=90)
    assert max(Counter(stack.told(second)).values()) == 1, stack.told(second)
    assert all(kind == FIRED for number in _open(stack) for kind, _ in stack.told(number))
