"""What Argo CD's client makes of what Argo CD says, and of what is no Argo CD."""

import threading

import pytest

from app.errors import (
    ClusterError,
    ClusterForbidden,
    ClusterRefused,
    ClusterUnauthorized,
    ClusterUnreachable,
    ObjectNotFound,
    SettingsError,
)
from app.mitigating.argocd import make_argo_client
from app.settings import load_settings
from tests.support.argo_cd import TOKEN, refusal, running_argo_cd
from tests.support.false_cluster import Reply, false_cluster


@pytest.fixture
def client_of():
    made = []

    def make(url, token=TOKEN):
        made.append(make_argo_client(load_settings(mitigation_argocd_url=url, mitigation_argocd_token=token)))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def argo():
    with running_argo_cd() as running:
        yield running


@pytest.fixture
def told(client_of):
    """The client of a server that gives one answer, and that answer, to be set."""
    with false_cluster(lambda asked: reply[0]) as server:
        reply = [Reply()]
        yield client_of(server.url), lambda one: reply.__setitem__(0, one)


def test_an_application_is_read_and_rolled_back(argo, client_of):
    client = client_of(argo.url)
    assert client.application("cart", "argocd")["status"]["history"][0]["id"] == 4
    client.rollback("cart", "argocd", 4)
    read, back = argo.asked
    assert (read.path, read.query) == ("/api/v1/applications/cart", {"appNamespace": "argocd"})
    assert (back.method, back.path) == ("POST", "/api/v1/applications/cart/rollback")
    assert back.body == {"name": "cart", "appNamespace": "argocd", "id": 4, "dryRun": False, "prune": False}
    assert argo.application["operation"]["sync"]["revision"] == "aaa"


def test_a_token_that_it_does_not_know(argo, client_of):
    with pytest.raises(ClusterUnauthorized, match="401 invalid session") as told:
        client_of(argo.url, "another").application("cart", "")
    assert "LEAKWATCH_MITIGATION_ARGOCD_TOKEN" in told.value.hint


def test_an_application_that_is_not_there_is_not_to_be_told_from_one_that_may_not_be_read(argo, client_of):
    with pytest.raises(ClusterForbidden, match="403 permission denied") as told:
        client_of(argo.url).application("web", "")
    assert "whether the application is there" in told.value.hint


def test_it_takes_no_rollback_while_auto_sync_is_on(client_of):
    with running_argo_cd(automated={"prune": True}) as argo, pytest.raises(ClusterRefused, match="auto-sync"):
        client_of(argo.url).rollback("cart", "", 4)


def test_a_deployment_that_is_not_in_its_history(argo, client_of):
    with pytest.raises(ClusterRefused, match="does not have deployment with id 9"):
        client_of(argo.url).rollback("cart", "", 9)


def test_another_operation_is_under_way(argo, client_of):
    client = client_of(argo.url)
    client.rollback("cart", "", 4)
    with pytest.raises(ClusterRefused, match="another operation is already in progress"):
        client.rollback("cart", "", 4)


@pytest.mark.parametrize(
    ("reply", "kind", "says"),
    [
        pytest.param(refusal(404, 5, "not found"), ObjectNotFound, "404 not found", id="no such thing"),
        pytest.param(refusal(429, 8, "slow down"), ClusterUnreachable, "429 slow down", id="too many requests"),
        pytest.param(refusal(500, 13, "boom"), ClusterUnreachable, "500 boom", id="broken"),
        pytest.param(Reply(503, body=b"<html>"), ClusterUnreachable, "503", id="a proxy before one that is down"),
        pytest.param(Reply(302, body=b""), ClusterError, "302", id="a proxy that wants a sign-in"),
        pytest.param(Reply(200, body=b"<html>"), ClusterError, "no JSON object", id="a page"),
        pytest.param(Reply(200, [1]), ClusterError, "no JSON object", id="a list"),
        pytest.param(Reply(200, {"kind": "Status"}), ClusterError, "no such application", id="of something else"),
        pytest.param(Reply(200, body=b'{"metadata": {"na'), ClusterError, "no JSON object", id="cut"),
        pytest.param(Reply(200, chunks=[b"x" * (9 << 20)]), ClusterUnreachable, "too long", id="endless"),
    ],
)
def test_what_is_no_application(told, reply, kind, says):
    client, say = told
    say(reply)
    with pytest.raises(ClusterError, match=says) as error:
        client.application("cart", "")
    assert isinstance(error.value, kind)
    assert error.value.hint


def test_a_rollback_whose_answer_cannot_be_read_may_have_been_done(told):
    client, say = told
    say(Reply(200, body=b"<html>"))
    with pytest.raises(ClusterUnreachable):
        client.rollback("cart", "", 4)


def test_one_that_hangs_is_waited_for_a_little(client_of, monkeypatch):
    monkeypatch.setattr("app.mitigating.argocd._STEP_SECONDS", 0.2)
    done = threading.Event()
    with false_cluster(lambda asked: Reply(then=lambda: done.wait(30))) as server:
        with pytest.raises(ClusterUnreachable, match="no whole answer: ReadTimeout"):
            client_of(server.url).rollback("cart", "", 4)
        done.set()


def test_nobody_is_there(client_of):
    with pytest.raises(ClusterUnreachable, match="ConnectError"):
        client_of("http://127.0.0.1:1").application("cart", "")


def test_an_authority_that_cannot_be_read_is_a_setting_that_is_wrong(tmp_path):
    file = tmp_path / "ca.pem"
    file.write_text("no certificate")
    given = {"mitigation_argocd_url": "https://argo.example", "mitigation_argocd_token": TOKEN}
    with pytest.raises(SettingsError, match="ARGOCD_CA_FILE"):
        make_argo_client(load_settings(mitigation_argocd_ca_file=file, **given))
