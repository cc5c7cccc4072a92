"""Real servers."""

import json
import os
import time
from dataclasses import dataclass

import pytest

from app.prometheus import choice
from app.prometheus.recording.demo import demo_recording
from demo.load import load
from tests.support.forked import Forked
from tests.support.servers import running_prometheus

_SECONDS = 120


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def document(self):
        return json.loads(self.out)

    @property
    def findings(self):
        return {f"{one['namespace']}/{one['workload']['name']}": one for one in self.document["findings"]}

    @property
    def leaks(self):
        return {name for name, one in self.findings.items() if one["verdict"] == "leak"}


def environment(**settings):
    """The environment of a command: this one's, and settings by their variables."""
    return os.environ | {f"LEAKWATCH_{name.upper()}": str(value) for name, value in settings.items()}


@pytest.fixture
def leakwatch(tmp_path_factory):
    """Run the command as a user would, in a process of its own; settings are given by keyword."""
    folder = tmp_path_factory.mktemp("said")

    def run(*arguments, seconds=_SECONDS, **settings):
        out, err = folder / "out", folder / "err"
        process = Forked([str(one) for one in arguments], out, err, environment(**settings))
        try:
            status = process.wait(seconds)
        finally:
            process.kill()
        return Outcome(status, out.read_text("utf-8"), err.read_text("utf-8"))

    return run


@pytest.fixture(autouse=True)
def _no_server_is_known(monkeypatch):
    """A port may have been another server's before."""
    monkeypatch.setattr(choice, "_chosen", {})


@pytest.fixture(scope="session")
def demo_prometheus(tmp_path_factory):
    """A real Prometheus that holds the demo cluster, its window ending now."""
    with running_prometheus(tmp_path_factory.mktemp("prometheus")) as server:
        load(demo_recording(), server.url, time.time())
        yield server
