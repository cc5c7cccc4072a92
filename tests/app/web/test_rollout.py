"""What pages show of the rollout that is suspected."""

import re

import pytest
from fastapi.testclient import TestClient

from app.domain.access import Role
from app.domain.rolled_out import RolledOutBy
from app.output.document import finding_document
from app.web.rollout import rollout_shown
from detectors.at_age import NOT_COMPARED
from tests.app.web.conftest import Person
from tests.support.findings import NOW
from tests.support.incident_rows import keep, leak
from tests.support.suspects import HOUR, suspected
from tests.support.workload_rows import judged

HOSTILE = "<img src=x onerror=alert(1)>"
BACK = '<input type="hidden" name="revision" value="3">'


def shown(*given, **more):
    return rollout_shown(finding_document(suspected(leak("cart"), *given, **more)))


def brought(page):
    """What the page says there, blanks as one."""
    part = page.text.partition('aria-labelledby="h-brought"')[2].partition("</section>")[0]
    return " ".join(re.sub(r"<[^>]*>", " ", part.partition(">")[2]).split())


@pytest.fixture(params=["incident", "workload"])
def page_of(request, viewer, sqlite_engine):
    """The page of a finding, of its incident or of its workload."""

    def page(found):
        number = keep(sqlite_engine, found)
        judged(sqlite_engine, found)
        return viewer.get(f"/incidents/{number}" if request.param == "incident" else f"/workloads/{found.fingerprint}")

    return page


def test_it_says_when_how_sure_and_what_changed(page_of):
    told = brought(page_of(suspected(leak("cart"))))
    assert told.startswith("What brought it Rollout 4 of 14 Jan 2027 21:48 UTC , 12 min before the growth began.")
    assert "Confirmed: between 75 min and 23 h of age a pod of it grew by 6.0 MiB/h" in told
    assert "one of rollout 3 by 1.0 KiB/h" in told
    for row in (
        "image app registry.example.org/cart:v1 → registry.example.org/cart:v2",
        "env CACHE_ITEMS app 1000 → unbounded",
        "env DB_PASSWORD app nothing → (hidden)",
    ):
        assert row in told


def test_a_secret_is_not_there(page_of):
    assert "hunter2" not in page_of(suspected(leak("cart"))).text


def test_without_access_to_a_cluster_there_is_nothing_of_it(page_of):
    page = page_of(leak("cart", suspect="v2"))
    assert page.status_code == 200
    assert "h-brought" not in page.text


def test_what_a_cluster_names_is_text(page_of):
    names = ({"image": "a"}, {"image": HOSTILE, "env": [{"name": HOSTILE, "value": HOSTILE}]})
    page = page_of(suspected(leak("cart"), names, change_cause=HOSTILE))
    assert HOSTILE not in page.text
    assert "&lt;img" in page.text


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"compared": NOT_COMPARED}, "What may have brought it"),
        ({"compared": NOT_COMPARED}, "What rollout 3 did at the same age could not be told."),
        ({"is_first": True, "compared": NOT_COMPARED}, "It is the first, so there is nothing to compare it with."),
        ({"began_at": None}, "an earlier revision taken up again: when is not kept."),
        ({"onset_at": NOW - 10.2 * HOUR}, "UTC , as the growth began."),
        ({"onset_at": float("-inf")}, "UTC ."),
        ({"commit": "0a1b2c3"}, "commit 0a1b2c3"),
        ({"change_cause": "release 7"}, "“release 7”"),
        ({"rolled_out_by": RolledOutBy("helm", "shop", "shop", "7", NOW)}, "Helm release shop, revision 7"),
        ({"rolled_out_by": RolledOutBy("argocd", "shop", "argocd", "0a1b2c3", NOW)}, "Argo CD application shop"),
        ({"fields": ({}, {})}, "Nothing of images, environment, resources, command or annotations differs"),
    ],
    ids=[
        "not borne out",
        "nothing to compare",
        "the first",
        "taken up again",
        "as it began",
        "an onset that is not known",
        "a commit",
        "a change cause",
        "Helm",
        "Argo CD",
        "nothing that is looked at",
    ],
)
def test_no_more_is_said_than_is_known(viewer, sqlite_engine, given, says):
    page = viewer.get(f"/incidents/{keep(sqlite_engine, suspected(leak('cart'), **given))}")
    assert says in brought(page)


@pytest.mark.parametrize(("suspect", "says"), [("v2", "Suspect v2"), (None, "Suspect not certain")])
def test_the_suspect_leads_to_it(viewer, sqlite_engine, suspect, says):
    page = viewer.get(f"/incidents/{keep(sqlite_engine, suspected(leak('cart')), suspect=suspect)}").text
    facts = page.partition('<dl class="facts">')[2].partition("</dl>")[0]
    assert '<a class="plain" href="#h-brought">what rollout 4 changed</a>' in facts
    assert says in " ".join(re.sub(r"<[^>]*>", " ", facts).split())


def test_a_hidden_value_that_is_another_is_one_cell():
    old, new = ({"env": [{"name": "API_KEY", "value": value}]} for value in ("a", "b"))
    assert [one.is_hidden for one in shown((old, new)).changes] == [True]


def test_a_digest_is_told_by_its_first_digits():
    old, new = ({"image": f"cart:v2@sha256:{digit * 64}"} for digit in "ab")
    (row,) = shown((old, new)).changes
    assert (row.before, row.after) == ("cart:v2@sha256:aaaaaaaaaaaa…", "cart:v2@sha256:bbbbbbbbbbbb…")


def test_many_changes_unfold_those_that_weigh_least():
    new = {"image": "cart:2", "env": [{"name": f"N{one}", "value": "1"} for one in range(9)]}
    found = shown(({}, new))
    assert [len(found.changes), len(found.more)] == [8, 2]
    assert found.changes[0].what == "image"


@pytest.mark.parametrize(
    ("role", "mode", "more", "offered"),
    [
        (Role.RESPONDER, "act", {}, True),
        (Role.RESPONDER, "propose", {}, True),
        (Role.VIEWER, "act", {}, False),
        (Role.RESPONDER, "off", {}, False),
        (Role.RESPONDER, "act", {"is_first": True}, False),
    ],
    ids=["may act", "may propose", "may only look", "acting is off", "there is none to go back to"],
)
def test_the_way_back_is_near_who_may_take_it(make_app, tokens, sqlite_engine, role, mode, more, offered):
    app = make_app(mitigation=mode, mitigation_namespaces=("shop",), kubernetes="off")
    person = Person(TestClient(app, follow_redirects=True))
    person.sign_in(tokens[role])
    page = person.get(f"/incidents/{keep(sqlite_engine, suspected(leak('cart'), **more))}").text
    assert ("Show what going back to rollout 3 would do" in page) is offered
    assert (BACK in page) is offered
