"""Which Helm revision, or which commit by Argo CD, a rollout was."""

import pytest

from app.kubernetes.managers import Manager
from app.kubernetes.sources import rolled_out_by
from tests.support.kubernetes_objects import Objects

AT = 1_767_225_600.0  # 2026-01-01T00:00:00Z
RELEASES, APPLICATIONS = "/api/v1/namespaces/shop/secrets", "/apis/argoproj.io/v1alpha1/applications"
HELM, ARGO = Manager("helm", "shop", "shop", ""), Manager("argocd", "web", "", "")


def _release(number, created):
    return {"metadata": {"labels": {"version": str(number)}, "creationTimestamp": created}}


def _application(*history, namespace="argocd"):
    listed = [{"deployedAt": at, **revision} for at, revision in history]
    return {"metadata": {"name": "web", "namespace": namespace}, "status": {"history": listed}}


def _found(manager, path, *items):
    found = rolled_out_by(Objects({}, {path: list(items)}), manager, AT)
    return found and (found.kind, found.name, found.namespace, found.revision)


@pytest.mark.parametrize(
    ("created", "revision"),
    [
        ([(1, "2025-12-30T00:00:00Z"), (2, "2025-12-31T23:59:58Z"), (3, "2026-01-02T00:00:00Z")], "2"),
        ([(2, "2026-01-01T00:00:30Z")], "2"),
        ([(3, "2026-01-02T00:00:00Z")], None),
        ([], None),
    ],
    ids=["the last before it", "clocks differ", "only later ones", "none"],
)
def test_a_helm_release(created, revision):
    found = _found(HELM, RELEASES, *(_release(*one) for one in created))
    assert found == (revision and ("helm", "shop", "shop", revision))


@pytest.mark.parametrize(
    ("history", "revision"),
    [
        ([("2025-12-31T00:00:00Z", {"revision": "a" * 7}), ("2026-01-01T00:02:00Z", {"revision": "b" * 7})], "b" * 7),
        ([("2026-01-01T00:02:00Z", {"revisions": ["a" * 7, "b" * 7]})], "aaaaaaa, bbbbbbb"),
        ([("2026-01-01T09:00:00Z", {"revision": "c" * 7})], None),
        ([("yesterday", {"revision": "c" * 7}), ("2026-01-01T00:02:00Z", {})], None),
    ],
    ids=["the first that was through after it", "several sources", "hours later", "it makes no sense"],
)
def test_an_argo_cd_application(history, revision):
    assert _found(ARGO, APPLICATIONS, _application(*history)) == (revision and ("argocd", "web", "argocd", revision))


@pytest.mark.parametrize(
    "manager", [Manager("flux", "a", "b", ""), Manager("helm", "shop", "", ""), Manager("helm", "", "x", "")]
)
def test_who_tells_nothing(manager):
    assert rolled_out_by(Objects({}), manager, AT) is None


def test_only_a_releases_metadata_are_asked_for():
    asked = []

    class Watched(Objects):
        def pages(self, path, query=None, limit=500, *, accept="", parse=None):
            asked.append(accept)
            return super().pages(path, query, limit, accept=accept)

    rolled_out_by(Watched({}), HELM, AT)
    assert asked == ["application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"]
