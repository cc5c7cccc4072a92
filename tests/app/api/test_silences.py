"""`/api/v1/silences`."""

import time

import pytest

from app.output.document import rfc3339

URL = "/api/v1/silences"
MATCHERS = [{"name": "namespace", "op": "=", "value": "shop"}, {"name": "workload", "op": "=~", "value": "ca.*"}]


def _wanted(**more):
    return {"matchers": MATCHERS, "ends_at": rfc3339(time.time() + 3600), "comment": "deploying", **more}


def test_made_seen_changed_and_ended(client):
    made = client.post(URL, json=_wanted())
    assert (made.status_code, made.headers["location"], made.headers["etag"]) == (201, f"{URL}/1", '"1"')
    one = client.get(made.headers["location"])
    assert (one.json(), one.headers["etag"]) == (made.json(), '"1"')
    assert (one.json()["state"], one.json()["author"], one.json()["matchers"]) == ("active", "anonymous", MATCHERS)
    changed = client.put(f"{URL}/1", json=_wanted(comment="longer"), headers={"If-Match": '"1"'})
    assert (changed.json()["changed"], changed.json()["silence"]["comment"]) == (True, "longer")
    ended = client.post(f"{URL}/1/expire", headers={"If-Match": changed.headers["etag"]})
    assert (ended.json()["silence"]["state"], ended.headers["etag"]) == ("expired", '"3"')
    assert client.post(f"{URL}/1/expire").json()["changed"] is False


def test_lists_newest_first_in_pages_and_by_state(client):
    for _ in range(3):
        client.post(URL, json=_wanted())
    client.post(f"{URL}/2/expire")
    first = client.get(f"{URL}?limit=2")
    second = client.get(first.links["next"]["url"])
    assert [one["id"] for one in first.json()["items"] + second.json()["items"]] == [3, 2, 1]
    assert [one["id"] for one in client.get(f"{URL}?state=active").json()["items"]] == [3, 1]
    assert [one["id"] for one in client.get(f"{URL}?state=expired&state=pending").json()["items"]] == [2]


def test_with_a_key_one_is_made(client):
    body = _wanted()
    made = [client.post(URL, json=body, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert made[0].content == made[1].content
    assert made[0].headers["location"] == made[1].headers["location"]
    assert len(client.get(URL).json()["items"]) == 1


@pytest.mark.parametrize("header", ['"2"', '"x"'])
def test_one_that_was_changed_since_is_not_touched(client, header):
    client.post(URL, json=_wanted())
    headers = {"If-Match": header}
    assert client.put(f"{URL}/1", json=_wanted(comment="longer"), headers=headers).status_code == 412
    assert client.post(f"{URL}/1/expire", headers=headers).status_code == 412
    assert client.get(f"{URL}/1").json()["version"] == 1


def test_what_is_over_is_not_changed(client):
    client.post(URL, json=_wanted())
    client.post(f"{URL}/1/expire")
    assert client.put(f"{URL}/1", json=_wanted()).status_code == 409


@pytest.mark.parametrize(
    ("more", "status", "says"),
    [
        ({"matchers": []}, 422, "matchers"),
        ({"matchers": MATCHERS * 11}, 422, "matchers"),
        ({"matchers": [{"name": "pod", "op": "=", "value": "x"}]}, 422, "name"),
        ({"matchers": [{"name": "workload", "op": "~", "value": "x"}]}, 422, "op"),
        ({"matchers": [{"name": "workload", "op": "=~", "value": "("}]}, 400, "the expression for workload"),
        ({"matchers": [{"name": "workload", "op": "=~", "value": ".*"}]}, 400, "nearly everything"),
        ({"matchers": [{"name": "workload", "op": "=", "value": "x" * 256}]}, 422, "value"),
        ({"ends_at": "2001-01-01T00:00:00Z"}, 400, "ends_at"),
        ({"ends_at": "2001-01-01T00:00:00"}, 422, "ends_at"),
        ({"ends_at": "9000-01-01T00:00:00Z"}, 400, "ends_at"),
        ({"comment": ""}, 422, "comment"),
        ({"author": "me"}, 422, "author"),
    ],
)
def test_wrong_input_is_named(client, more, status, says):
    answer = client.post(URL, json=_wanted(**more))
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    assert says in answer.json()["detail"]
    assert client.get(URL).json()["items"] == []


@pytest.mark.parametrize(("number", "status"), [("9", 404), ("0", 422), ("9223372036854775808", 422)])
def test_one_that_is_not_there(client, number, status):
    assert client.get(f"{URL}/{number}").status_code == status
    assert client.put(f"{URL}/{number}", json=_wanted()).status_code == status
    assert client.post(f"{URL}/{number}/expire").status_code == status
