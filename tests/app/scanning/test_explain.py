"""A look at one workload: what is read, what is said where there is none, what comes together of it."""

import numpy as np
import pytest

from app.domain.finding import Workload
from app.errors import RecordingError, SourceUnusable, UsageError
from app.output.document import finding_document
from app.prometheus.recording.demo import demo_recording
from app.prometheus.source import Batch, ContainerRef, Control, Plan, ScanRequest
from app.scanning.explain import explain
from app.scanning.one_workload import OneWorkload, Target
from app.scanning.service import make_perform
from app.settings import load_settings
from detectors.judgement import Verdict

REQUEST = ScanRequest(1_700_000_000.0, 1_700_100_000.0, 300.0)


class PlanningSource:
    """Knows which containers there are, as NAMESPACE/WORKLOAD/CONTAINER, and keeps what it was asked for."""

    name = "planning"

    def __init__(self, names, nothing=SourceUnusable):
        self._names = names
        self._nothing = nothing
        self.asked = []

    def plan(self, request, control):
        self.asked.append(request.namespaces)
        refs = [
            ContainerRef(namespace, f"{workload}-0", container, Workload("StatefulSet", workload))
            for namespace, workload, container in (name.split("/") for name in self._names)
            if not request.namespaces or namespace in request.namespaces
        ]
        if not refs:
            raise self._nothing("nothing matches")
        return Plan(request.grid, tuple(Batch((ref,)) for ref in refs))


THERE = ("shop/cart/app", "shop/cart/proxy", "shop/card-reader/app", "data/orders/app", "lab/orders/app")


def _plan(target, source=None):
    return OneWorkload(source or PlanningSource(THERE), target).plan(REQUEST, Control())


@pytest.mark.parametrize("text", ["", "shop", "shop/", "/cart", "shop/cart/app", "/"])
def test_what_is_no_workloads_name_is_refused(text):
    with pytest.raises(UsageError, match="is not of the form NAMESPACE/WORKLOAD"):
        Target.of(text)


@pytest.mark.parametrize(
    ("target", "containers"),
    [(Target("shop", "cart"), {"app", "proxy"}), (Target("shop", "cart", "proxy"), {"proxy"})],
)
def test_only_the_workload_is_planned(target, containers):
    (batch,) = _plan(target).batches
    assert {(one.workload.name, one.container) for one in batch.containers} == {("cart", name) for name in containers}


def test_only_its_namespace_is_asked_for():
    source = PlanningSource(THERE)
    _plan(Target("shop", "cart"), source)
    assert source.asked == [("shop",)]


@pytest.mark.parametrize(
    ("target", "message", "hint"),
    [
        (Target("shop", "crat"), "there is no workload shop/crat in the window", "did you mean shop/cart?"),
        (Target("shpo", "cart"), "there is no workload shpo/cart", "did you mean shop/cart?"),
        (Target("shop", "orders"), "there is no workload shop/orders", "did you mean data/orders or lab/orders?"),
        (Target("nowhere", "zzz"), "there is no workload nowhere/zzz", "`leakwatch scan --all` lists them"),
        (Target("shop", "cart-0"), "that is a pod of StatefulSet cart", "give its workload, shop/cart"),
        (Target("shop", "cart", "prxy"), "--container: shop/cart has no container prxy", "did you mean proxy?"),
        (Target("shop", "cart", "zzz"), "--container: shop/cart has no container zzz", "it has app, proxy"),
    ],
    ids=["typo", "namespace typo", "in others", "nothing near", "a pod", "container typo", "no such container"],
)
@pytest.mark.parametrize("nothing", [SourceUnusable, RecordingError])
def test_the_nearest_names_are_told(nothing, target, message, hint):
    with pytest.raises(UsageError, match=message) as caught:
        _plan(target, PlanningSource(THERE, nothing))
    assert hint in caught.value.hint
    assert caught.value.exit_status == 2


def test_a_source_that_has_nothing_at_all_says_so_itself():
    with pytest.raises(SourceUnusable, match="nothing matches"):
        _plan(Target("shop", "cart"), PlanningSource(()))


def _explained(name, **more):
    settings = load_settings(recording=demo_recording(), namespaces=(name.split("/")[0],))
    return explain(settings, Target.of(name), Control(), end=more.get("end"))


def test_a_leak_of_the_demo():
    found = _explained("shop/cart")
    (one,) = found.explanations
    assert one.finding.verdict is Verdict.LEAK
    assert [(pod.revision, pod.leaking) for pod in one.pods] == [("v2", True), ("v1", False)]
    assert [deploy.revision for deploy in one.deploys] == ["v2"]
    assert one.pods_in_window == found.report.containers == 2
    first = one.pods[0]
    known = np.isfinite(first.floor)
    assert known.any()
    assert (first.floor[known] <= first.memory[known]).all()
    assert one.grid.times[known][0] >= one.deploys[0].at


@pytest.mark.parametrize(
    ("name", "verdict"),
    [("data/page-cache", Verdict.HEALTHY), ("platform/feature-flags", Verdict.INSUFFICIENT_DATA)],
)
def test_what_does_not_leak_has_its_series_too(name, verdict):
    (one,) = _explained(name).explanations
    assert one.finding.verdict is verdict
    assert np.isfinite(one.pods[0].floor).any()
    assert one.finding.reasons


def test_oom_kills_of_the_demo_are_in_the_series():
    (one,) = _explained("shop/image-resizer").explanations
    assert len(one.pods[0].oom_kills) == one.finding.oom_kills == 5


def test_it_says_what_a_scan_says():
    scanned = make_perform(load_settings(recording=demo_recording(), namespaces=("shop",)))(Control())
    for finding in scanned.findings:
        (one,) = _explained(f"shop/{finding.workload.name}").explanations
        assert finding_document(one.finding) == finding_document(finding)


def test_the_past_is_looked_at_when_asked_for():
    found = _explained("shop/cart", end=1_700_050_000.0)
    assert found.report.window.end <= 1_700_050_000.0
    assert found.explanations[0].deploys == ()
