"""Replicas that act at the same time, and one that is killed, on a real cluster and either database: done once."""

import os
import signal
import subprocess
import sys

import pytest

from app.domain.mitigation.model import MitigationState
from app.services.acts import By
from tests.integration.conftest import environment
from tests.support.at_once import at_once
from tests.support.dying_carrier import PLACES
from tests.support.leaking_workloads import image_of, incident_of, manifest, path_of, roll_out, rolled_out_twice
from tests.support.mitigating import acting

S = MitigationState
V1, V2 = "shop/cart:v1", "shop/cart:v2"
# What a killed process leaves is the same rows on either database; what differs is who gets at them first.
KILLED = [*(("sqlite", place) for place in PLACES), ("postgresql", "after begin"), ("postgresql", "after send")]


@pytest.fixture
def replica(control_plane, engine):
    """What makes one more replica of the service."""
    made = []

    def make(**settings):
        made.append(acting(control_plane, engine, **settings))
        return made[-1]

    yield make
    for one in made:
        one.clusters.close()


@pytest.fixture
def leak(control_plane, namespace, engine):
    rolled_out_twice(control_plane, namespace)
    return incident_of(engine, namespace)


def _generation(plane, path):
    return plane.get(path)["metadata"]["generation"]


@pytest.mark.parametrize(("database", "place"), KILLED, indirect=["database"])
def test_a_process_that_is_killed_leaves_what_another_carries_on_and_never_does_twice(
    control_plane, namespace, database, replica, leak, place
):
    act, path = replica(), path_of(namespace)
    before = _generation(control_plane, path)
    one = act.approve(act.propose(leak))
    given = {
        "kubernetes": "kubeconfig",
        "kubernetes_kubeconfig": control_plane.kubeconfig,
        "mitigation": "act",
        "mitigation_namespaces": ".*",
        "data_dir": os.environ["LEAKWATCH_DATA_DIR"],
    }
    if database.database_url is not None:
        given["database_url"] = database.database_url.get_secret_value()
    command = [sys.executable, "-m", "tests.support.dying_carrier", place, str(one.id)]
    died = subprocess.run(command, env=environment(**given), capture_output=True, timeout=60, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()
    found = act.until(one, rolled_out=True)
    assert (found.state, image_of(control_plane, path)) == (S.WATCHING, V1)
    assert _generation(control_plane, path) == before + 1


def test_of_two_replicas_that_carry_one_on_at_the_same_time_one_acts(control_plane, namespace, replica, leak):
    one, other, path = replica(), replica(), path_of(namespace)
    before = _generation(control_plane, path)
    proposed = one.approve(one.propose(leak))
    at_once(lambda: one.carried(proposed), lambda: other.carried(proposed))
    assert one.until(proposed, rolled_out=True).state is S.WATCHING
    assert _generation(control_plane, path) == before + 1


def test_of_two_acts_on_one_workload_at_the_same_time_one_is_done(control_plane, namespace, replica, leak):
    one, other, path = replica(), replica(), path_of(namespace)
    before = _generation(control_plane, path)
    first, second = one.approve(one.propose(leak)), one.approve(one.propose(leak, "restart"))
    found = at_once(lambda: one.carried(first), lambda: other.carried(second))
    states = sorted(each.state for each in found)
    assert states[0] in {S.FAILED, S.REFUSED}
    assert states[1] is S.WATCHING
    assert _generation(control_plane, path) == before + 1


def test_the_last_act_of_the_day_is_one_of_two_at_the_same_time(control_plane, namespace, engine, replica, leak):
    one, other = replica(mitigation_a_day=1), replica(mitigation_a_day=1)
    for image in ("shop/cart:v1", "shop/cart:v2"):
        roll_out(control_plane, namespace, manifest(image=image, name="web"))
    web = incident_of(engine, namespace, name="web")
    first, second = one.approve(one.propose(leak)), one.approve(one.propose(web))
    found = at_once(lambda: one.carried(first), lambda: other.carried(second))
    assert sorted(each.state for each in found) == [S.REFUSED, S.WATCHING]
    images = sorted(image_of(control_plane, path_of(namespace, name=name)) for name in ("cart", "web"))
    assert images == [V1, V2]


def test_a_stop_and_an_act_at_the_same_time_end_one_way_or_the_other(control_plane, namespace, replica, leak):
    one, other, path = replica(), replica(), path_of(namespace)
    proposed = one.approve(one.propose(leak))
    at_once(lambda: one.carried(proposed), lambda: other.service.stop(By("ann"), "too many at once"))
    found = one.service.one(proposed.id)
    assert (found.state, image_of(control_plane, path)) in {(S.STOPPED, V2), (S.WATCHING, V1)}
    assert (found.applying_at is None) is (found.state is S.STOPPED)
