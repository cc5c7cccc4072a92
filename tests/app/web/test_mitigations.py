"""The pages of acts: who may do what from them, and what they show."""

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from app.domain.access import Role
from app.domain.mitigation.model import FieldChange, MitigationState, Owner, Way
from tests.app.web.conftest import Person
from tests.support.incident_rows import keep, leak
from tests.support.mitigation_rows import PLAN, keep_mitigation

HOSTILE = "<img src=x onerror=alert(1)>"
S = MitigationState
SETTINGS = {"mitigation": "act", "mitigation_namespaces": ("shop",), "kubernetes": "off"}


@pytest.fixture
def cart(sqlite_engine):
    return keep(sqlite_engine, leak("cart"))


@pytest.fixture
def people(make_app, tokens):
    """Somebody of each role, on a service that may act."""
    app = make_app(**SETTINGS)

    def one(role):
        person = Person(TestClient(app, follow_redirects=True))
        person.sign_in(tokens[role])
        return person

    return {role: one(role) for role in Role}


@pytest.fixture
def admin(people):
    return people[Role.ADMIN]


def test_an_incident_shows_its_acts_and_a_form_to_propose_one(sqlite_engine, people, cart):
    keep_mitigation(sqlite_engine, cart, S.WATCHING, note="cannot tell yet: pods since then are 1 h old")
    page = people[Role.RESPONDER].get(f"/incidents/{cart}").text
    assert "Roll Deployment shop/cart back to revision 41" in page
    assert "Cannot tell yet: pods since then are 1 h old." in page
    assert f'action="/incidents/{cart}/mitigations"' in page
    assert f'action="/incidents/{cart}/mitigations"' not in people[Role.VIEWER].get(f"/incidents/{cart}").text


def test_where_acting_is_off_there_is_no_form(make_app, tokens, cart):
    person = Person(TestClient(make_app(), follow_redirects=True))
    person.sign_in(tokens[Role.ADMIN])
    assert 'id="h-mitigate"' not in person.get(f"/incidents/{cart}").text


def test_a_proposal_without_a_cluster_is_told_in_words(people, cart):
    page = people[Role.RESPONDER].post(f"/incidents/{cart}/mitigations", f"/incidents/{cart}", act="rollback")
    assert "Not proposed: there is no access to the API of the cluster" in page.text


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"act": "delete"}, "there is no such act"),
        ({"act": "rollback", "revision": "x"}, "not the number of one"),
        ({"act": "raise_limit", "limit": ""}, "is no amount of memory"),
    ],
)
def test_what_cannot_be_proposed(people, cart, fields, why):
    page = people[Role.RESPONDER].post(f"/incidents/{cart}/mitigations", f"/incidents/{cart}", **fields)
    assert why in page.text


def test_a_plan_shows_what_changes_and_disturbs_and_only_admins_approve(sqlite_engine, people, cart):
    number = keep_mitigation(sqlite_engine, cart)
    for role, person in people.items():
        page = person.get(f"/mitigations/{number}").text
        assert "shop/cart:v42" in page
        assert "shop/cart:v41" in page
        assert "3 of 3 pods are ready" in page
        assert (f"/mitigations/{number}/approve" in page) is (role is Role.ADMIN)
        assert (f"/mitigations/{number}/reject" in page) is role.includes(Role.RESPONDER)


def test_approving_and_what_is_told(sqlite_engine, admin, cart):
    number = keep_mitigation(sqlite_engine, cart)
    path = f"/mitigations/{number}"
    page = admin.post(f"{path}/approve", path, version="1", comment="v42 leaks")
    assert "Approved: it is done within seconds." in page.text
    assert "v42 leaks" in page.text


def test_a_plan_that_has_changed_since_it_was_read_is_not_approved(sqlite_engine, admin, cart):
    number = keep_mitigation(sqlite_engine, cart)
    path = f"/mitigations/{number}"
    page = admin.post(f"{path}/approve", path, version="9", comment="x")
    assert "Not approved" in page.text
    assert "was changed since" in page.text


def test_only_those_who_may(sqlite_engine, people, cart):
    number = keep_mitigation(sqlite_engine, cart)
    for path, fields, least in (
        (f"/mitigations/{number}/approve", {"version": "1"}, Role.ADMIN),
        ("/mitigations/resume", {}, Role.ADMIN),
        ("/mitigations/stop", {"comment": "x"}, Role.RESPONDER),
        (f"/mitigations/{number}/reject", {}, Role.RESPONDER),
        (f"/incidents/{cart}/mitigations", {"act": "rollback"}, Role.RESPONDER),
    ):
        for role, person in people.items():
            answer = person.client.post(path, data={"form_token": "wrong", **fields}, headers={"Accept": "text/html"})
            assert answer.status_code == 403, (path, role, "a form of nobody's is refused")
            if not role.includes(least):
                page = person.post(path, "/about", **fields) if "form_token" in person.get("/about").text else answer
                assert page.status_code == 403, (path, role)


def test_what_is_kept_elsewhere_shows_the_command_and_no_approval(sqlite_engine, admin, cart):
    plan = replace(
        PLAN,
        way=Way.BY_HAND,
        changes=(),
        owner=Owner("helm", "cart", "shop"),
        commands=("helm rollback cart 41 -n shop",),
    )
    number = keep_mitigation(sqlite_engine, cart, plan=plan)
    page = admin.get(f"/mitigations/{number}").text
    assert "helm rollback cart 41 -n shop" in page
    assert "Kept by Helm" in page
    assert "/approve" not in page


def test_the_emergency_stop_and_its_end(sqlite_engine, admin, cart):
    number = keep_mitigation(sqlite_engine, cart)
    assert "say why" in admin.post("/mitigations/stop", "/mitigations").text
    stopped = admin.post("/mitigations/stop", "/mitigations", comment="too many at once")
    assert "All acts are stopped." in stopped.text
    assert "too many at once" in stopped.text
    page = admin.get(f"/mitigations/{number}").text
    assert "/approve" not in page
    assert "All acts are stopped" in page
    assert "Acts may go on." in admin.post("/mitigations/resume", "/mitigations").text


def test_lists_what_is_under_way_and_what_is_over(sqlite_engine, admin, cart):
    keep_mitigation(sqlite_engine, cart)
    keep_mitigation(sqlite_engine, cart, S.FAILED, outcome="the workload is gone")
    under_way, over = admin.get("/mitigations").text, admin.get("/mitigations?state=over").text
    assert "proposed" in under_way
    assert "The workload is gone." not in under_way
    assert "The workload is gone." in over


@pytest.mark.parametrize("path", ["/mitigations", "/mitigations?state=over", "/mitigations?state=odd"])
def test_empty_lists_say_so(admin, path):
    assert admin.get(path).status_code == 200
    assert "Nothing " in admin.get(path).text


def test_one_that_is_not_there_is_not_found(admin):
    assert admin.get("/mitigations/99").status_code == 404


def test_what_comes_from_a_cluster_is_text(sqlite_engine, admin, cart):
    plan = replace(
        PLAN,
        summary=HOSTILE,
        changes=(FieldChange(HOSTILE, HOSTILE, HOSTILE),),
        owner=Owner("flux", HOSTILE, HOSTILE, HOSTILE),
        commands=(HOSTILE,),
        bought=HOSTILE,
    )
    number = keep_mitigation(
        sqlite_engine, cart, S.FAILED, plan=plan, outcome=HOSTILE, reason=HOSTILE, proposed_by=HOSTILE
    )
    for path in (f"/mitigations/{number}", "/mitigations?state=over", f"/incidents/{cart}"):
        assert HOSTILE not in admin.get(path).text


@pytest.mark.parametrize("state", S)
def test_every_state_has_a_page(sqlite_engine, admin, cart, state):
    number = keep_mitigation(sqlite_engine, cart, state, applying_at=1_800_000_000.0)
    page = admin.get(f"/mitigations/{number}")
    assert page.status_code == 200
    assert state.value.replace("_", " ") in page.text
