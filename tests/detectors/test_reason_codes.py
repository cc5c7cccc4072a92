"""Every reason that a detector can give is on exactly one side."""

import ast
from pathlib import Path

from detectors.reason_codes import AGAINST_LEAK, FOR_LEAK

DETECTORS = Path(__file__).resolve().parents[2] / "detectors"


def _texts(node):
    return {one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def _given_codes(function):
    """The codes that a function gives `Reason`, be it as they stand or by a name that is set from a choice of them."""
    for call in ast.walk(function):
        if not (isinstance(call, ast.Call) and ast.unparse(call.func) in {"Reason", "judgement.Reason"}):
            continue
        code = call.args[0]
        if isinstance(code, ast.Constant):
            yield code.value
            continue
        assigned = [one for one in ast.walk(function) if isinstance(one, ast.Assign)]
        choices = [one.value for one in assigned if ast.unparse(one.targets[0]) == ast.unparse(code)]
        assert choices, f"line {call.lineno}: the code of a Reason is not told here"
        for choice in choices:
            assert isinstance(choice, ast.IfExp), f"line {call.lineno}: say the code of a Reason as it stands"
            yield from _texts(choice.body) | _texts(choice.orelse)


def _codes(folder=DETECTORS, *, canary=False):
    for path in sorted(folder.rglob("*.py")):
        if (path.parent.name == "canary") is not canary:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                yield from _given_codes(node)


def test_all_codes_that_are_given_have_a_side_and_no_others_do():
    assert set(_codes()) == FOR_LEAK | AGAINST_LEAK


def test_no_code_is_on_both_sides():
    assert not FOR_LEAK & AGAINST_LEAK


def test_the_gates_reasons_are_words_of_their_own():
    assert not set(_codes(canary=True)) & {"rising_floor", "windows_agree", "flat_floor", "plateau"}
    assert {"oom_killed", "near_limit", "grows_beyond_stable", "no_growth_beyond"} <= set(_codes(canary=True))
