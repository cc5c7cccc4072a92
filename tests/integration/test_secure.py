"""A real service, and what it lets in, through TLS, by way of proxies, slowly, and never into its log."""

import itertools
import json
import re
import socket
import time
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.support.servers import free_port, wait_until
from tests.support.service import make_certificate, running_service

API = "/api/v1/incidents"


@pytest.fixture
def new_token(leakwatch):
    """Makes a token in the database of the test."""

    def make(role="admin", name="test", **settings):
        assert leakwatch("db", "upgrade", **settings).status == 0
        done = leakwatch("token", "create", "--role", role, "--name", name, **settings)
        assert done.status == 0, done.err
        return done.out.strip()

    return make


def test_over_tls_with_a_token(tmp_path, new_token):
    token, certificate = new_token("viewer"), make_certificate(tmp_path)
    settings = {"tls_cert_file": certificate.file, "tls_key_file": certificate.key}
    with running_service(tmp_path, **settings) as service:
        assert service.url.startswith("https://127.0.0.1:")
        with service.client(token, verify=certificate.trusted()) as client:
            answer = client.get(API)
            assert (answer.status_code, answer.json()["items"]) == (200, [])
            assert answer.headers["strict-transport-security"] == "max-age=31536000"
            assert client.post("/api/v1/scans").status_code == 403
        with service.client(verify=certificate.trusted()) as client:
            assert client.get("/healthz").status_code == 200
            assert client.get(API).status_code == 401
        with service.client(token) as client, pytest.raises(httpx2.ConnectError, match="certificate"):
            client.get(API)
        with pytest.raises(httpx2.HTTPError):
            httpx2.get(service.url.replace("https", "http"), trust_env=False)
        assert service.process.stop() == 0


@pytest.mark.parametrize(
    ("cert", "key", "says"),
    [
        ("gone.pem", "service.key", "LEAKWATCH_TLS_CERT_FILE: cannot read"),
        ("service.pem", "gone.key", "LEAKWATCH_TLS_KEY_FILE: cannot read"),
        ("service.pem", "other.key", "is not the key of"),
        ("service.key", "service.key", "cannot be used"),
        ("text.pem", "service.key", "cannot be used"),
        ("locked.pem", "locked.key", "cannot be used"),
    ],
)
def test_a_certificate_that_cannot_be_used_is_said_at_the_start(tmp_path, leakwatch, cert, key, says):
    make_certificate(tmp_path)
    make_certificate(tmp_path, "other")
    make_certificate(tmp_path, "locked", "-passout", "pass:secret")
    (tmp_path / "text.pem").write_text("no certificate")
    done = leakwatch("serve", "--upgrade", tls_cert_file=tmp_path / cert, tls_key_file=tmp_path / key, port=0)
    assert (done.status, done.out) == (2, "")
    assert says in done.err
    assert done.err.count("\n") == 1


def test_on_any_address_with_tokens(tmp_path, new_token):
    token = new_token()
    with running_service(tmp_path, host="0.0.0.0") as service:
        assert "no token yet" not in service.log
        address = service.url.replace("0.0.0.0", "127.0.0.1")
        assert httpx2.get(address + API, trust_env=False).status_code == 401
        assert httpx2.get(address + API, headers={"Authorization": f"Bearer {token}"}, trust_env=False).is_success


def test_who_has_made_no_token_yet_is_told_how(tmp_path):
    with running_service(tmp_path) as service:
        assert "no token yet: make one with `leakwatch token create`" in service.log


def test_without_tokens_on_this_machine_alone(leakwatch):
    done = leakwatch("serve", "--upgrade", "--host", "0.0.0.0", "--insecure-no-auth", port=0)
    assert done.status == 2
    assert "--insecure-no-auth: 0.0.0.0 can be reached by others" in done.err


def test_without_tokens_it_says_so_and_is_only_this_machine(tmp_path):
    with running_service(tmp_path, "--insecure-no-auth") as service, service.client() as client:
        assert "asks for no token" in service.log
        assert client.get(API).status_code == 200
        # A page of another site, whose name was made to lead here.
        assert client.get(API, headers={"Host": "evil.test"}).status_code == 400


def test_a_token_that_is_revoked_opens_nothing_seconds_later(tmp_path, new_token, leakwatch):
    token, other = new_token(), new_token()
    with running_service(tmp_path) as service, service.client(token) as client:
        assert client.get(API).status_code == 200
        assert leakwatch("token", "revoke", token.split("_")[1], "--by", "ann").status == 0
        wait_until(lambda: client.get(API).status_code == 401, "the token is refused", 10)
        assert client.get(API, headers={"Authorization": f"Bearer {other}"}).status_code == 200
        reasons = [json.loads(line)["reason"] for line in service.log.splitlines() if "token refused" in line]
    assert set(reasons) == {"revoked"}


def test_when_a_token_was_used_is_kept_at_the_end_at_the_latest(tmp_path, new_token, leakwatch):
    token = new_token()
    with running_service(tmp_path) as service, service.client(token) as client:
        assert client.get(API).status_code == 200
        assert service.process.stop() == 0
    (listed,) = leakwatch("token", "list", "-o", "json").document["tokens"]
    assert listed["last_used_at"] is not None


def _guess(client, addresses):
    statuses = []
    for address in addresses:
        headers = {"X-Forwarded-For": address, "X-Forwarded-Proto": "https", "Authorization": "Bearer wrong"}
        statuses.append(client.get(API, headers=headers).status_code)
    return statuses


def test_a_proxy_that_is_trusted_is_believed(tmp_path, new_token):
    token = new_token()
    with running_service(tmp_path, trusted_proxies="127.0.0.0/8") as service, service.client(token) as client:
        assert _guess(client, ["192.0.2.1"] * 21)[-1] == 429
        answer = client.get(API, headers={"X-Forwarded-For": "192.0.2.2", "X-Forwarded-Proto": "https"})
        assert answer.status_code == 200
        assert "strict-transport-security" in answer.headers
        # Who is behind the proxy cannot name another by a header of their own.
        assert client.get(API, headers={"X-Forwarded-For": "192.0.2.2, 192.0.2.1"}).status_code == 429


def test_one_that_is_not_is_not(tmp_path, new_token):
    token = new_token()
    with running_service(tmp_path, trusted_proxies="10.0.0.1") as service, service.client(token) as client:
        answer = client.get(API, headers={"X-Forwarded-Proto": "https"})
        assert "strict-transport-security" not in answer.headers
        assert _guess(client, [f"192.0.2.{number}" for number in range(21)])[-1] == 429


def _ask(service, text):
    """What comes back until the connection is closed, and how long that took."""
    began = time.monotonic()
    address = urlsplit(service.url)
    with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
        connection.sendall(text)
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    return answer, time.monotonic() - began


def test_a_body_that_comes_too_slowly_is_given_up(tmp_path, new_token):
    token = new_token()
    with running_service(tmp_path, request_time_limit="500ms") as service:
        head = f"POST /api/v1/tokens HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
        answer, seconds = _ask(service, f"{head}Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{{".encode())
    assert answer.startswith(b"HTTP/1.1 503")
    assert b"too-slow" in answer
    assert seconds < 15


HEADS = [
    (431, b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 70_000),
    (431, b"GET /" + b"x" * 40_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"),
    (431, b"GET /?" + b"x" * 40_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"),
    (400, b"GET / HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n"),
    (
        400,
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    ),
    (400, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"),
]


def test_heads_that_are_too_large_or_make_no_sense(tmp_path):
    with running_service(tmp_path) as service:
        for status, text in HEADS:
            answer, _ = _ask(service, text)
            assert answer.startswith(f"HTTP/1.1 {status} ".encode()), text[:80]
        with service.client() as client:
            assert client.get("/healthz").status_code == 200
        assert "Traceback" not in service.log


SECRETS = {
    "token_key": "keykeykeykeykeykeykeykeykeykeykeysecret",
    "webhook_token": "hooksecret",
    "webhook_username": "am",
    "webhook_password": "hookpasssecret",
    "prometheus_token": "promsecret",
    "alertmanager_username": "lw",
    "alertmanager_password": "amsecret",
    "grafana_token": "grafanasecret",
}
FORGED = "/nowhere%0A%7B%22event%22%3A%22forged%22%7D%0D%1b%5B2J"


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_no_secret_and_no_forged_line_is_in_the_log(tmp_path, new_token, log_format):
    given = SECRETS | {"prometheus_url": f"http://127.0.0.1:{free_port()}", "prometheus_retries": 0, "recording": ""}
    token = new_token(token_key=SECRETS["token_key"])
    wrong = token[:-6] + "secret"
    settings = given | {"log_level": "debug", "log_format": log_format, "scan_on_start": "true"}
    with running_service(tmp_path, **settings) as service, service.client(token) as client:
        made = client.post("/api/v1/tokens", json={"name": "a\nforged", "role": "viewer"}).json()["token"]
        sent = [token, wrong, made, "Basic c2VjcmV0OnNlY3JldA==", "hooksecret"]
        for path, secret in itertools.product((API, FORGED, "/webhooks/alertmanager", "/docs"), sent):
            scheme = "" if secret.startswith("Basic") else "Bearer "
            client.get(f"{path}?token={secret}", headers={"Authorization": f"{scheme}{secret}"})
        client.post("/api/v1/tokens", content=f'{{"name": "{made}"', headers={"Content-Type": "application/json"})
        client.post("/api/v1/tokens", json={"name": made, "role": made, "token": made})
        client.get(f"{API}?cursor={made}")
        client.get(API, auth=("user", made))
        wait_until(lambda: "scan failed" in service.log, "the scan has failed")
        service.process.stop()
    log = service.log
    assert "token refused" in log
    for secret in [*(value for name, value in SECRETS.items() if not name.endswith("username")), token, wrong, made]:
        assert secret not in log
        assert secret.split("_")[-1] not in log
    assert "c2VjcmV0" not in log
    assert all(line.isprintable() for line in log.splitlines())
    if log_format == "json":
        events = [json.loads(line)["event"] for line in log.splitlines() if not line.startswith("leakwatch serves")]
        assert "forged" not in events
    else:
        assert not re.search(r"^\{", log, re.MULTILINE)
