"""Owners are asked for at the window's end, and of what is gone by name."""

from concurrent.futures import Future

import pytest

from app.prometheus.owner_lists import OwnerLists, recent
from app.settings import MetricNames
from detectors.panel import Grid

NAMES = MetricNames()
GRID = Grid(1_700_000_000.0, 300.0, 289)
POD, INFO, REPLICASET, JOB = NAMES.pod_owner, NAMES.container_info, NAMES.replicaset_owner, NAMES.job_owner


def _pod(name, kind="ReplicaSet", owner="cart-7f9"):
    return POD, {"namespace": "shop", "pod": name, "owner_kind": kind, "owner_name": owner}


def _info(name, image="cart:1"):
    return INFO, {"namespace": "shop", "pod": name, "container": "app", "image": image}


def _replicaset(name, owner="cart"):
    return REPLICASET, {"namespace": "shop", "replicaset": name, "owner_kind": "Deployment", "owner_name": owner}


def _job(name, owner="nightly"):
    return JOB, {"namespace": "shop", "job_name": name, "owner_kind": "CronJob", "owner_name": owner}


class Server:
    """Knows label sets at the window's end, and others that were there before; remembers what it was asked."""

    def __init__(self, now=(), before=(), warning=None):
        self.now, self.before, self.warning = now, before, warning
        self.asked = []

    def begin(self, metric, matchers, label, grid):
        whole = grid == GRID
        self.asked.append((metric, matchers, label, whole))
        found = [labels for name, labels in (*self.now, *(self.before if whole else ())) if name == metric]
        if f"{label}=~" in matchers:
            named = matchers.partition(f'{label}=~"')[2].rstrip('"').split("|")
            found = [labels for labels in found if labels[label] in named]
        answer = Future()
        answer.set_result((found, [self.warning] if self.warning else []))
        return answer

    def owners(self, *pods):
        return OwnerLists(self.begin, NAMES, 'namespace=~"shop"', GRID).of({("shop", pod) for pod in pods})

    def of_the_whole_window(self):
        return [(metric, matchers) for metric, matchers, _, whole in self.asked if whole]


RUNNING = [f"cart-7f9-{number}" for number in range(8)]
NOW = [*(_pod(name) for name in RUNNING), *(_info(name) for name in RUNNING), _replicaset("cart-7f9")]


def test_of_what_runs_the_window_s_end_tells_all():
    server = Server(NOW)
    owners = server.owners(*RUNNING)
    assert [one["pod"] for one in owners.pods] == [one["pod"] for one in owners.info] == RUNNING
    assert owners.replicasets[0]["owner_name"] == "cart"
    assert server.of_the_whole_window() == []


def test_what_is_gone_is_asked_for_by_name_and_so_is_its_owner():
    gone = [_pod("cart-6c2-x", owner="cart-6c2"), _info("cart-6c2-x", "cart:0"), _replicaset("cart-6c2")]
    server = Server(NOW, gone)
    owners = server.owners(*RUNNING, "cart-6c2-x")
    assert {one["pod"]: one["image"] for one in owners.info}["cart-6c2-x"] == "cart:0"
    assert {one["replicaset"] for one in owners.replicasets} == {"cart-7f9", "cart-6c2"}
    assert server.of_the_whole_window() == [
        (INFO, 'namespace=~"shop",pod=~"cart-6c2-x"'),
        (POD, 'namespace=~"shop",pod=~"cart-6c2-x"'),
        (REPLICASET, 'namespace=~"shop"'),
    ]


def test_jobs_that_are_gone_are_found_too():
    server = Server(NOW, [_pod("nightly-1-x", "Job", "nightly-1"), _job("nightly-1")])
    assert [one["owner_name"] for one in server.owners(*RUNNING, "nightly-1-x").jobs] == ["nightly"]


@pytest.mark.parametrize(
    ("now", "pods"),
    [((), RUNNING), (NOW, [*RUNNING, *(f"cart-6c2-{number}" for number in range(4))])],
    ids=["nothing is known at the end", "much is gone"],
)
def test_where_much_is_missing_all_is_asked_for(now, pods):
    server = Server(now, [*NOW, *(_pod(name) for name in pods)])
    owners = server.owners(*pods)
    assert {one["pod"] for one in owners.pods} >= set(pods)
    assert (POD, 'namespace=~"shop"') in server.of_the_whole_window()


def test_many_that_are_gone_are_asked_for_in_parts():
    running = [f"cart-7f9-{number}" for number in range(4000)]
    gone = [f"cart-6c2-{number}" for number in range(700)]
    server = Server([_pod(name) for name in running], [_pod(name) for name in gone])
    assert len(server.owners(*running, *gone).pods) == 4700
    assert [metric for metric, _ in server.of_the_whole_window()].count(POD) == 2


def test_of_two_images_of_one_pod_that_of_the_window_s_end_is_told_last():
    server = Server([_pod("db-0"), _info("db-0", "db:2")], [_info("db-0", "db:1"), _info("db-1", "db:1")])
    owners = server.owners("db-0", "db-1")
    assert {one["pod"]: one["image"] for one in owners.info} == {"db-0": "db:2", "db-1": "db:1"}


def test_what_is_no_name_is_in_no_query():
    server = Server(NOW, [_pod("cart-6c2-x")])
    server.owners(*RUNNING, "cart-6c2-x", 'a"b\nc', "x" * 70_000)
    assert all(matchers == 'namespace=~"shop",pod=~"cart-6c2-x"' for _, matchers in server.of_the_whole_window())


def test_images_are_asked_for_where_only_they_are_missing():
    server = Server([_pod(name) for name in RUNNING], [_info(name) for name in RUNNING])
    assert {one["pod"] for one in server.owners(*RUNNING).info} == set(RUNNING)


def test_of_a_window_that_is_no_longer_than_its_end_nothing_is_asked_twice():
    short = Grid(GRID.start, 300.0, 4)
    server = Server()
    OwnerLists(server.begin, NAMES, "", short).of({("shop", pod) for pod in RUNNING})
    assert len(server.asked) == 4


def test_warnings_are_told():
    assert set(Server(NOW, warning="half of the stores did not answer").owners(*RUNNING).warnings) == {
        "half of the stores did not answer"
    }


def test_a_short_window_is_its_own_end():
    short = Grid(GRID.start, 300.0, 4)
    assert recent(short) == short
    assert (recent(GRID).steps, recent(GRID).end) == (7, GRID.end)
