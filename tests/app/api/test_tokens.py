"""`/api/v1/tokens`."""

import pytest
from fastapi.testclient import TestClient

from app.domain.access import Role
from app.main import create_app
from app.services.tokens import TokenService
from app.settings import load_settings

PATH = "/api/v1/tokens"


@pytest.fixture
def client(sqlite_engine, told):
    """A client of an admin."""
    text = TokenService(sqlite_engine).create("root", Role.ADMIN, None, "test").text
    app = create_app(load_settings(scan_on_start=False), sqlite_engine, told)
    with TestClient(app, headers={"Authorization": f"Bearer {text}"}) as client:
        yield client


def test_one_is_made_used_and_revoked(client, app):
    made = client.post(PATH, json={"name": "ci", "role": "viewer"})
    assert made.status_code == 201
    assert made.headers["cache-control"] == "no-store"
    one = made.json()
    assert (one["role"], one["state"], one["created_by"]) == ("viewer", "active", "root")
    theirs = {"Authorization": f"Bearer {one['token']}"}
    assert client.get("/api/v1/scans", headers=theirs).status_code == 200
    assert client.get(PATH, headers=theirs).status_code == 403
    revoked = client.post(f"{PATH}/{one['id']}/revoke").json()
    assert (revoked["state"], revoked["revoked_by"]) == ("revoked", "root")
    assert client.post(f"{PATH}/{one['id']}/revoke").json() == revoked


def test_the_secret_is_told_once(client):
    made = client.post(PATH, json={"name": "ci", "role": "viewer"}).json()
    listed = client.get(PATH)
    assert made["token"] not in listed.text
    assert made["token"].split("_")[2] not in listed.text
    assert [one["name"] for one in listed.json()["items"]] == ["ci", "root"]


def test_how_long_it_is_in_force(client):
    lives = [None, 60, 90 * 86_400]
    made = [
        client.post(PATH, json={"name": "x", "role": "viewer", "expires_in_seconds": life}).json() for life in lives
    ]
    assert made[0]["expires_at"] is None
    assert made[1]["created_at"] < made[1]["expires_at"] < made[2]["expires_at"]
    default = client.post(PATH, json={"name": "x", "role": "viewer"}).json()
    assert default["expires_at"] >= made[2]["expires_at"]


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({}, 422, "name"),
        ({"name": "x"}, 422, "role"),
        ({"name": "x", "role": "root"}, 422, "role"),
        ({"name": "", "role": "viewer"}, 422, "name"),
        ({"name": "\n", "role": "viewer"}, 400, "name"),
        ({"name": "x" * 101, "role": "viewer"}, 422, "name"),
        ({"name": "x", "role": "viewer", "expires_in_seconds": 0}, 422, "expires_in_seconds"),
        ({"name": "x", "role": "viewer", "expires_in_seconds": 10**12}, 422, "expires_in_seconds"),
        ({"name": "x", "role": "viewer", "expires": "90d"}, 422, "expires"),
    ],
)
def test_wrong_input_is_named(client, body, status, says):
    answer = client.post(PATH, json=body)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.json()["detail"]


def test_pages_join_to_the_whole(client):
    for number in range(4):
        client.post(PATH, json={"name": str(number), "role": "viewer"})
    names, address = [], f"{PATH}?limit=2"
    while address:
        answer = client.get(address)
        names += [one["name"] for one in answer.json()["items"]]
        address = answer.links.get("next", {}).get("url")
    assert names == ["3", "2", "1", "0", "root"]


def test_one_that_is_not_there(client):
    assert client.post(f"{PATH}/99/revoke").status_code == 404
