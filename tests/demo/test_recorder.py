"""The recorder's pure parts: traffic, what cgroups report, back-off, the samples and the labels made of them."""

import csv
import json
import subprocess

import numpy as np
import pytest

from demo.recorder import building, cgroups, labels, samples, traffic
from demo.recorder.catalogue import RECORDINGS, programs, unseen
from demo.recorder.pod import backoff_seconds
from demo.recorder.program import MIB, Leak, Program
from demo.recorder.traffic import Traffic

_EVERY_MINUTE = np.arange(0, 30, 1 / 60)
ALL = [program for recording in RECORDINGS.values() for program in recording()]


@pytest.mark.parametrize(
    ("shape", "hours", "expected"),
    [
        (traffic.constant, 17.0, 1.0),
        (traffic.daily(0), 3.0, 0.15),
        (traffic.daily(0), 15.0, 1.0),
        (traffic.daily(12), 3.0, 1.0),
        (traffic.asleep_at_night(0), 14.0, 1.0),
        (traffic.asleep_at_night(0), 2.0, 0.0),
        (traffic.asleep_at_night(14), 12.0, 0.0),
        (traffic.ramp, -1.0, 1.0),
        (traffic.ramp, 15.0, 1.5),
        (traffic.ramp, 31.0, 2.0),
        (traffic.batch(2, 1), 2.5, 1.0),
        (traffic.batch(2, 1), 26.5, 1.0),
        (traffic.batch(2, 1), 3.0, 0.0),
        (traffic.office_hours(8), 0.5, 0.03),
        (traffic.office_hours(8), 1.0, 1.0),
        (traffic.office_hours(8), 10.0, 0.03),
        (traffic.hourly(0.1, 0.5), 7.05, 1.0),
        (traffic.hourly(0.1, 0.5), 7.2, 0.5),
        (traffic.trend(traffic.constant, 0.5), 24.0, 1.5),
    ],
)
def test_traffic_at_an_hour(shape, hours, expected):
    assert shape(hours) == pytest.approx(expected)


def test_bursts_come_in_about_one_quarter_hour_of_twelve():
    shape = traffic.bursts(traffic.constant, 4, "any")
    heights = np.array([shape(hours) for hours in np.arange(0, 1000, 0.25)])
    assert set(heights) == {1.0, 4.0}
    assert 0.06 < np.mean(heights == 4.0) < 0.11


def test_spikes_are_short_and_of_changing_height():
    shape = traffic.spikes(5, "any")
    heights = np.array([shape(hours) for hours in _EVERY_MINUTE])
    spikes = heights[heights > 0.3]
    assert 0.01 < spikes.size / heights.size < 0.03
    assert len(set(spikes)) == 6
    assert spikes.min() >= 3


@pytest.mark.parametrize("program", ALL, ids=lambda program: program.family)
def test_traffic_is_never_negative_and_sometimes_some(program):
    rates = [program.traffic.rate(hours) for hours in _EVERY_MINUTE]
    assert min(rates) >= 0 < max(rates)


def test_version_1_is_read_with_its_kernel_memory():
    stat = "cache 1\nrss 2\ninactive_file 3\ntotal_cache 400\ntotal_rss 500\ntotal_inactive_file 100\n"
    reading = cgroups.reading_v1(
        "1000\n", stat, "70\n", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n", "1500000000\n"
    )
    assert reading == cgroups.Reading(1000, 100, 500, 400, 70, 1.5, 2)
    assert reading.working_set_bytes == 900


@pytest.mark.parametrize(
    ("kernel_lines", "kernel_bytes"),
    [("kernel 70\nkernel_stack 30\nslab 40\nsock 5\n", 75), ("kernel_stack 30\nslab 40\nsock 5\n", 75), ("", 0)],
)
def test_version_2_is_read_with_its_kernel_memory(kernel_lines, kernel_bytes):
    stat = f"anon 500\nfile 400\n{kernel_lines}inactive_file 100\n"
    reading = cgroups.reading_v2("1000\n", stat, "max 9\noom 3\noom_kill 2\n", "usage_usec 1500000\nuser_usec 1\n")
    assert reading == cgroups.Reading(1000, 100, 500, 400, kernel_bytes, 1.5, 2)


def test_a_working_set_is_never_negative():
    # The kernel adds usage and inactive file up at slightly different times.
    assert cgroups.Reading(100, 130, 0, 130, 0, 0.0, 0).working_set_bytes == 0


@pytest.mark.parametrize(("files", "version"), [([], None), (["memory"], None), (["memory", "cpuacct"], 1), ([""], 2)])
def test_the_version_of_cgroups_is_told_by_what_is_mounted(tmp_path, files, version):
    for name in files:
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / ("cgroup.procs" if name else "cgroup.controllers")).write_text("")
    assert cgroups.version(tmp_path) == version


def test_a_group_of_version_1_gets_its_limit_and_is_entered_in_both_hierarchies(tmp_path):
    group = cgroups.GroupV1("pod-0", 64 * MIB, tmp_path)
    memory, cpu = (tmp_path / name / cgroups.PARENT / "pod-0" for name in ("memory", "cpuacct"))
    assert (memory / "memory.limit_in_bytes").read_text() == str(64 * MIB)
    assert group.enter(["sleep", "1"])[-5:] == [str(memory), str(cpu), "--", "sleep", "1"]


def test_a_group_of_version_2_gets_its_limit_and_dies_as_a_whole(tmp_path):
    group = cgroups.GroupV2("pod-0", 64 * MIB, tmp_path)
    path = tmp_path / cgroups.PARENT / "pod-0"
    written = {file.name: file.read_text() for file in path.iterdir()}
    assert written == {"memory.max": str(64 * MIB), "memory.swap.max": "0", "memory.oom.group": "1"}
    assert (path.parent / "cgroup.subtree_control").read_text() == "+memory +cpu"
    assert group.enter(["sleep", "1"])[-4:] == [str(path), "--", "sleep", "1"]


def test_who_enters_a_group_does_so_before_the_program_begins(tmp_path):
    group = cgroups.GroupV2("pod-0", MIB, tmp_path)
    entered = tmp_path / cgroups.PARENT / "pod-0" / "cgroup.procs"
    shown = subprocess.run(group.enter(["cat", str(entered)]), capture_output=True, text=True, check=True).stdout
    assert shown.strip().isdigit()


@pytest.mark.parametrize(
    ("before", "ran_for", "expected"),
    [(0, 5, 10), (10, 5, 20), (160, 599, 300), (300, 5, 300), (300, 600, 10)],
)
def test_a_restart_waits_as_the_kubelet_does(before, ran_for, expected):
    assert backoff_seconds(before, ran_for) == expected


def test_what_is_missing_is_told_with_what_to_install(monkeypatch):
    monkeypatch.setattr(building.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(building.cgroups, "version", lambda: None)
    monkeypatch.setattr(building.shutil, "which", lambda name: None if name == "javac" else f"/usr/bin/{name}")
    lacks = building.missing([program for program in programs() if program.runtime in {"node", "jvm"}])
    assert [line.split(":")[0].split(" under ")[0] for line in lacks] == [
        "not root",
        "no memory cgroups",
        "javac not found",
    ]


def test_nothing_is_missing_where_all_is_there(monkeypatch):
    monkeypatch.setattr(building.os, "geteuid", lambda: 0)
    monkeypatch.setattr(building.cgroups, "version", lambda: 2)
    monkeypatch.setattr(building.shutil, "which", lambda name: f"/usr/bin/{name}")
    assert building.missing(ALL) == []


def test_each_family_is_there_once_and_about_a_third_is_held_back():
    assert len({program.family for program in ALL}) == len(ALL)
    assert all(program.held_back for program in unseen())
    for leaking in (True, False):
        held_back = [program.held_back for program in programs() if (program.leak is not None) == leaking]
        assert 0.25 < np.mean(held_back) < 0.42


@pytest.mark.parametrize("program", ALL, ids=lambda program: program.family)
def test_sources_of_programs_are_there(program):
    places = building.Places(building.SOURCES, building.SOURCES, building.SOURCES, building.SOURCES)
    named = [word for word in program.command(places) if word.endswith((".js", ".py", ".rb", ".pl", ".php"))]
    if program.runtime in {"node", "python", "ruby", "perl", "php"}:
        assert [(building.SOURCES / name).is_file() for name in named] == [True]
    if program.runtime == "go":
        assert building.SOURCES.joinpath(program.command(places)[0]).with_suffix(".go").is_file()
    if program.runtime == "jvm":
        assert (building.SOURCES / f"{_class(program.command(places))}.java").is_file()


def _class(command):
    return command[command.index("-cp") + 2]


_LEAKS = Program("py_any", "python", 100, Traffic(1, traffic.constant), lambda at: [], "any", leak=Leak())


def _write(raw, values, *, started_at=lambda second: 900.0, missing=(), tail=""):
    raw.mkdir(exist_ok=True)
    (raw / "header.json").write_text(json.dumps({"begin": 1000.0, "t0": 90_000.0}))
    with (raw / "samples.csv").open("w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(samples.COLUMNS)
        for second, value in enumerate(values):
            if second not in missing:
                cpu_seconds = 0.02 * (second + 1)
                start = started_at(second)
                restarts = int(start != started_at(0))
                names = [second, "py-any", "py-any-1", 1, start, restarts]
                lines.writerow([*names, value + 5, value, 3, 2, cpu_seconds, restarts, second])
        file.write(tail)
    header, pods = samples.read_raw(raw)
    return header, pods[0]


def test_samples_become_a_row_in_time_of_the_cluster(tmp_path):
    header, pod = _write(tmp_path, [100.0, 110.0, 120.0, 130.0], missing=[2])
    row = samples.row(header, pod, _LEAKS)
    assert (row["t0"], row["step_s"], row["limit_bytes"]) == (90_000.0, 30.0, 100.0 * MIB)
    np.testing.assert_array_equal(row["working_set"], [105.0, 115.0, np.nan, 135.0])
    np.testing.assert_array_equal(row["start_time"], [87_000.0, 87_000.0, np.nan, 87_000.0])
    np.testing.assert_array_equal(row["cpu"], [np.nan, 0.2, np.nan, np.nan])


def test_a_life_begins_without_a_rate_of_cpu(tmp_path):
    _, pod = _write(tmp_path, [1.0] * 4, started_at=lambda second: 900.0 if second < 2 else 1002.0)
    np.testing.assert_allclose(samples.cores(pod), [np.nan, 0.02, np.nan, 0.02])


def test_a_recording_that_was_cut_within_a_line_is_good_up_to_it(tmp_path):
    _, pod = _write(tmp_path, [1.0, 2.0], tail="2,py-any,py-any-1,1,900.0,0,8,")
    np.testing.assert_array_equal(pod.values["rss"], [1.0, 2.0])


def test_growth_is_measured_by_the_floor_of_a_sawtooth(tmp_path):
    seconds = np.arange(1200)
    _, pod = _write(tmp_path, 1e6 + 100.0 * seconds + 1000 * (seconds % 40))
    assert labels.growth_bytes_per_hour(pod) == pytest.approx(100 * 120, rel=0.05)


def test_growth_of_several_lives_is_their_mean(tmp_path):
    seconds = np.arange(600)
    started = {False: 900.0, True: 1300.0}
    _, pod = _write(tmp_path, 1e6 + 500.0 * (seconds % 300), started_at=lambda second: started[second >= 300])
    assert labels.growth_bytes_per_hour(pod) == pytest.approx(500 * 120, rel=0.05)


def test_growth_before_the_onset_does_not_count(tmp_path):
    seconds = np.arange(1200)
    _, pod = _write(tmp_path, np.where(seconds < 600, 1e6 + 9000.0 * seconds, 7e6 + 100.0 * seconds))
    assert labels.growth_bytes_per_hour(pod, onset_hours=5) == pytest.approx(100 * 120, rel=0.05)


@pytest.mark.parametrize(("bytes_a_request", "per_hour"), [(None, 50 * 120), (200, 200 * 120)])
def test_a_leak_is_told_by_what_requests_leave_behind_where_that_is_known(tmp_path, bytes_a_request, per_hour):
    _, pod = _write(tmp_path, 1e6 + 50.0 * np.arange(1200))
    told = labels.leak_bytes_per_hour(Leak(bytes_a_request), pod)
    assert told == pytest.approx(per_hour, rel=0.05)


def test_a_leak_too_short_to_be_measured_has_no_rate(tmp_path):
    _, pod = _write(tmp_path, [1.0, 2.0])
    assert labels.label(_LEAKS, [pod])["leak_bytes_per_hour"] is None
