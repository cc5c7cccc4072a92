"""`leakwatch gate`, `GET /api/v1/gate` and Flagger's webhooks on a real Prometheus."""

import signal
import subprocess
import sys
import time

import pytest

from app.domain.gate import Question
from app.errors import ClusterError, UnknownRevision, UsageError
from app.prometheus.source import Control
from app.scanning.gate.look import look_at_canary
from app.scanning.gate.watch import watch
from app.settings import load_settings
from demo.load import push
from detectors.canary.outcome import CanaryOptions, Outcome
from tests.integration.conftest import environment
from tests.support.canaries import joined, revision, template_of
from tests.support.rollouts import MIB, flat, growing
from tests.support.servers import free_port, running_prometheus, wait_until
from tests.support.service import running_service

LEAK = growing(90 * MIB)
ODD = 'v2.0+a"b\\c|.*'


def _rollouts(now):
    """Each workload's stable revision v1 and its canary v2."""
    for name, canary, hours in (("leaky", LEAK, 1.0), ("calm", flat(), 2.0), ("young", flat(), 0.05)):
        yield from revision(name, "v1", flat(), now)
        yield from revision(name, "v2", canary, now, hours=hours)
    # Flagger's: the target and its primary are two Deployments.
    for name, canary in (("web", LEAK), ("shelf", flat())):
        yield from revision(f"{name}-primary", "v1", flat(), now)
        yield from revision(name, "v2", canary, now, hours=2.0)
    # A sidecar that leaks, beside a container that does not.
    for container, shape in (("app", flat()), ("proxy", LEAK)):
        yield from revision("meshed", "v1", flat(), now, container=container)
        yield from revision("meshed", "v2", shape, now, hours=1.0, container=container)
    yield from revision("no-cpu", "v1", flat(), now, cpu=False)
    yield from revision("no-cpu", "v2", flat(), now, hours=2.0, cpu=False)
    yield from revision("replaced", "v1", flat(), now, hours=4.0, ended_hours_ago=2.0)
    yield from revision("replaced", "v2", LEAK, now, hours=2.0)
    # Of two pods that keep their names, the second runs v2 by now.
    yield from revision("db", "v1", flat(), now, pods=[0], stateful=True)
    yield from revision("db", "v1", flat(), now, hours=4.0, ended_hours_ago=2.0, pods=[1], stateful=True)
    yield from revision("db", "v2", LEAK, now, hours=2.0 - 1 / 60, pods=[1], stateful=True)
    yield from revision("late", "v1", flat(), now)
    yield from revision("odd", "v1", flat(), now)
    yield from revision("odd", ODD, flat(), now, hours=2.0)


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory):
    """A real Prometheus that has these rollouts, up to now."""
    with running_prometheus(tmp_path_factory.mktemp("prometheus")) as server:
        push(server.url, joined(_rollouts(time.time())))
        yield server


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        pytest.param(["shop/leaky", "--stable", "v1", "--canary", "v2"], 3, "leaky  fail", id="a leaking canary"),
        pytest.param(["shop/calm", "--stable", "v1", "--canary", "v2"], 0, "calm  pass", id="a healthy canary"),
        pytest.param(["shop/young"], 4, "young  inconclusive", id="a canary that is too young"),
        pytest.param(["shop/calm", "--canary", "v9"], 2, "v1@", id="an unknown revision"),
    ],
)
def test_exit_statuses(leakwatch, prometheus, arguments, status, said):
    done = leakwatch("gate", *arguments, "--lookback", "8h", "--prometheus-url", prometheus.url)
    assert done.status == status, done.out + done.err
    assert said in done.out + done.err


def test_a_server_that_does_not_answer_is_no_verdict(leakwatch):
    done = leakwatch("gate", "shop/leaky", "--prometheus-url", f"http://127.0.0.1:{free_port()}")
    assert (done.status, done.out) == (1, "")
    assert "cannot connect" in done.err


@pytest.fixture
def look(prometheus):
    """One look, as the command and the service take it."""

    def take(workload, stable="stable", canary="canary", **more):
        settings = load_settings(prometheus_url=prometheus.url, lookback="8h")
        question = Question(more.pop("namespace", "shop"), workload, stable, canary, **more)
        return look_at_canary(settings, question, Control(), CanaryOptions())

    return take


@pytest.mark.parametrize(
    ("workload", "asked", "outcome", "containers"),
    [
        pytest.param("leaky", {}, Outcome.FAIL, {"app": "fail"}, id="by what runs"),
        pytest.param(
            "leaky", {"canary": f"leaky-{template_of('v2')}"}, Outcome.FAIL, {"app": "fail"}, id="by its ReplicaSet"
        ),
        pytest.param("meshed", {}, Outcome.FAIL, {"app": "pass", "proxy": "fail"}, id="a sidecar leaks"),
        pytest.param("meshed", {"container": "app"}, Outcome.PASS, {"app": "pass"}, id="and is not asked for"),
        pytest.param("db", {}, Outcome.FAIL, {"app": "fail"}, id="a StatefulSet's pod keeps its name"),
        pytest.param("no-cpu", {}, Outcome.PASS, {"app": "pass"}, id="no CPU"),
        pytest.param("replaced", {}, Outcome.FAIL, {"app": "fail"}, id="the stable does not run any more"),
        pytest.param("odd", {"canary": ODD}, Outcome.PASS, {"app": "pass"}, id="letters that mean something in PromQL"),
    ],
)
def test_what_is_compared(look, workload, asked, outcome, containers):
    answer = look(workload, **asked)
    assert answer.outcome is outcome, answer.reasons
    assert {one.container: one.comparison.outcome.value for one in answer.containers} == containers
    assert {(one.stable, one.canary) for one in answer.containers} == {("v1", ODD if workload == "odd" else "v2")}
    assert answer.problems == ()


@pytest.mark.parametrize(
    ("workload", "asked", "error", "said"),
    [
        pytest.param("calm", {"canary": "v.*"}, UnknownRevision, "canary: no pod .* 'v\\.\\*'", id="no pattern"),
        pytest.param('calm"} or up{a="', {}, UsageError, "there is no workload", id="PromQL in a name"),
        pytest.param("calm", {"container": 'app"} or up{'}, UsageError, "has no container", id="PromQL in a container"),
        pytest.param("calm", {"stable": "v2"}, UsageError, "it is the stable revision itself", id="one revision twice"),
        pytest.param("calm", {"stable_workload": "nope"}, UsageError, "no workload shop/nope", id="no such primary"),
        pytest.param("late", {}, UnknownRevision, "no revision but the canary's", id="only one revision"),
        pytest.param("late", {"namespace": "shöp\x00"}, UsageError, "there is no workload", id="no such namespace"),
    ],
)
def test_what_there_is_not_is_named(look, workload, asked, error, said):
    with pytest.raises(error, match=said):
        look(workload, **asked)


def test_a_cluster_that_is_set_and_cannot_be_asked_is_an_error(prometheus, tmp_path):
    settings = load_settings(prometheus_url=prometheus.url, lookback="8h", kubernetes_kubeconfig=tmp_path / "none")
    with pytest.raises(ClusterError, match="there is no file"):
        look_at_canary(settings, Question("shop", "calm", "1", "2"), Control(), CanaryOptions())


def test_a_revision_that_comes_while_it_is_waited_for_is_told(look, prometheus):
    told = []

    def tell(answer, why, left):
        told.append(why)
        if len(told) == 1:
            # Prometheus takes nothing that is an hour older than what it has.
            push(prometheus.url, joined(revision("late", "v2", LEAK, time.time(), hours=0.9)))

    answer = watch(lambda: look("late", "v1", "v2"), 600.0, Control(), tell, every=0.01)
    assert answer.outcome is Outcome.FAIL
    assert told[0].startswith("canary: no pod in the window runs a revision 'v2'")


def test_an_interrupted_wait_ends_at_once_and_says_nothing_on_standard_output(prometheus, tmp_path):
    command = [sys.executable, "-m", "app.cli", "gate", "shop/young", "--wait", "30m", "--lookback", "8h"]
    with (tmp_path / "out").open("wb") as out, (tmp_path / "err").open("wb") as err:
        process = subprocess.Popen(command, stdout=out, stderr=err, env=environment(prometheus_url=prometheus.url))
        wait_until(lambda: b"too few samples" in (tmp_path / "err").read_bytes(), "it has looked once")
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
    assert (tmp_path / "out").read_bytes() == b""
    assert b"Traceback" not in (tmp_path / "err").read_bytes()


@pytest.fixture(scope="module")
def service(prometheus, tmp_path_factory):
    """A running service on it. Its first look may have code to compile."""
    folder = tmp_path_factory.mktemp("service")
    settings = {"recording": None, "prometheus_url": prometheus.url, "data_dir": folder, "lookback": "8h"}
    secrets = {"webhook_username": "flagger", "webhook_password": "of-the-canary", "gate_time_limit": "60s"}
    with running_service(folder, "--insecure-no-auth", **settings, **secrets) as running:
        yield running


@pytest.mark.parametrize(
    ("asked", "verdict", "revisions"),
    [
        ({"workload": "leaky", "stable": "v1", "canary": "v2"}, "fail", ("v1", "v2")),
        ({"workload": "calm"}, "pass", ("v1", "v2")),
        ({"workload": "young"}, "inconclusive", ("v1", "v2")),
        ({"workload": "web", "stable_workload": "web-primary"}, "fail", ("v1", "v2")),
    ],
)
def test_the_service_says_the_same(service, asked, verdict, revisions):
    with service.client() as client:
        answer = client.get("/api/v1/gate", params={"namespace": "shop", **asked})
    assert answer.status_code == 200, answer.text
    document = answer.json()
    assert document["verdict"] == verdict
    assert (document["stable"]["revision"], document["canary"]["revision"]) == revisions
    for side in ("stable", "canary"):
        assert document[side]["level_bytes"] > 100 * MIB


def test_the_service_names_the_revisions_that_there_are(service):
    with service.client() as client:
        answer = client.get("/api/v1/gate", params={"namespace": "shop", "workload": "calm", "canary": "v9"})
    assert answer.status_code == 400
    assert f"v2@{template_of('v2')}" in answer.text


@pytest.mark.parametrize(
    ("name", "hook", "status"),
    [
        ("web", "rollout", 409),
        ("web", "rollback", 200),
        ("web", "confirm-promotion", 409),
        ("shelf", "rollout", 200),
        ("shelf", "rollback", 409),
        ("shelf", "confirm-promotion", 200),
        ("not-there", "rollout", 200),
        ("not-there", "rollback", 409),
        ("not-there", "confirm-promotion", 409),
    ],
)
def test_flagger_is_answered(service, name, hook, status):
    sent = {"name": name, "namespace": "shop", "phase": "Progressing", "checksum": "85d557f47b", "metadata": {}}
    with service.client(auth=("flagger", "of-the-canary")) as client:
        answer = client.post(f"/webhooks/flagger/{hook}", json=sent)
    assert answer.status_code == status, answer.text
