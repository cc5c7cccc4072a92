"""Whose pod it is, and which revision it runs."""

import pytest

from app.domain.finding import Workload
from app.prometheus.ownership import Ownership, SeenContainer, container_refs, image_version, usable_refs

NOTHING = Ownership({}, {}, {})


@pytest.mark.parametrize(
    ("pod", "workload"),
    [
        ("cart-5d89dc6b7f-x2v4k", Workload("Deployment", "cart")),
        ("my-cart-api-79c8b6d55-zz9bw", Workload("Deployment", "my-cart-api")),
        ("postgres-0", Workload("StatefulSet", "postgres")),
        ("node-exporter-k8x2d", Workload("DaemonSet", "node-exporter")),
        ("backup-28391040-9xv7c", Workload("CronJob", "backup")),
        ("debug", Workload("Pod", "debug")),
    ],
)
def test_without_kube_state_metrics_the_name_tells(pod, workload):
    assert NOTHING.workload_of("shop", pod) == workload


def _known(owner_kind, owner_name, replicasets=(), jobs=()):
    pods = [{"namespace": "shop", "pod": "p", "owner_kind": owner_kind, "owner_name": owner_name}]
    return Ownership.from_label_sets(pods, replicasets, jobs)


_RS = {"namespace": "shop", "replicaset": "cart-5d89", "owner_kind": "Deployment", "owner_name": "cart"}
_ROLLOUT = {"namespace": "shop", "replicaset": "cart-5d89", "owner_kind": "Rollout", "owner_name": "cart"}
_JOB = {"namespace": "shop", "job_name": "b-123", "owner_kind": "CronJob", "owner_name": "backup"}


@pytest.mark.parametrize(
    ("known", "workload"),
    [
        (_known("StatefulSet", "db"), Workload("StatefulSet", "db")),
        (_known("ReplicaSet", "cart-5d89", [_RS]), Workload("Deployment", "cart")),
        (_known("ReplicaSet", "cart-5d89", [_ROLLOUT]), Workload("Rollout", "cart")),
        (_known("ReplicaSet", "cart-5d89"), Workload("Deployment", "cart")),
        (_known("Job", "b-123", jobs=[_JOB]), Workload("CronJob", "backup")),
        (_known("Job", "backup-28391040"), Workload("CronJob", "backup")),
        (_known("Job", "once"), Workload("Job", "once")),
        (_known("<none>", "<none>"), Workload("Pod", "p")),
    ],
)
def test_the_topmost_owner_counts(known, workload):
    assert known.workload_of("shop", "p") == workload


@pytest.mark.parametrize(
    ("image", "version"),
    [
        ("registry.example:5000/shop/cart:v1.2", "v1.2"),
        ("cart:v1.2@sha256:0123456789abcdef", "v1.2"),
        ("cart@sha256:0123456789abcdef", "0123456789ab"),
        ("cart:latest", None),
        ("registry.example:5000/cart", None),
        (None, None),
    ],
)
def test_the_version_of_an_image(image, version):
    assert image_version(image) == version


def _revisions(*pods):
    seen = [SeenContainer("shop", pod, "app", image) for pod, image in pods]
    return [ref.revision for ref in container_refs(seen, NOTHING)]


def test_the_tag_is_the_revision():
    assert _revisions(("cart-5d89dc6b7f-x2v4k", "cart:v1"), ("cart-79c8b6d55c-zz9bw", "cart:v2")) == ["v1", "v2"]


def test_without_a_tag_the_template_hash_is():
    assert _revisions(("cart-5d89dc6b7f-x2v4k", "cart:latest")) == ["5d89dc6b7f"]


def test_one_tag_under_two_templates_is_two_revisions():
    both = _revisions(("cart-5d89dc6b7f-x2v4k", "cart:v1"), ("cart-79c8b6d55c-zz9bw", "cart:v1"))
    assert both == ["v1@5d89dc6b7f", "v1@79c8b6d55c"]


@pytest.mark.parametrize("name", ["a\x00b", "a\x1b]0;b\x07", "x" * 254, "\ud800", "two\nlines"])
def test_names_that_nothing_can_have_are_left_out_and_said(name):
    refs, problems = usable_refs([SeenContainer("shop", "cart-0", "app"), SeenContainer("shop", name, "app")], NOTHING)
    assert [ref.pod for ref in refs] == ["cart-0"]
    assert problems[0].code == "odd_names"


def test_a_version_that_nothing_can_have_is_none():
    assert _revisions(("cart-0", "cart:\x1b[31m")) == [None]
