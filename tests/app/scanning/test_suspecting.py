"""A scan of a leak with the cluster's own word on it: facts, the suspected rollout, and what could not be had."""

from dataclasses import replace

import numpy as np
import pytest

from app.domain.finding import Workload
from app.domain.rollout_words import change_words
from app.domain.severity import SeverityPolicy
from app.errors import ClusterForbidden, ClusterUnreachable
from app.kubernetes.keeping import keep_pod, keep_workload
from app.kubernetes.view import Objects as Kept
from app.kubernetes.view import View
from app.output.document import finding_document
from app.output.rollout import rollout_sentence, source_words
from app.prometheus.source import Batch, ContainerRef, Reading
from app.scanning.findings import findings_of
from app.scanning.knowing import Known
from app.scanning.suspecting import Informed
from detectors.judge import judge
from tests.support.kubernetes_objects import Objects, owned_by, replica_set, template, workload
from tests.support.panels import MIB, START, hours, noise, panel_of

T = hours(48)
N = T.size
APPS = "/apis/apps/v1/namespaces/shop"
CART = Workload("Deployment", "cart")
LEAKS, FLAT = 6.0, 0.0


def _at(hour):
    stamp = np.datetime64(int(START + hour * 3600), "s")
    return f"{stamp}Z"


def _read(lives, *, hashes=("hash1", "hash2"), kind="Deployment"):
    """A batch of one workload. lives: (from hour, to hour, MiB/h), each a pod of its own revision."""
    rows, starts = [], []
    for seed, (first, last, per_hour) in enumerate(lives):
        there = (first <= T) & (last > T)
        rows.append(np.where(there, 100 * MIB + per_hour * MIB * (T - first) + noise(N, 0.5 * MIB, seed), np.nan))
        starts.append(np.full(N, START + first * 3600.0))
    count = len(lives)
    panel = panel_of(rows, start_time=starts, subject=[0] * count, revision=list(range(count)), limit=4000 * MIB)
    told = Workload(kind, "cart")
    refs = tuple(
        ContainerRef("shop", f"cart-{one}", "app", told, f"v{one + 1}", None, None, hashes[one]) for one in range(count)
    )
    subjects = (("shop", told, "app"),)
    return Batch(refs), Reading(panel, subjects, (tuple(f"v{one + 1}" for one in range(count)),), 0)


def _cluster(images=("cart:1", "cart:2"), hours_of=(-100, 24), *, metadata=None, lists=None, **more):
    one = workload(annotations={"deployment.kubernetes.io/revision": str(len(images))}, **(metadata or {}))
    kept = [
        replica_set(one, number, template(image), created=_at(hour))
        for number, (image, hour) in enumerate(zip(images, hours_of, strict=True), 1)
    ]
    access = Objects({f"{APPS}/deployments/cart": one}, {f"{APPS}/replicasets": kept, **(lists or {})})
    pod = {
        "metadata": owned_by(one, name="cart-1", uid="p"),
        "spec": {"containers": [{"name": "app", "image": images[-1]}]},
    }
    objects = Kept(
        owners=(("apps/v1", "Deployment", keep_workload("apps/v1", "Deployment")(one)),), pods=(keep_pod(pod),)
    )
    return Known(access, View(objects), (), **more)


def _informed(lives, known, **options):
    batch, reading = _read(lives, **options)
    judgements = judge(reading.panel)
    informed = Informed(known)
    (finding,) = informed.add(
        batch, reading, judgements, findings_of(batch, reading, judgements, "", SeverityPolicy(1, 2))
    )
    return finding, informed


def test_the_rollout_that_brought_it():
    finding, informed = _informed([(-24, 24, FLAT), (24, 48, LEAKS)], _cluster())
    document = finding_document(finding)["revision"]
    assert (document["suspect"], document["previous"]) == ("v2", "v1")
    rollout = document["rollout"]
    assert (rollout["number"], rollout["confirmed"], rollout["previous"]["number"]) == (2, True, 1)
    assert rollout["began_at"] == _at(24)
    assert rollout["changes"] == [{"container": "app", "what": "image", "before": "cart:1", "after": "cart:2"}]
    assert informed.problems == []


def test_one_that_the_detector_alone_could_not_name():
    """Half an hour of the version before is too little for a witness; the growth began after the rollout even so."""
    finding, _ = _informed([(-24, 0.5, FLAT), (0.5, 48, LEAKS)], _cluster(hours_of=(-100, 0.5)))
    document = finding_document(finding)["revision"]
    assert (document["suspect"], document["rollout"]["number"], document["rollout"]["confirmed"]) == (None, 2, None)


def test_a_leak_that_the_version_before_had_too():
    finding, _ = _informed([(-24, 24, LEAKS), (24, 48, LEAKS)], _cluster())
    document = finding_document(finding)["revision"]
    assert document["suspect"] is None
    assert (document["rollout"]["number"], document["rollout"]["previous"]) == (1, None)


def test_facts_are_there_for_what_is_healthy_too():
    finding, informed = _informed([(-24, 48, FLAT)], _cluster(), hashes=("hash2",))
    document = finding_document(finding)
    assert (document["verdict"], document["revision"]["rollout"]) == ("healthy", None)
    assert document["kubernetes"]["replicas"] == {"wanted": 2, "ready": 0}
    assert document["kubernetes"]["container"]["image"] == "cart:2"
    assert informed.known.access.queries == []


def test_who_rolled_it_out():
    helm = {"meta.helm.sh/release-name": "shop", "meta.helm.sh/release-namespace": "shop"}
    release = {"metadata": {"labels": {"version": "7"}, "creationTimestamp": _at(24)}}
    annotations = {"deployment.kubernetes.io/revision": "2", **helm}
    known = _cluster(lists={"/api/v1/namespaces/shop/secrets": [release]})
    known.access._documents[f"{APPS}/deployments/cart"]["metadata"]["annotations"] = annotations
    finding, _ = _informed([(-24, 24, FLAT), (24, 48, LEAKS)], known)
    rollout = finding_document(finding)["revision"]["rollout"]
    assert (rollout["rolled_out_by"]["kind"], rollout["rolled_out_by"]["revision"]) == ("helm", "7")
    assert source_words(rollout) == "Helm release shop, revision 7"


@pytest.mark.parametrize("error", [ClusterUnreachable("cut"), ClusterForbidden("no")])
def test_revisions_that_cannot_be_read_are_told_and_the_finding_stays(error):
    known = _cluster()

    def fail(path, query=None):
        raise error

    known.access.get = fail
    finding, informed = _informed([(-24, 24, FLAT), (24, 48, LEAKS)], known)
    assert finding.revisions.suspect == "v2"
    assert finding_document(finding)["revision"]["rollout"] is None
    assert [one.code for one in informed.problems] == ["kubernetes_rollouts_unread"]


def test_a_workload_that_went_meanwhile_is_no_problem():
    known = replace(_cluster(), access=Objects({}))
    finding, informed = _informed([(-24, 24, FLAT), (24, 48, LEAKS)], known)
    assert (finding.revisions.rollout, informed.problems) == (None, [])


def test_a_server_that_fails_again_and_again_is_asked_no_more():
    known = _cluster()
    asked = []

    def fail(path, query=None):
        asked.append(path)
        raise ClusterUnreachable("cut")

    known.access.get = fail
    batch, reading = _read([(-24, 24, FLAT), (24, 48, LEAKS)])
    judgements = judge(reading.panel)
    findings = findings_of(batch, reading, judgements, "", SeverityPolicy(1, 2))
    informed = Informed(known)
    for _ in range(10):
        informed.add(batch, reading, judgements, findings)
    assert len(asked) == 3


def test_it_is_told_in_words():
    finding, _ = _informed([(-24, 24, FLAT), (24, 48, LEAKS)], _cluster())
    rollout = finding_document(finding)["revision"]["rollout"]
    said = rollout_sentence(rollout)
    assert said.startswith(f"rollout 2 of {_at(24)}, as the growth began; ")
    assert "MiB/h, and rollout 1 by " in said
    assert [change_words(one) for one in rollout["changes"]] == ["image of app: cart:1 → cart:2"]
