"""The way to an API server: what goes wrong has a clear word and a bounded wait."""

import contextlib
import json
import sys
import threading
import time

import pytest

from app.errors import (
    ClusterError,
    ClusterExpired,
    ClusterForbidden,
    ClusterRefused,
    ClusterUnauthorized,
    ClusterUnreachable,
    EditConflict,
    ObjectNotFound,
    UsageError,
)
from app.kubernetes.access import ClusterAccess
from app.settings import load_settings
from tests.support.false_cluster import Reply, false_cluster, kubeconfig, status
from tests.support.servers import cutting_server, dripping_server, free_port

PATH = "/apis/apps/v1/namespaces/shop/deployments/cart"
CART = {"kind": "Deployment", "metadata": {"name": "cart"}}


@pytest.fixture
def reach(tmp_path):
    """An access to a server through a kubeconfig."""
    opened = []

    def open_(server, user=None, timeout="5s", **given):
        file = kubeconfig(tmp_path, server, user)
        access = ClusterAccess.of(load_settings(kubernetes_kubeconfig=file, kubernetes_timeout=timeout, **given))
        opened.append(access)
        return access

    yield open_
    for one in opened:
        one.close()


def test_a_document_by_its_path(reach):
    with false_cluster(lambda asked: Reply(document=CART)) as server:
        assert reach(server.url).get(PATH, {"a": "b c"}) == CART
    (asked,) = server.asked
    assert (asked.method, asked.path, asked.query) == ("GET", PATH, {"a": "b c"})
    assert (asked.headers["authorization"], asked.headers["User-Agent"]) == ("Bearer s3cret", "leakwatch")


def test_segments_are_quoted(reach):
    with false_cluster(lambda asked: Reply(document=CART)) as server:
        reach(server.url).get("/api/v1/namespaces/a?b=c#d/pods")
    assert server.asked[0].path == "/api/v1/namespaces/a%3Fb%3Dc%23d/pods"


@pytest.mark.parametrize("path", ["/api/v1/../secrets", "/api//v1", "/api/v1/.", ""])
def test_a_segment_that_leads_elsewhere_is_refused(reach, path):
    with false_cluster(lambda asked: Reply(document=CART)) as server, pytest.raises(UsageError, match="is no path"):
        reach(server.url).get(path)
    assert server.asked == []


@pytest.mark.parametrize(
    ("reply", "error", "says"),
    [
        (status(401, "Unauthorized"), ClusterUnauthorized, "does not accept the credentials"),
        (status(403, 'deployments is forbidden: User "me" cannot get resource'), ClusterForbidden, "cannot get"),
        (status(404, 'deployments.apps "cart" not found'), ObjectNotFound, "not found"),
        (Reply(404, body=b"404 page not found\n"), ObjectNotFound, "404 page not found"),
        (status(409, "the object has been modified"), EditConflict, "has been modified"),
        (status(410, "too old resource version"), ClusterExpired, "too old"),
        (status(400, "bad"), ClusterRefused, "bad"),
        (status(422, 'admission webhook "x" denied the request: no'), ClusterRefused, "denied the request: no"),
        (status(429, "too many requests"), ClusterUnreachable, "too many"),
        (status(500, "etcdserver: leader changed"), ClusterUnreachable, "leader changed"),
        (Reply(503, body=b""), ClusterUnreachable, "HTTP 503"),
        (Reply(302, body=b""), ClusterError, "HTTP 302"),
        (Reply(200, body=b"<html>sign in"), ClusterError, "is no JSON object"),
        (Reply(200, body=b"[1]"), ClusterError, "is no JSON object"),
        (Reply(422, body=b"\x1b[31m\xff\x00"), ClusterRefused, "HTTP 422"),
        (status(422, "a\x1b[31m\n" + "b" * 5000), ClusterRefused, "a [31m bbb"),
    ],
)
def test_what_is_no_good_is_told(reach, reply, error, says):
    with false_cluster(lambda asked: reply) as server, pytest.raises(error) as caught:
        reach(server.url).get(PATH)
    assert type(caught.value) is error
    assert says in str(caught.value)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 700
    assert caught.value.hint


def test_a_policy_that_refuses_a_write_is_no_lack_of_rights(reach):
    denied = status(403, 'pods "cart" is forbidden: violates PodSecurity "restricted:latest": privileged')
    with false_cluster(lambda asked: denied) as server, pytest.raises(ClusterRefused, match="violates PodSecurity"):
        reach(server.url).patch(PATH, {}, "merge")


@pytest.mark.parametrize("body", [b"<html>", b"[1]", b'{"metadata": {"na'], ids=["a page", "a list", "cut"])
def test_a_write_whose_good_answer_cannot_be_read_may_have_been_done(reach, body):
    with false_cluster(lambda asked: Reply(200, body=body)) as server, pytest.raises(ClusterUnreachable):
        reach(server.url).patch(PATH, {}, "merge")


def test_a_write_whose_answer_is_too_large_may_have_been_done(reach, monkeypatch):
    monkeypatch.setattr("app.kubernetes.answers._MOST_BYTES", 10)
    with false_cluster(lambda asked: Reply(200, CART)) as server, pytest.raises(ClusterUnreachable, match="larger"):
        reach(server.url).patch(PATH, {}, "merge")


def test_a_right_that_lacks_for_a_write(reach):
    denied = status(403, 'deployments.apps "cart" is forbidden: User "me" cannot patch resource "deployments"')
    with false_cluster(lambda asked: denied) as server, pytest.raises(ClusterForbidden, match="cannot patch"):
        reach(server.url).patch(PATH, {}, "merge")


def test_a_server_that_hangs_is_waited_for_no_longer_than_set(reach):
    release = threading.Event()
    with false_cluster(lambda asked: Reply(document=CART, then=release.wait)) as server:
        began = time.monotonic()
        with pytest.raises(ClusterUnreachable, match=r"no whole answer in 0\.5 s"):
            reach(server.url, timeout="0.5s").get(PATH)
        assert time.monotonic() - began < 3
        release.set()


def test_a_server_that_hangs_is_told_alike_where_the_socket_is_the_first_to_end(reach, monkeypatch):
    monkeypatch.setattr("app.kubernetes.access._cut_after", lambda line, seconds: contextlib.nullcontext())
    release = threading.Event()
    with false_cluster(lambda asked: Reply(document=CART, then=release.wait)) as server:
        with pytest.raises(ClusterUnreachable, match=r"no whole answer in 0\.5 s"):
            reach(server.url, timeout="0.5s").get(PATH)
        release.set()


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nX-Slow: a",
        b"HTTP/1.1 200 OK\r\n\r\n{",
    ],
    ids=["in its body", "in its head", "in a body without a length"],
)
def test_a_server_that_drips_is_cut_off(reach, head):
    with dripping_server(head, b" ") as url:
        began = time.monotonic()
        with pytest.raises(ClusterUnreachable, match="no whole answer"):
            reach(url, timeout="0.5s").get(PATH)
        assert time.monotonic() - began < 3


def test_an_answer_that_is_cut(reach):
    with (
        cutting_server(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{") as url,
        pytest.raises(ClusterUnreachable, match="was cut"),
    ):
        reach(url).get(PATH)


def test_an_answer_that_is_too_large(reach, monkeypatch):
    monkeypatch.setattr("app.kubernetes.answers._MOST_BYTES", 1 << 20)
    large = Reply(body=b" " * (2 << 20))
    with false_cluster(lambda asked: large) as server, pytest.raises(ClusterError, match="larger than 1 MiB"):
        reach(server.url).get(PATH)


def test_nobody_there(reach):
    with pytest.raises(ClusterUnreachable, match="cannot connect") as caught:
        reach(f"http://127.0.0.1:{free_port()}").get(PATH)
    assert caught.value.retryable


def test_a_token_that_is_replaced_in_its_file_is_taken_up(reach, tmp_path):
    token = tmp_path / "token"
    token.write_text("old\n")
    good = "Bearer old"

    def answer(asked):
        return Reply(document=CART) if asked.headers["authorization"] == good else status(401, "Unauthorized")

    with false_cluster(answer) as server:
        access = reach(server.url, {"tokenFile": str(token)})
        access.get(PATH)
        token.write_text("new\n")
        good = "Bearer new"
        assert access.get(PATH) == CART


def test_credentials_that_stay_bad_are_not_read_anew_for_each_call(reach):
    with false_cluster(lambda asked: status(401, "Unauthorized")) as server:
        access = reach(server.url)
        for _ in range(3):
            with pytest.raises(ClusterUnauthorized):
                access.get(PATH)
    assert len(server.asked) == 4  # twice for the first


def _command(tmp_path, script):
    file = tmp_path / "login.py"
    file.write_text(script)
    return {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": sys.executable,
            "args": [str(file)],
            "env": [{"name": "WHO", "value": "me"}],
        }
    }


def test_a_login_command_gives_the_token(reach, tmp_path):
    said = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": "T"}}
    user = _command(
        tmp_path, f"import os, json; d = {said!r}; d['status']['token'] += os.environ['WHO']; print(json.dumps(d))"
    )
    with false_cluster(lambda asked: Reply(document=CART)) as server:
        reach(server.url, user).get(PATH)
    assert server.asked[0].headers["authorization"] == "Bearer Tme"


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("import sys; sys.exit('session is over\\n')", "session is over"),
        ("print('hello')", "printed no ExecCredential"),
        ("print('{\"status\": {}}')", "neither a token nor a certificate"),
    ],
)
def test_a_login_command_that_fails_is_told(reach, tmp_path, script, says):
    with pytest.raises(ClusterUnauthorized, match=says):
        reach("http://127.0.0.1:1", _command(tmp_path, script)).get(PATH)


def test_a_login_command_that_hangs_is_ended(reach, tmp_path, monkeypatch):
    monkeypatch.setattr("app.kubernetes.connect._LOGIN_SECONDS", 0.2)
    with pytest.raises(ClusterUnauthorized, match="gave no answer"):
        reach("http://127.0.0.1:1", _command(tmp_path, "import time; time.sleep(60)"), timeout="0.2s").get(PATH)


def test_a_login_command_that_is_not_installed(reach):
    user = {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "no-such-login"}}
    with pytest.raises(ClusterError, match="no-such-login: No such file"):
        reach("http://127.0.0.1:1", user).get(PATH)


@pytest.mark.parametrize("user", [{"token": "s3cret\nX-Evil: 1"}, {"token": "s3crét€"}])
def test_a_token_that_no_header_holds_is_told_and_not_shown(reach, user):
    refused = pytest.raises(ClusterUnauthorized, match="cannot be sent")
    with false_cluster(lambda asked: Reply(document=CART)) as server, refused as caught:
        reach(server.url, user).get(PATH)
    assert "s3cr" not in f"{caught.value} {caught.value.hint}"
    assert server.asked == []


def _pages(asked):
    number = int(asked.query.get("continue", "0"))
    more = {"continue": str(number + 1)} if number < 2 else {}
    return Reply(document={"kind": "PodList", "metadata": {"resourceVersion": "7", **more}, "items": [{"n": number}]})


def test_a_list_comes_in_pages(reach):
    with false_cluster(_pages) as server:
        pages = list(reach(server.url).pages("/api/v1/pods", {"labelSelector": "a=b"}, limit=1))
    assert [page["items"] for page in pages] == [[{"n": 0}], [{"n": 1}], [{"n": 2}]]
    assert [asked.query.get("continue") for asked in server.asked] == [None, "1", "2"]
    assert {asked.query["limit"] + asked.query["labelSelector"] for asked in server.asked} == {"1a=b"}


def test_what_is_no_list(reach):
    with false_cluster(lambda asked: Reply(document=CART)) as server, pytest.raises(ClusterError, match="is no list"):
        list(reach(server.url).pages("/api/v1/pods"))


def test_a_list_that_never_ends(reach, monkeypatch):
    monkeypatch.setattr("app.kubernetes.access._MOST_PAGES", 3)
    page = {"metadata": {"continue": "again"}, "items": []}
    with false_cluster(lambda asked: Reply(document=page)) as server, pytest.raises(ClusterError, match="does not end"):
        list(reach(server.url).pages("/api/v1/pods"))


def _event(kind, of):
    return json.dumps({"type": kind, "object": of}).encode() + b"\n"


def test_a_watch_gives_events_as_they_come_however_they_are_cut(reach):
    sent = _event("ADDED", {"a": 1}) + _event("BOOKMARK", {"b": 2}) + _event("DELETED", {"c": 3})
    chunks = [sent[at : at + 7] for at in range(0, len(sent), 7)]
    with false_cluster(lambda asked: Reply(chunks=chunks)) as server:
        events = list(reach(server.url).watch("/api/v1/pods", "7"))
    assert events == [("ADDED", {"a": 1}), ("BOOKMARK", {"b": 2}), ("DELETED", {"c": 3})]
    query = server.asked[0].query
    assert (query["watch"], query["resourceVersion"], query["allowWatchBookmarks"]) == ("1", "7", "true")


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (status(410, "too old resource version"), ClusterExpired),
        (Reply(chunks=[_event("ERROR", {"kind": "Status", "code": 410, "message": "too old"})]), ClusterExpired),
        (Reply(chunks=[_event("ERROR", {"kind": "Status", "code": 500, "message": "no"})]), ClusterUnreachable),
        (Reply(chunks=[_event("ERROR", {})]), ClusterUnreachable),
        (Reply(chunks=[b"garbage\n"]), ClusterError),
        (Reply(chunks=[_event("ODD", {})]), ClusterError),
        (Reply(chunks=[_event("ADDED", None)]), ClusterError),
        (status(403, 'pods is forbidden: User "me" cannot watch resource'), ClusterForbidden),
    ],
)
def test_a_watch_that_fails(reach, reply, error):
    with false_cluster(lambda asked: reply) as server, pytest.raises(error):
        list(reach(server.url).watch("/api/v1/pods", "7"))


def test_closing_ends_a_watch_that_waits(reach):
    begun, over = threading.Event(), threading.Event()

    def chunks():
        yield _event("ADDED", {})
        over.wait(30)

    with false_cluster(lambda asked: Reply(chunks=_Once(chunks()))) as server:
        access = reach(server.url)
        failed = []

        def follow():
            try:
                for _ in access.watch("/api/v1/pods", "7"):
                    begun.set()
            except ClusterUnreachable as error:
                failed.append(str(error))

        thread = threading.Thread(target=follow)
        thread.start()
        assert begun.wait(10)
        access.close()
        thread.join(10)
        over.set()
        assert not thread.is_alive()
    assert failed == ["the access to the cluster was closed"]


class _Once(list):
    """Chunks that are made as they are sent."""

    def __init__(self, made):
        super().__init__([b""])
        self._made = made

    def __iter__(self):
        return self._made


@pytest.mark.parametrize(
    ("kind", "body", "content_type"),
    [
        ("strategic", {"spec": {}}, "application/strategic-merge-patch+json"),
        ("merge", {"spec": {}}, "application/merge-patch+json"),
        ("json", [{"op": "test"}], "application/json-patch+json"),
        ("apply", {"kind": "Deployment"}, "application/apply-patch+yaml"),
    ],
)
def test_a_patch_is_sent_as_what_it_is(reach, kind, body, content_type):
    with false_cluster(lambda asked: Reply(document=CART)) as server:
        reach(server.url).patch(PATH, body, kind)
    (asked,) = server.asked
    assert (asked.method, asked.body, asked.headers["Content-Type"]) == ("PATCH", body, content_type)
    assert asked.query == {"fieldManager": "leakwatch"}


def test_a_dry_run_says_so(reach):
    with false_cluster(lambda asked: Reply(201, CART)) as server:
        access = reach(server.url)
        access.patch(PATH, {}, "merge", dry_run=True)
        access.post("/api/v1/namespaces/shop/events", {"kind": "Event"}, dry_run=True)
    assert [asked.query["dryRun"] for asked in server.asked] == ["All", "All"]


def test_a_json_patch_must_be_a_list(reach):
    with pytest.raises(ValueError, match="is a list"):
        reach("http://127.0.0.1:1").patch(PATH, {}, "json")


def _unusable(tmp_path, content):
    file = tmp_path / "kubeconfig"
    file.write_bytes(content)
    return ClusterAccess.of(load_settings(kubernetes_kubeconfig=file))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"{", "not valid YAML"),
        (b"users: [token: s3cret: x", "not valid YAML"),
        (b"\xff\xfe\x00", "not valid YAML"),
        (b"- a\n", "not in the form of a kubeconfig"),
        (b"just text", "not in the form of a kubeconfig"),
        (b"apiVersion: v1\nkind: Config\n", "Expected key current-context"),
        (b"current-context: gone\ncontexts: []\nclusters: []\nusers: []\n", "Expected object with name gone"),
    ],
)
def test_a_broken_kubeconfig_is_told_and_not_quoted(tmp_path, content, says):
    with pytest.raises(ClusterError, match=says) as caught:
        _unusable(tmp_path, content).get(PATH)
    assert str(caught.value).startswith("kubernetes_kubeconfig: ")
    assert "s3cret" not in str(caught.value)


def test_a_kubeconfig_that_is_not_there(tmp_path):
    access = ClusterAccess.of(load_settings(kubernetes_kubeconfig=tmp_path / "none"))
    with pytest.raises(ClusterError, match="there is no file"):
        access.get(PATH)


def test_a_context_that_is_not_in_the_kubeconfig(reach):
    with pytest.raises(ClusterError, match="Expected object with name elsewhere"):
        reach("http://127.0.0.1:1", kubernetes_context="elsewhere").get(PATH)


def test_a_certificate_file_that_is_gone(tmp_path):
    file = kubeconfig(tmp_path, "https://127.0.0.1:1", {"client-certificate": "/gone.pem", "client-key": "/gone.key"})
    with pytest.raises(ClusterError, match=r"File does not exist: /gone\.pem"):
        ClusterAccess.of(load_settings(kubernetes_kubeconfig=file)).get(PATH)


@pytest.mark.parametrize(
    ("provider", "says"),
    [
        ({"name": "gcp", "config": {"cmd-path": "gcloud"}}, "auth-provider, which kubectl no longer knows"),
        ({"name": "oidc", "config": {}}, "auth-provider, which kubectl no longer knows"),
    ],
)
def test_an_old_way_to_log_in(reach, provider, says):
    with pytest.raises(ClusterError, match=says):
        reach("http://127.0.0.1:1", {"auth-provider": provider}).get(PATH)


def test_the_token_of_oidc_is_used_as_it_is(reach):
    user = {"auth-provider": {"name": "oidc", "config": {"id-token": "T"}}}
    with false_cluster(lambda asked: Reply(document=CART)) as server:
        reach(server.url, user).get(PATH)
    assert server.asked[0].headers["authorization"] == "Bearer T"


def test_no_service_account_where_there_is_no_pod():
    with pytest.raises(ClusterError, match="no service account"):
        ClusterAccess.of(load_settings(kubernetes="in_cluster")).get(PATH)
