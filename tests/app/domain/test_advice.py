"""What is advised for a leak: which acts, reckoned how, with which commands."""

import shlex

import pytest

from app.domain.advice import advice_for, advice_of
from app.domain.incident import IncidentState
from tests.support.incidents import incident_of

MIB = 2**20
# Tuesday 24 November 2026, 12:00 UTC.
NOW = 1_795_521_600.0
LEAK = {
    "namespace": "shop",
    "workload": {"kind": "Deployment", "name": "cart"},
    "container": "app",
    "verdict": "leak",
    "growth_bytes_per_hour": 4.0 * MIB,
    "growth_interval": [3.0 * MIB, 5.0 * MIB],
    # A day before: 96 MiB have grown since.
    "onset_at": "2026-11-23T12:00:00Z",
    "current_bytes": 296 * MIB,
    "floor_bytes": 280 * MIB,
    "limit_bytes": 400 * MIB,
    "time_to_limit_seconds": {"p10": 72_000, "p50": 93_600, "p90": 120_000},
    "memory_kind": "anon",
    "revision": {"current": "v2", "suspect": "v2", "previous": "v1"},
    "reasons": [{"code": "rising_floor", "text": "the floor rose"}],
}
UNLIMITED = {"limit_bytes": None, "time_to_limit_seconds": None}
LOOP = {"reasons": [{"code": "oom_loop", "text": "2 lifetimes climbed to an OOM kill"}]}


def _acts(suspect="v2", **changes):
    return advice_of(LEAK | changes, suspect, NOW).acts


def _act(word, suspect="v2", **changes):
    (found,) = [act for act in _acts(suspect, **changes) if word in act.title]
    return found


def _of(kind, name="web"):
    return {"workload": {"kind": kind, "name": name}}


def _revision(current, suspect, previous, **more):
    return {"revision": {"current": current, "suspect": suspect, "previous": previous, **more}}


@pytest.mark.parametrize(
    ("suspect", "changes", "titles"),
    [
        ("v2", {}, ["Roll back to v1", "Restart it to gain time", "Raise the limit", "Find what leaks"]),
        (None, _revision("v2", None, None), ["Restart it to gain time", "Raise the limit", "Find what leaks"]),
        ("v2", UNLIMITED, ["Roll back to v1", "Restart it to gain time", "Set a limit", "Find what leaks"]),
        ("v2", LOOP, ["Roll back to v1", "Restart it to gain time", "Raise the limit", "Find what leaks"]),
        ("v2", {"limit_bytes": 4096 * MIB}, ["Roll back to v1", "Restart it to gain time", "Find what leaks"]),
        ("v2", {"growth_bytes_per_hour": 0.0}, ["Roll back to v1", "Raise the limit", "Find what leaks"]),
        ("v2", {"verdict": "healthy"}, []),
        ("v2", {"verdict": "insufficient_data"}, []),
    ],
)
def test_which_acts_in_which_order(suspect, changes, titles):
    acts = _acts(suspect, **changes)

    assert len(acts) == len(titles)
    assert all(act.title.startswith(title) for act, title in zip(acts, titles, strict=True))


HISTORY = "kubectl -n shop rollout history deployment/cart"


@pytest.mark.parametrize(
    ("situation", "commands", "said"),
    [
        ({}, (HISTORY, "kubectl -n shop rollout undo deployment/cart"), "from v2 to v1"),
        # An earlier scan saw the change, and the window has moved on since.
        (
            _revision("v2", None, None),
            (HISTORY, "kubectl -n shop rollout undo deployment/cart"),
            "from v2 to the revision before it",
        ),
        (
            _revision("v3", "v2", "v1"),
            (HISTORY, "kubectl -n shop rollout undo deployment/cart --to-revision=NUMBER"),
            "v3 came after it",
        ),
        (
            _revision("v3", "v2", "v1", rollout={"previous": {"number": 6}}),
            (HISTORY, "kubectl -n shop rollout undo deployment/cart --to-revision=6"),
            "to v1, rollout 6, should end it",
        ),
        (
            _revision("v2", "v2", "v1", rollout={"previous": None}),
            (HISTORY, "kubectl -n shop rollout undo deployment/cart"),
            "from v2 to v1",
        ),
        (
            _of("StatefulSet"),
            ("kubectl -n shop rollout history statefulset/web", "kubectl -n shop rollout undo statefulset/web"),
            "from v2 to v1",
        ),
        (
            _of("DaemonSet"),
            ("kubectl -n shop rollout history daemonset/web", "kubectl -n shop rollout undo daemonset/web"),
            "from v2 to v1",
        ),
        (_of("CronJob"), (), "the next run takes it"),
        (_of("Job"), (), "A Job keeps no revisions"),
        (_of("Pod"), (), "A Pod keeps no revisions"),
        (_of("Rollout"), (), "go back with what deployed it"),
    ],
)
def test_roll_back(situation, commands, said):
    act = _act("Roll back", **situation)

    assert act.commands == commands
    assert said in act.why


def test_no_roll_back_to_a_revision_that_leaks_too():
    assert not [act for act in _acts(**_revision("v1", "v2", "v1")) if "Roll back" in act.title]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        # From 200 to 400 MiB at 4 MiB/h.
        ({}, "frees about 96.0 MiB and buys about 50 h"),
        ({"onset_at": None}, "buys at most 4 d"),
        # What began more than a life ago did not all grow in this one.
        ({"onset_at": "2026-11-01T12:00:00Z"}, "buys at most 4 d"),
        (UNLIMITED, "frees about 96.0 MiB, which is back in 24 h"),
        (UNLIMITED | {"onset_at": None}, "comes back at 4.0 MiB/h"),
        (LOOP, "OOM kills restart it already"),
        ({}, "does not mend the leak"),
        (_of("CronJob"), "Each run of a CronJob begins anew by itself"),
        (_of("Job"), "the Job makes another"),
        (_of("Pod"), "Nothing makes a bare pod anew"),
        (_of("Rollout"), "the Rollout makes them anew"),
    ],
)
def test_what_a_restart_gains(changes, said):
    assert said in _act("Restart", **changes).why


@pytest.mark.parametrize(
    ("kind", "commands"),
    [
        ("Deployment", ("kubectl -n shop rollout restart deployment/web",)),
        ("StatefulSet", ("kubectl -n shop rollout restart statefulset/web",)),
        ("Job", ()),
        ("Pod", ()),
    ],
)
def test_how_to_restart(kind, commands):
    assert _act("Restart", **_of(kind)).commands == commands


def test_a_restart_is_due_before_the_soonest_likely_kill():
    assert _act("Restart").headline == "Restart it to gain time, before Wed 25 Nov 08:00 UTC"


@pytest.mark.parametrize(
    ("changes", "limit"),
    [
        # 296 MiB, and 168 hours at up to 5 MiB/h: 1136 MiB, 18 steps of 64 MiB.
        ({}, "1152Mi"),
        ({"current_bytes": 312 * MIB}, "1152Mi"),
        ({"current_bytes": 313 * MIB}, "1216Mi"),
        # Just restarted: it stood higher when it was killed.
        ({"current_bytes": 50 * MIB, "floor_bytes": 312 * MIB}, "1152Mi"),
        # Kept by a version that did not tell the floor.
        ({"floor_bytes": None}, "1152Mi"),
        (UNLIMITED, "640Mi"),
    ],
)
def test_how_high_a_limit(changes, limit):
    (command,) = _act("limit", **changes).commands

    assert command == f"kubectl -n shop set resources deployment/cart -c app --limits=memory={limit}"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "setting it restarts the pods"),
        ({}, "Requests may need the same"),
        (_of("CronJob"), "takes effect with the next run"),
        (_of("Job"), "it takes a new Job"),
        (_of("Pod"), "it takes a new Pod"),
        (UNLIMITED, "ends in a restart of this container alone"),
    ],
)
def test_what_is_said_of_the_limit(changes, said):
    assert said in _act("limit", **changes).why


@pytest.mark.parametrize("kind", ["Job", "Pod", "Rollout"])
def test_no_command_for_a_limit_that_cannot_be_changed_in_place(kind):
    assert _act("limit", **_of(kind)).commands == ()


def test_a_leak_too_fast_for_any_limit_gets_no_command_for_one():
    act = _act("limit", growth_interval=[3.0 * MIB, 50.0 * MIB])

    assert act.title == "Do not count on a higher limit"
    assert "8.5 GiB in place of 400 MiB" in act.why
    assert act.commands == ()


TOP = "kubectl -n shop top pod --containers --sort-by=memory"


@pytest.mark.parametrize(
    ("changes", "commands", "said"),
    [
        ({}, (TOP, "kubectl -n shop exec deployment/cart -c app -- cat /proc/1/smaps_rollup"), "heap"),
        (
            {"memory_kind": "kernel"},
            (TOP, "kubectl -n shop exec deployment/cart -c app -- cat /sys/fs/cgroup/memory.stat"),
            "sock",
        ),
        (
            {"memory_kind": "page_cache"},
            (TOP, "kubectl -n shop exec deployment/cart -c app -- cat /sys/fs/cgroup/memory.stat"),
            "shmem",
        ),
        (
            _of("Pod"),
            (TOP, "kubectl -n shop exec pod/web -c app -- cat /proc/1/smaps_rollup"),
            "heap",
        ),
        (_of("CronJob"), (TOP,), "heap"),
    ],
)
def test_where_to_look(changes, commands, said):
    act = _act("Find", **changes)

    assert act.commands == commands
    assert said in act.why


@pytest.mark.parametrize("evil", ["a; rm -rf /", "$(reboot)", "`reboot`", "it's", 'say "x"', "a b", "--all", "ö"])
def test_a_hostile_name_stays_one_word(evil):
    acts = _acts(**_of("Deployment", evil), namespace=evil, container=evil)

    commands = [shlex.split(command) for act in acts for command in act.commands]
    assert len(commands) == 6
    assert all(words[:3] == ["kubectl", "-n", evil] for words in commands)
    assert sum(words.count(f"deployment/{evil}") for words in commands) == 5
    assert sum(words[words.index("-c") + 1] == evil for words in commands if "-c" in words) == 2


@pytest.mark.parametrize("place", ["namespace", "name", "container"])
def test_a_name_that_no_screen_shows_gets_no_command_with_it(place):
    hidden = "cart\n\u202ereboot"
    names = {"namespace": "shop", "name": "cart", "container": "app"} | {place: hidden}
    acts = _acts(
        **_of("Deployment", names["name"]),
        namespace=names["namespace"],
        container=names["container"],
    )

    assert acts
    assert all(command.isprintable() and "reboot" not in command for act in acts for command in act.commands)


def test_what_is_told_of_a_hostile_revision_is_printable():
    evil = "v2\x1b[2J\u202e"
    acts = _acts(evil, **_revision(evil, evil, "v1\n"), **_of("Roll\nout"))

    assert all(act.title.isprintable() and act.why.isprintable() for act in acts)


def test_of_an_incident_by_its_suspect():
    assert advice_for(incident_of(suspect="v2")).acts[0].title == "Roll back to the revision before v2"


def test_nothing_is_to_do_about_an_incident_that_is_over():
    assert advice_for(incident_of(state=IncidentState.RESOLVED)).acts == ()
