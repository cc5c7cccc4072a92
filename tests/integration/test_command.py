"""The command as its user meets it: output, exit status, errors."""

import csv
import io
import json
import os
import pty
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import time

import pytest
import yaml

from app.prometheus.recording.demo import demo_recording
from tests.integration.conftest import environment
from tests.support.servers import free_port, start

DEMO = str(demo_recording())
DATA = ("scan", "--recording", DEMO, "--namespace", "data")


def test_a_table_in_a_pipe_is_plain_and_whole(leakwatch):
    done = leakwatch(*DATA, "--all")
    assert "\x1b" not in done.out
    lines = done.out.splitlines()
    assert lines[0].split()[:4] == ["WORKLOAD", "CONTAINER", "VERDICT", "PROB"]
    assert lines[1].startswith("data/session-cache")
    assert len([line for line in lines if line.startswith("data/")]) == 5
    assert "1 leak in 5 workloads" in done.out


def test_healthy_workloads_are_left_out_unless_asked_for(leakwatch):
    assert len([line for line in leakwatch(*DATA).out.splitlines() if line.startswith("data/")]) == 1


def test_on_a_terminal_it_shows_progress_and_colours():
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli", *DATA, "--no-store"],
        stdout=follower,
        stderr=follower,
        stdin=follower,
        env=environment() | {"TERM": "xterm-256color", "COLUMNS": "140", "NO_COLOR": ""},
    )
    os.close(follower)
    shown = b""
    while True:
        try:
            part = os.read(leader, 65_536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        shown += part
    os.close(leader)
    assert process.wait(60) == 0
    assert b"\x1b[" in shown
    assert "▁".encode() in shown
    assert b"Planning" in shown


def test_json_is_one_document(leakwatch):
    done = leakwatch(*DATA, "--all", "--output", "json")
    assert list(done.document) == ["scan", "findings"]
    finding = done.findings["data/session-cache"]
    assert set(finding) >= {
        *("fingerprint", "cluster", "namespace", "workload", "container", "verdict", "probability", "severity"),
        *("growth_bytes_per_hour", "growth_interval", "onset_at", "current_bytes", "limit_bytes"),
        *("time_to_limit_seconds", "memory_kind", "pods", "restarts", "oom_kills", "revision", "reasons"),
    }
    assert finding["workload"] == {"kind": "Deployment", "name": "session-cache"}
    assert done.document["findings"][0]["verdict"] == "leak"


def test_yaml_says_what_json_says(leakwatch):
    by_json = leakwatch(*DATA, "--output", "json").document
    by_yaml = yaml.safe_load(leakwatch(*DATA, "--output", "yaml").out)
    assert by_yaml["findings"] == by_json["findings"]


def test_csv_has_a_line_a_finding(leakwatch):
    rows = list(csv.DictReader(io.StringIO(leakwatch(*DATA, "--output", "csv", "--all").out)))
    assert len(rows) == 5
    assert (rows[0]["workload_name"], rows[0]["verdict"]) == ("session-cache", "leak")


def test_output_into_a_file(leakwatch, tmp_path):
    file = tmp_path / "out.json"
    done = leakwatch(*DATA, "--output", "json", "--output-file", file)
    assert done.out == ""
    assert json.loads(file.read_text())["findings"]


def test_a_file_that_cannot_be_written_is_named_and_nothing_is_left(leakwatch, tmp_path):
    done = leakwatch(*DATA, "--output-file", tmp_path / "no" / "out.json")
    assert done.status == 2
    assert "--output-file: cannot write" in done.err
    assert list(tmp_path.iterdir()) == []


def test_a_link_stays_a_link_and_a_mode_stays(leakwatch, tmp_path):
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("old")
    target.chmod(0o600)
    link.symlink_to(target)
    assert leakwatch(*DATA, "-o", "csv", "--output-file", link).status == 0
    assert link.is_symlink()
    assert target.read_text().startswith("fingerprint")
    assert target.stat().st_mode & 0o777 == 0o600


def test_a_device_is_written_to_and_not_replaced(leakwatch):
    assert leakwatch(*DATA, "--output-file", "/dev/null").status == 0
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_without_an_output_it_ends_as_it_should():
    command = f"{sys.executable} -m app.cli --version >&-"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False, env=environment())
    assert "Traceback" not in done.stderr


def test_a_full_disk_is_said_in_a_line():
    command = f"{sys.executable} -m app.cli scan --recording {DEMO} --no-store -o json > /dev/full"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False, env=environment())
    assert done.returncode == 1
    assert done.stderr == "leakwatch: the output cannot be written: No space left on device\n"


def test_a_look_at_the_past_keeps_nothing(leakwatch, tmp_path):
    done = leakwatch(*DATA, "--end", "2023-11-15T20:00:00Z")
    assert done.status == 0, done.err
    assert list(tmp_path.iterdir()) == []


def test_the_same_window_again_and_again_is_one_sight(leakwatch):
    leakwatch(*DATA)
    for _ in range(3):
        leakwatch(*DATA, "--lookback", "7h", "--history", "0s", resolve_after_scans=1)
    (incident,) = leakwatch("incidents", "list", "--all", "-o", "json").document["incidents"]
    assert incident["state"] == "open"


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_a_scan_at_once_and_leaves_the_way_free(leakwatch, tmp_path, number, status):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        process = start(
            [sys.executable, "-m", "app.cli", "scan", "--prometheus-url", url], tmp_path / "log", env=environment()
        )
        silent.settimeout(60)
        with silent.accept()[0]:
            began = time.monotonic()
            assert process.stop(number) == status, process.log.read_text()
            assert time.monotonic() - began < 5
    assert "Traceback" not in process.log.read_text()
    assert leakwatch(*DATA).status == 0


# SIGTERM comes while a finaliser runs, out of which Python lets no exception; the command then goes on.
SWALLOWS = """
import os, signal, threading
from app import cli

class Finalised:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)

def command():
    Finalised()
    threading.Event().wait(60)

cli.app, cli._LONGEST_STOP_SECONDS = command, 0.2
cli.main()
"""


def test_a_signal_that_python_swallows_ends_the_command_nevertheless():
    done = subprocess.run([sys.executable, "-c", SWALLOWS], capture_output=True, check=False, timeout=30)
    assert done.returncode == 143, done.stderr


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ([*DATA], 0),
        ([*DATA, "--fail-on-leak"], 3),
        ([*DATA, "--fail-on-leak", "--selector", 'workload="orders-db"'], 0),
        (["--version"], 0),
        (["--help"], 0),
    ],
)
def test_exit_status(leakwatch, arguments, status):
    assert leakwatch(*arguments).status == status


NOBODY = f"http://127.0.0.1:{free_port()}"


@pytest.mark.parametrize(
    ("arguments", "settings", "status", "says"),
    [
        (["scan"], {}, 2, "nothing to scan"),
        (["scan", "--recording", DEMO, "--prometheus-url", NOBODY], {}, 2, "only one of them"),
        (["scan", "--nosuch"], {}, 2, "No such option"),
        (["scan", "--output", "xml"], {}, 2, "xml"),
        (["nosuch"], {}, 2, "No such command"),
        (["scan", "--prometheus-url", "nonsense"], {}, 2, "--prometheus-url: must begin with http"),
        (["scan", "--prometheus-url", NOBODY], {"prometheus_retries": 0}, 1, "cannot connect"),
        ([*DATA, "--lookback", "soon"], {}, 2, "--lookback: 'soon' is not a duration"),
        ([*DATA, "--step", "5h"], {}, 2, "step: a window of 172800 s has 10 steps"),
        ([*DATA, "--end", "tomorrow"], {}, 2, "--end: 'tomorrow' is no time"),
        ([*DATA, "--end", "2026-01-01T00:00:00"], {}, 2, "has no time zone"),
        ([*DATA, "--end", "2999-01-01T00:00:00Z"], {}, 2, "is not in the past"),
        ([*DATA, "--end", "2001-01-01T00:00:00Z"], {}, 2, "no container memory between the window's ends"),
        ([*DATA, "--selector", "pod"], {}, 2, "--selector: 'pod' is no label matcher"),
        ([*DATA, "--header", "nonsense"], {}, 2, "--header: not of the form"),
        ([*DATA, "--token-file", "/nowhere"], {}, 2, "--token-file: cannot read /nowhere"),
        (["scan", "--prometheus-url", "http://[::1"], {}, 2, "--prometheus-url: is no URL"),
        ([*DATA, "--header", "X-A: €"], {}, 2, "--header: the value of 'X-A' must be printable ASCII"),
        ([*DATA, "--lookback", "10000y", "--step", "100y"], {}, 2, "--lookback: Input should be less than or equal"),
        ([*DATA, "--history", "100000y"], {}, 2, "--history: Input should be less than or equal"),
        (["scan", "--recording", "/nowhere"], {}, 2, "/nowhere: cannot be read"),
        ([*DATA], {"data_dir": "/proc/nowhere"}, 1, "the data folder /proc/nowhere cannot be written"),
        ([*DATA], {"lokback": "1h"}, 2, "LEAKWATCH_LOKBACK: there is no such setting"),
        (["incidents", "list"], {}, 1, "the database has no tables yet; run `leakwatch db upgrade`"),
        (["db", "check"], {}, 1, "the database has no tables yet; run `leakwatch db upgrade`"),
        (["serve", "--recording", DEMO], {}, 1, "the database has no tables yet; run `leakwatch db upgrade`"),
        (
            ["serve", "--recording", DEMO, "--host", "0.0.0.0", "--insecure-no-auth"],
            {},
            2,
            "--insecure-no-auth: 0.0.0.0 can be reached by others",
        ),
    ],
)
def test_what_is_wrong_is_said_in_a_line_or_two_without_a_trace(leakwatch, arguments, settings, status, says):
    done = leakwatch(*arguments, **settings)
    assert done.status == status, done.err
    assert says in " ".join(done.err.replace("│", " ").split())
    assert "Traceback" not in done.err
    assert done.out == ""


def test_a_newer_schema_is_refused_by_every_command(leakwatch, tmp_path):
    assert leakwatch("db", "upgrade").status == 0
    with sqlite3.connect(tmp_path / "data" / "leakwatch.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'z9'")
    connection.close()
    for arguments in ([*DATA], ["incidents", "list"], ["db", "upgrade"], ["serve", "--recording", DEMO]):
        done = leakwatch(*arguments)
        assert done.status == 1, arguments
        assert "use that" in done.err


def test_what_is_not_stored_leaves_no_data_folder(leakwatch, tmp_path):
    assert leakwatch(*DATA, "--no-store").status == 0
    assert list(tmp_path.iterdir()) == []


def test_incidents_are_listed_and_shown(leakwatch):
    leakwatch(*DATA)
    listed = leakwatch("incidents", "list")
    assert "data/session-cache" in listed.out
    shown = leakwatch("incidents", "show", "1")
    assert "Incident 1: data/session-cache" in shown.out
    assert "[rising_floor]" in shown.out
    assert "\n    kubectl -n data rollout restart" in shown.out
    assert "opened by scan 1" in shown.out


def test_incidents_as_documents(leakwatch):
    leakwatch(*DATA)
    listed = leakwatch("incidents", "list", "-o", "json").document["incidents"]
    assert [one["workload"] for one in listed] == ["session-cache"]
    shown = leakwatch("incidents", "show", "1", "-o", "json").document
    assert shown["events"][0]["kind"] == "opened"
    assert yaml.safe_load(leakwatch("incidents", "show", "1", "-o", "yaml").out) == shown
    rows = list(csv.DictReader(io.StringIO(leakwatch("incidents", "list", "-o", "csv").out)))
    assert [row["workload"] for row in rows] == ["session-cache"]


def test_an_incident_that_is_not_there(leakwatch):
    leakwatch("db", "upgrade")
    done = leakwatch("incidents", "show", "7")
    assert (done.status, done.out) == (1, "")
    assert "there is no incident 7" in done.err


def test_a_scan_with_an_own_cluster_name_has_fingerprints_of_its_own(leakwatch):
    one = leakwatch(*DATA, "-o", "json").findings["data/session-cache"]
    other = leakwatch(*DATA, "-o", "json", "--cluster", "eu-1").findings["data/session-cache"]
    assert other["cluster"] == "eu-1"
    assert one["fingerprint"] != other["fingerprint"]


def test_a_reader_that_goes_away_is_no_error():
    command = f"{sys.executable} -m app.cli scan --recording {DEMO} --no-store -o json | head -1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False, env=environment())
    assert done.stdout == "{\n"
    assert "Error" not in done.stderr
    assert "Exception" not in done.stderr


def test_help_does_not_load_what_it_does_not_need():
    script = "import sys, app.cli; print([m for m in ('numpy', 'sqlalchemy', 'fastapi') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
