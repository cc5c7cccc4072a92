"""A verification of rules, for people and for programs."""

import csv
import io
import json

import pytest
from rich.console import Console

from app.domain.verification import (
    ARMED,
    Loading,
    Nearness,
    Reason,
    RuleVerdict,
    Standing,
    State,
    Verification,
    all_needed,
    because,
    one_enough,
)
from app.output import verification_write
from app.output.formats import Format
from app.output.verification_write import write_verification

NOW = 1_790_000_000.0
LOADING = Loading("g", "g.yml", "ok", "", NOW - 10, 0.01, 30.0, firing=2)


def _rule(name, state, *reasons, **more):
    return RuleVerdict("alert", name, "g", "x > 1", state, reasons, state, **more)


FOUND = Verification(
    "http://prometheus:9090",
    NOW,
    (
        _rule("Well", State.ARMED, loading=LOADING, nearness=Nearness(0.5, ">", 0.9, (("pod", "web-1"),))),
        _rule("Quiet", State.NO_CASE, "none now"),
        _rule("Blind", State.BLIND, "no series of `x`", loading=LOADING),
        *(_rule(f"Blind{n}", State.BLIND, "no series of `x`") for n in range(5)),
        _rule("Odd", State.UNKNOWN, "it was cut"),
        _rule("Missing", State.MISSING, "it is not loaded", notes=("=a note",)),
    ),
)


def _written(form):
    out = io.StringIO()
    write_verification(FOUND, form, out)
    return out.getvalue()


def test_what_needs_work_comes_first():
    assert [one.name for one in FOUND.worst_first] == [
        *("Missing", "Blind", "Blind0", "Blind1", "Blind2", "Blind3", "Blind4", "Odd", "Quiet", "Well")
    ]


def test_the_table_tells_values_reasons_and_sums():
    text = _written(Format.TABLE)
    well = next(line for line in text.splitlines() if line.startswith("Well"))
    assert well.split() == ["Well", "armed,", "2", "firing", "0.5", ">", "0.9", "alert", "g"]
    assert "  Blind, Blind0, Blind1, Blind2 and 2 more: no series of `x`" in text
    assert "1 armed; 1 armed, no case; 1 unknown; 6 blind; 1 missing (10 rules at http://prometheus:9090" in text


def test_a_narrow_terminal_shows_rules_and_states():
    out = io.StringIO()
    verification_write._print(Console(file=out, width=30, color_system=None, force_terminal=True), FOUND)
    assert out.getvalue().splitlines()[0].split() == ["RULE", "STATE"]


def test_json_is_one_document_with_counts():
    document = json.loads(_written(Format.JSON))
    counts = document["verification"]["counts"]
    assert counts == {"armed": 1, "armed_no_case": 1, "unknown": 1, "blind": 6, "missing": 1}
    well = document["rules"][-1]
    assert well["nearest"] == {"value": 0.5, "op": ">", "threshold": 0.9, "labels": {"pod": "web-1"}}
    assert (well["loaded"]["firing"], well["loaded"]["last_evaluation_at"]) == (2, "2026-09-21T14:13:10Z")
    assert document["rules"][0]["loaded"] is None


def test_csv_has_a_line_for_each_rule_and_none_that_a_spreadsheet_runs():
    rows = list(csv.DictReader(io.StringIO(_written(Format.CSV))))
    assert len(rows) == len(FOUND.rules)
    assert (rows[0]["name"], rows[0]["group"], rows[0]["notes"]) == ("Missing", "g", "'=a note")
    assert (rows[-1]["value"], rows[-1]["op"], rows[-1]["threshold"]) == ("0.5", ">", "0.9")


NO_CASE, UNKNOWN, BLIND = (because(state, state.value) for state in (State.NO_CASE, State.UNKNOWN, State.BLIND))


@pytest.mark.parametrize(
    ("parts", "all_of_them", "one_of_them"),
    [
        ([], State.ARMED, State.ARMED),
        ([ARMED, NO_CASE], State.NO_CASE, State.ARMED),
        ([ARMED, BLIND], State.BLIND, State.ARMED),
        ([NO_CASE, BLIND], State.BLIND, State.NO_CASE),
        ([NO_CASE, UNKNOWN], State.UNKNOWN, State.NO_CASE),
        ([UNKNOWN, BLIND], State.BLIND, State.UNKNOWN),
    ],
)
def test_how_parts_make_a_whole(parts, all_of_them, one_of_them):
    assert all_needed(parts).state is all_of_them
    assert one_enough(parts).state is one_of_them


def test_a_whole_has_the_reasons_of_the_parts_that_decide_each_once():
    assert all_needed([BLIND, NO_CASE, BLIND]) == Standing(State.BLIND, (Reason("blind"),))
