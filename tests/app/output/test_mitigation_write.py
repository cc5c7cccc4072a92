"""Acts against leaks as the command shows them."""

import io
from dataclasses import replace

import pytest

from app.domain.mitigation.model import MitigationState, Owner, Way
from app.output.formats import Format
from app.output.mitigation_write import write_mitigation, write_mitigations
from tests.support.mitigation_rows import PLAN, mitigation

S = MitigationState
NOW = 1_800_000_060.0


def _shown(one):
    out = io.StringIO()
    write_mitigation(one, Format.TABLE, out, NOW)
    return out.getvalue()


def test_a_proposal_has_all_that_is_to_be_decided_on():
    one = replace(mitigation(expires_at=NOW + 600), id=12)
    assert _shown(one) == (
        "mitigation 12, proposed: Roll Deployment shop/cart back to revision 41 (shop/cart:v41)\n"
        "  for incident 1, shop/cart/app\n"
        "  proposed by ann 1m ago: it leaks\n"
        "what changes\n"
        "  spec.template.spec.containers[app].image\n"
        "    - shop/cart:v42\n"
        "    + shop/cart:v41\n"
        "what it disturbs\n"
        "  3 of 3 pods are ready; 1 may be down at once\n"
        "`leakwatch mitigate approve 12` lets it be done; it expires in 10m\n"
    )


@pytest.mark.parametrize(
    ("state", "more", "says"),
    [
        (S.APPROVED, {"note": "no whole answer in 10 s"}, "no whole answer in 10 s"),
        (S.APPROVED, {}, "it is not done yet: the service, or `leakwatch mitigate carry`, goes on with it for 10m"),
        (S.WATCHING, {"note": "2 of 3 pods are new"}, "2 of 3 pods are new"),
        (S.NO_EFFECT, {"outcome": "the leak is still there"}, "mitigation 0, no_effect"),
        (S.PROPOSED, {"plan": replace(PLAN, bought="buys 26 h")}, "  buys 26 h\n"),
    ],
)
def test_how_it_stands(state, more, says):
    assert says in _shown(mitigation(state=state, **more))


def test_the_time_that_is_bought_is_said_once():
    plan, outcome = replace(PLAN, bought="buys 26 h"), "the leak is not mended: buys 26 h"
    assert _shown(mitigation(state=S.SUCCEEDED, plan=plan, outcome=outcome)).count("buys 26 h") == 1


def test_what_is_done_by_hand_has_its_commands_and_nothing_to_approve():
    plan = replace(PLAN, way=Way.BY_HAND, owner=Owner("helm", "cart", "shop"), commands=("helm rollback cart 3",))
    shown = _shown(mitigation(plan=plan))
    assert "kept by helm as cart: it is not changed behind its back\nto run by hand\n  helm rollback cart 3\n" in shown
    assert "approve" not in shown


def test_a_list_in_a_pipe_is_never_cut():
    out = io.StringIO()
    write_mitigations([mitigation(state=S.FAILED, outcome="x" * 300)], Format.TABLE, out, NOW)
    assert "x" * 300 in out.getvalue()


def test_a_list_of_nothing_says_so():
    out = io.StringIO()
    write_mitigations([], Format.TABLE, out, NOW)
    assert out.getvalue() == "No mitigations of that kind.\n"


def test_a_cell_of_a_spreadsheet_is_no_formula():
    out = io.StringIO()
    write_mitigation(mitigation(reason="=1+1"), Format.CSV, out, NOW)
    assert ",=1+1" not in out.getvalue()
