"""What `leakwatch scan --push` makes of its options, and of a scan that runs already."""

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.errors import ScanInProgress, UsageError

SCAN = ("scan", "--recording", "demo/cluster.parquet", "--quiet")
CLOCK = ("--push", "--every", "15m")


@pytest.fixture
def run(monkeypatch):
    """The command in this process; its error is raised. Somebody is there to tell."""
    monkeypatch.setenv("LEAKWATCH_ALERTMANAGER_URLS", "http://alertmanager.test:9093")

    def run(*arguments):
        return CliRunner().invoke(app, [*SCAN, *arguments], catch_exceptions=False)

    return run


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--push",), "say how often this runs: --every 15m"),
        (("--every", "15m"), "give --push, too"),
        (("--push", "--every", "soon"), "--every"),
        ((*CLOCK, "--no-store"), "not kept there"),
        ((*CLOCK, "--end", "2026-01-01T00:00:00Z"), "not kept there"),
    ],
)
def test_what_makes_no_sense_is_told(run, arguments, says):
    with pytest.raises(UsageError) as caught:
        run(*arguments)
    assert says in f"{caught.value}; {caught.value.hint}"


def test_nobody_to_tell_is_told(run, monkeypatch):
    monkeypatch.delenv("LEAKWATCH_ALERTMANAGER_URLS")
    with pytest.raises(UsageError, match="nobody to tell"):
        run(*CLOCK)


@pytest.fixture
def busy(monkeypatch):
    """Another scan runs."""

    def scan_once(*_, **__):
        raise ScanInProgress("another scan is running")

    monkeypatch.setattr("app.scanning.once.scan_once", scan_once)


def test_a_clock_is_told_that_another_scan_runs_and_that_nothing_is_wrong(run, busy):
    done = run(*CLOCK)
    assert (done.exit_code, done.stdout) == (0, "")
    assert "another scan is running: this one does nothing" in done.stderr


def test_a_person_is_told_that_it_cannot_be_done(run, busy):
    with pytest.raises(ScanInProgress):
        run()
