"""Query parameters that an operation does not know."""

import pytest


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/api/v1/incidents?sevrity=critical", "sevrity: is no parameter of this; severity is"),
        ("/api/v1/incidents?state=open&Limit=5", "Limit: is no parameter of this; limit is"),
        ("/api/v1/workloads?pod=cart-1", "pod: is no parameter of this, which takes "),
        ("/api/v1/scans/1?q=x", "q: is no parameter of this, which takes none"),
    ],
)
def test_one_is_refused_by_its_name(client, path, said):
    answer = client.get(path)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(said)
    assert answer.json()["errors"][0]["in"] == "query"


def test_an_act_is_not_done(client):
    assert client.post("/api/v1/scans?dry_run=true").status_code == 422
    assert client.get("/api/v1/scans").json()["items"] == []


@pytest.mark.parametrize(
    "path", ["/grafana/annotations?from=1767225600000&to=1767229200000&_=3", "/healthz?_=3", "/metrics?_=3"]
)
def test_what_other_programs_ask_may_have_more(client, path):
    assert client.get(path).status_code == 200
