"""A gate's answer as people read it on the command line."""

import io
from dataclasses import replace

import pytest

from app.domain.gate import Answer, ContainerGate, Question
from app.domain.scan import Problem
from app.output.formats import ExplanationFormat
from app.output.gate_write import write_answer
from detectors.canary.outcome import Basis, Comparison, Outcome, Side
from detectors.judgement import Reason

QUESTION = Question("shop", "cart")
SIDE = Side(2, 3600.0, 2e8, 1e6, 0.1, 4e8, 0, Basis.SAME_AGE)
TOLD = Comparison(Outcome.PASS, 0.2, 1e5, (0.0, 2e5), (Reason("no_growth_beyond", "it holds"),), (), SIDE, SIDE, None)


def _shown(*comparisons, **more):
    containers = tuple(ContainerGate(f"c{n}", "v1", "v2", one) for n, one in enumerate(comparisons))
    out = io.StringIO()
    write_answer(Answer(QUESTION, 0.0, containers, **more), ExplanationFormat.TABLE, out)
    return out.getvalue()


def test_one_container_is_told_with_both_sides_and_the_reasons():
    shown = _shown(TOLD)
    assert shown.startswith("shop/cart  pass\n")
    assert [line.split()[:2] for line in shown.splitlines() if line[:6] in {"stable", "canary"}] == [
        ["stable", "v1"],
        ["canary", "v2"],
    ]
    assert "  - it holds" in shown
    assert "c0" not in shown


def test_of_several_containers_each_is_named():
    shown = _shown(replace(TOLD, outcome=Outcome.FAIL), TOLD)
    assert shown.startswith("shop/cart  fail\n")
    assert "c0  fail" in shown
    assert "c1  pass" in shown


@pytest.mark.parametrize(("basis", "said"), [(Basis.LAST_HOUR, True), (Basis.SAME_TIME, False)])
def test_figures_of_a_stable_that_was_not_there_are_said_to_be_its_last(basis, said):
    assert ("the last hour it was seen" in _shown(replace(TOLD, stable=replace(SIDE, basis=basis)))) is said


def test_what_could_not_be_read_is_said_without_a_table():
    shown = _shown(unread=Reason("not_seen_yet", "no sample yet"), problems=(Problem("late", "it was late"),))
    assert shown == "shop/cart  inconclusive\n  - no sample yet\nnote: it was late\n"
