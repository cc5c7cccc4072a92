"""What of a payload is an alert, and what is not."""

import json

import orjson
import pytest

from app.alertmanager.payload import parse_notification
from app.errors import UsageError
from tests.support.notifications import alert, payload

NOW = 1_800_000_900.0


def _parsed(document):
    return parse_notification(json.dumps(document).encode(), NOW)


def _one(document):
    (entry,) = _parsed(document).alerts
    return entry


def _around(entry):
    return orjson.loads(orjson.dumps(entry["notification"]))


def test_every_field_of_0_25():
    entry = _one(payload(alert(pod="cart-0")))
    around = _around(entry)
    del entry["notification"]
    assert entry == {
        "fingerprint": "6b5a2a6ea1f01cf6",
        "starts_at": "2027-01-15 08:00:00.123000",
        "ends_at": None,
        "status": "firing",
        "labels": {"alertname": "KubePodCrashLooping", "namespace": "shop", "pod": "cart-0"},
        "annotations": {"summary": "Pod is crash looping."},
        "generator_url": "http://prometheus.example/graph",
    }
    sent = payload()
    del sent["alerts"]
    assert around == sent


def test_what_0_34_adds_and_what_nobody_knows_is_kept():
    more = {"notification_reason": "new alerts in group", "routeLabels": {"a": "b"}, "truncatedAlerts": 7}
    around = _around(_one(payload(alert(more={"silenceURL": "http://x"}), **more)))
    assert {name: around[name] for name in more} == more
    assert around["alert"] == {"silenceURL": "http://x"}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2027-01-15T08:00:00Z", "2027-01-15 08:00:00.000000"),
        ("2027-01-15T10:00:00.5+02:00", "2027-01-15 08:00:00.500000"),
        ("2027-01-15T08:00:00.123456789Z", "2027-01-15 08:00:00.123456"),
    ],
)
def test_times_are_utc_to_the_microsecond(given, kept):
    assert _one(payload(alert(starts_at=given)))["starts_at"] == kept


@pytest.mark.parametrize(
    ("status", "ends_at", "kept"),
    [
        ("firing", "0001-01-01T00:00:00Z", None),
        ("firing", "2027-01-15T09:00:00Z", None),
        ("resolved", "2027-01-15T08:10:00Z", "2027-01-15 08:10:00.000000"),
        ("resolved", "0001-01-01T00:00:00Z", "2027-01-15 08:15:00.000000"),
    ],
)
def test_only_what_is_resolved_has_an_end(status, ends_at, kept):
    assert _one(payload(alert(status=status, ends_at=ends_at)))["ends_at"] == kept


def test_an_end_that_a_firing_alert_expects_is_not_lost():
    entry = _one(payload(alert(ends_at="2027-01-15T09:00:00Z")))
    assert _around(entry)["alert"] == {"endsAt": "2027-01-15T09:00:00Z"}


@pytest.mark.parametrize(
    ("labels", "as_alertmanager_0_25_has_it"),
    [({"alertname": "A"}, "d2c6efc389df0927"), ({"b": "x y", "alertname": "Ä", "a_b": "1"}, "6691a02d1b5797d7")],
)
def test_without_a_fingerprint_it_is_alertmanagers_hash_of_the_labels(labels, as_alertmanager_0_25_has_it):
    entry = _one({"alerts": [{"status": "firing", "labels": labels, "startsAt": "2027-01-15T08:00:00Z"}]})
    assert entry["fingerprint"] == as_alertmanager_0_25_has_it
    assert (entry["annotations"], entry["generator_url"]) == ({}, "")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff", "not JSON"),
        (b'{"alerts": NaN}', "not JSON"),
        (b"[]", "alerts"),
        (b"1", "alerts"),
        (b"{}", "alerts"),
        (b'{"alerts": {}}', "alerts"),
        (b'{"alerts": null}', "alerts"),
        (b'{"alerts": [], "x": ' + b"[" * 600 + b"]" * 600 + b"}", "nested"),
    ],
)
def test_what_is_no_notification_is_refused(body, says):
    with pytest.raises(UsageError, match=says):
        parse_notification(body, NOW)


def test_no_alerts_at_all_is_set_aside():
    parsed = _parsed(payload())
    assert (parsed.alerts, [one.reason for one in parsed.set_aside]) == ([], ["it has no alerts"])


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (7, "not an object"),
        (None, "not an object"),
        ({**alert(), "labels": {}}, "labels"),
        ({**alert(), "labels": None}, "labels"),
        ({**alert(), "labels": ["a"]}, "labels"),
        ({**alert(), "labels": {"a": 1}}, "labels"),
        ({**alert(), "annotations": {"a": None}}, "annotations"),
        ({**alert(), "generatorURL": 1}, "generatorURL"),
        ({**alert(), "status": "pending"}, "status"),
        ({**alert(), "status": ["firing"]}, "status"),
        ({**alert(), "startsAt": None}, "startsAt"),
        ({**alert(), "startsAt": "0001-01-01T00:00:00Z"}, "startsAt"),
        ({**alert(), "startsAt": "yesterday"}, "startsAt"),
        ({**alert(), "startsAt": 1_800_000_000}, "startsAt"),
        ({**alert(), "startsAt": "2027-01-15T08:00:00"}, "startsAt"),
        ({**alert(), "startsAt": "9999-01-15T08:00:00Z"}, "startsAt"),
        ({**alert(), "endsAt": "x"}, "endsAt"),
        ({**alert(), "fingerprint": 5}, "fingerprint"),
        ({**alert(), "fingerprint": "x" * 65}, "fingerprint"),
        ({**alert(), "labels": {"alertname": "a\x00b"}}, "NUL"),
    ],
)
def test_an_alert_that_makes_no_sense_is_set_aside_and_the_others_are_kept(wrong, says):
    parsed = _parsed(payload(alert(), wrong))
    assert len(parsed.alerts) == 1
    (aside,) = parsed.set_aside
    assert says in aside.reason
    assert aside.content["alerts"] == [wrong]
    assert aside.content["receiver"] == "leakwatch"


def test_a_nul_around_the_alerts_sets_all_aside():
    parsed = _parsed(payload(alert(), receiver="a\x00"))
    assert (len(parsed.alerts), len(parsed.set_aside)) == (0, 1)
