"""Hosts, other sites' pages, proxies' paths, headers of the answers."""

from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import load_settings

API = "/api/v1/incidents"


@pytest.fixture
def client_of(sqlite_engine, told):
    """A client of an application with these settings, which asks for no token unless told otherwise."""

    def make(base_url="http://testserver", **settings):
        given = {"scan_on_start": False, "insecure_no_auth": True} | settings
        return TestClient(create_app(load_settings(**given), sqlite_engine, told), base_url=base_url)

    return make


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("leakwatch.example.org", 200),
        ("LEAKWATCH.example.org:8443", 200),
        ("a.b.example.net", 200),
        ("[::1]:8080", 200),
        ("10.0.0.1", 200),
        ("example.net", 400),
        ("evilexample.net", 400),
        ("leakwatch.example.org.evil.test", 400),
        ("evil.test", 400),
        ("", 400),
        ("[::1", 400),
    ],
)
def test_only_hosts_that_are_trusted(client_of, host, status):
    client = client_of(trusted_hosts="leakwatch.example.org,*.example.net,[::1],10.0.0.1")
    answer = client.get(API, headers={"Host": host})
    assert answer.status_code == status
    # A kubelet asks by the pod's address.
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


def test_an_unknown_host_is_a_problem(client_of):
    answer = client_of(trusted_hosts="a.example").get(API)
    assert answer.json()["type"] == "urn:leakwatch:problem:unknown-host"


def test_any_host_unless_told_otherwise(client_of):
    assert client_of().get(API, headers={"Host": "whatever.test"}).status_code == 200


PREFLIGHT = {"Origin": "https://grafana.example.org", "Access-Control-Request-Method": "POST"}


def test_pages_of_other_sites_get_nothing(client_of):
    client = client_of(insecure_no_auth=False)
    assert client.options(API, headers=PREFLIGHT).status_code == 401
    answer = client_of().get(API, headers={"Origin": "https://grafana.example.org"})
    assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_pages_of_an_origin_that_is_allowed_may(client_of):
    client = client_of(insecure_no_auth=False, cors_origins="https://grafana.example.org")
    asked = client.options(API, headers=PREFLIGHT | {"Access-Control-Request-Headers": "authorization,if-match"})
    assert asked.status_code == 200
    assert asked.headers["access-control-allow-origin"] == "https://grafana.example.org"
    # What is refused can be read, too.
    answer = client.get(API, headers={"Origin": "https://grafana.example.org"})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (401, "https://grafana.example.org")
    assert "access-control-allow-credentials" not in answer.headers
    other = client.get(API, headers={"Origin": "https://evil.test"})
    assert "access-control-allow-origin" not in other.headers


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://grafana.example.org", 202),
        ("https://leakwatch.example.org", 202),
        ("http://testserver", 202),
        ("https://evil.test", 403),
        ("null", 403),
        ("http://[", 403),
        ("https://leakwatch.example.org.evil.test", 403),
    ],
)
def test_whose_pages_may_change_something(client_of, origin, status):
    settings = {"cors_origins": "https://grafana.example.org", "public_url": "https://leakwatch.example.org/base"}
    with client_of(**settings) as client:
        assert client.post("/api/v1/scans", headers={"Origin": origin}).status_code == status


def test_strict_transport_under_tls_only(client_of):
    assert "strict-transport-security" not in client_of().get("/healthz").headers
    answer = client_of("https://testserver").get("/healthz")
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


def test_other_sites_can_neither_embed_nor_open_it(client_of):
    headers = client_of().get("/docs").headers
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("sent", ["/leakwatch", ""], ids=["kept by the proxy", "stripped by the proxy"])
def test_below_a_root_path(client_of, sent):
    with client_of(root_path="/leakwatch") as client:
        assert client.get(f"{sent}/healthz").status_code == 200
        assert client.get(f"{sent}/sign-in", follow_redirects=False).headers["location"] == "/leakwatch/"
        assert 'href="/leakwatch/docs/style.css"' in client.get(f"{sent}/docs").text
        begun = client.post(f"{sent}/api/v1/scans")
        assert begun.headers["location"] == "/leakwatch/api/v1/scans/1"
        assert client.get(f"{sent}/openapi.json").json()["servers"] == [{"url": "/leakwatch"}]


@pytest.mark.parametrize("sent", ["/leakwatch", ""])
def test_links_below_a_root_path(client_of, sent, told):
    with client_of(root_path="/leakwatch") as client:
        for name in ("a", "b"):
            client.post(f"{sent}/api/v1/tokens", json={"name": name, "role": "viewer"})
        link = client.get(f"{sent}/api/v1/tokens?limit=1").headers["link"]
    assert link.startswith("</leakwatch/api/v1/tokens?limit=1&cursor=")


@pytest.mark.parametrize(
    "path", ["/leakwatch/api/v1/incidents", "/api/v1/incidents", "/leakwatch", "/leakwatchhealthz"]
)
def test_a_root_path_opens_nothing(client_of, path):
    client = client_of(root_path="/leakwatch", insecure_no_auth=False)
    assert client.get(path).status_code == 401


HOSTILE = [
    "' OR 1=1 --",
    '"; DROP TABLE incidents; --',
    "%' OR '%'='",
    "\\",
    "<script>alert(1)</script>",
    '{namespace=~".*"}',
    "a\r\nX-Evil: 1",
    "\x1b[31m",
    "\u202e",
    "\x00",
    "\ud800",
    "../../etc/passwd",
    "${jndi:ldap://x}",
    "{{7*7}}",
]


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize(
    "name", ["namespace", "workload", "container", "cluster", "cursor", "state", "since", "nosuch"]
)
def test_hostile_parameters_find_nothing_and_break_nothing(client_of, name, value):
    answer = client_of().get(API, params={name: value.encode("utf-8", "surrogatepass")})
    assert answer.status_code in {200, 400, 422}
    assert "x-evil" not in answer.headers
    assert answer.headers["content-type"] in {"application/json", "application/problem+json"}
    assert answer.status_code != 200 or answer.json()["items"] == []
    assert client_of().get(API).status_code == 200


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_paths_are_not_there(client_of, value):
    address = "/api/v1/incidents/" + quote(value.encode("utf-8", "surrogatepass"), safe="")
    answer = client_of().get(address)
    assert answer.status_code in {404, 422}
    assert answer.headers["content-type"] == "application/problem+json"
