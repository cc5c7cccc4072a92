"""`leakwatch mitigate` as its user meets it, on a real control plane."""

import pytest

from app.settings import load_settings
from app.storage.engine import make_engine
from app.storage.schema import upgrade
from tests.support.leaking_workloads import image_of, incident_of, path_of, rolled_out_twice
from tests.support.mitigating import acting


@pytest.fixture
def mitigate(leakwatch, control_plane, namespace, tmp_path):
    def run(*arguments, **settings):
        given = {
            "kubernetes": "kubeconfig",
            "kubernetes_kubeconfig": control_plane.kubeconfig,
            "mitigation": "act",
            "mitigation_namespaces": namespace,
        }
        return leakwatch("mitigate", *arguments, **given | settings)

    return run


@pytest.fixture
def engine_there():
    """On the database that the command finds."""
    engine = make_engine(load_settings())
    upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def leak(control_plane, namespace, engine_there):
    rolled_out_twice(control_plane, namespace)
    return incident_of(engine_there, namespace)


def test_from_a_proposal_to_what_came_of_it(control_plane, namespace, mitigate, leak):
    proposed = mitigate("propose", leak, "--comment", "v2 leaks")
    assert (proposed.status, proposed.err) == (0, "")
    assert "    - shop/cart:v2\n    + shop/cart:v1\n" in proposed.out
    assert image_of(control_plane, path_of(namespace)) == "shop/cart:v2"
    done = mitigate("approve", 1, "--comment", "go on", "-o", "json")
    assert done.status == 0, done.err
    document = done.document
    assert (document["state"], document["note"]) == (
        "watching",
        "all pods are new and ready; no scan has looked at them since",
    )
    assert image_of(control_plane, path_of(namespace)) == "shop/cart:v1"
    carried = mitigate("carry")
    assert carried.out == f"mitigation 1: watching: {document['note']}\n", "scans are waited for"


def test_what_could_not_be_done_in_the_time_that_was_given_is_no_success(control_plane, engine_there, mitigate, leak):
    act = acting(control_plane, engine_there)
    act.propose(leak)
    act.clusters.close()
    with control_plane.standing_still():
        done = mitigate("approve", 1, "--wait", "1s", kubernetes_timeout="1s")
    assert done.status == 1
    assert "mitigation 1, approved" in done.out
    assert "no whole answer in 1 s" in done.out
    assert "`leakwatch mitigate carry`, goes on with it" in done.out
