"""The fit of the coefficients, on made-up cases, and the file that it writes."""

import importlib.util
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

import detectors.coefficients as committed
from bench.calibration.__main__ import weighed
from bench.calibration.cases import Case, Label, cases_of
from bench.calibration.fit import fit_growth, fit_lifetimes, fit_workloads, is_judged, plainest, probabilities
from bench.calibration.report import families_with_mistakes, reliability, scores
from bench.calibration.write import write_coefficients
from detectors.coefficients import LIFETIME, UNTOLD_PROBABILITY, WORKLOAD
from tests.support.panels import MIB, hours, noise, panel_of

NAMES = LIFETIME.names
TRUE = {"windows_agree": 2.5, "agree_over_steps": 0.8, "ends": 0.5, "span": 1.0, "refills": -2.0}
TRUE_INTERCEPT = -4.0
COMMITTED = Path(committed.__file__)


def _case(figures, leak, *, weight=1.0, pooled=(0.0, 0.0), growth=None, family="made up"):
    rows = np.atleast_2d(np.array(figures, dtype=float)).reshape(-1, len(NAMES))
    return Case(family, leak, False, False, True, weight, rows, rows.shape[0], pooled, growth)


def _made(count=1200, seed=1):
    """Workloads of one to three lifetimes, of which one leaks, by known coefficients."""
    rng = np.random.default_rng(seed)
    weights = np.array([TRUE.get(name, 0.0) for name in NAMES])
    cases = []
    for _ in range(count):
        figures = rng.normal(0.0, 1.5, (int(rng.integers(1, 4)), len(NAMES)))
        plain = float((TRUE_INTERCEPT + figures @ weights).max())
        leak = bool(rng.random() < 1 / (1 + np.exp(-plain)))
        pooled = (float(rng.exponential(1.0)) * leak, float(rng.exponential(1.0)) * leak)
        rate = float(rng.uniform(1, 10))
        spread = float(rng.uniform(0.01, 0.2))
        growth = (rate * np.exp(rng.normal(0, np.hypot(0.1, spread))), spread, rate) if leak else None
        cases.append(_case(figures, leak, pooled=pooled, growth=growth))
    return cases


@pytest.fixture(scope="module")
def made():
    return _made()


@pytest.fixture(scope="module")
def fitted(made):
    lifetime = fit_lifetimes(made)
    return lifetime, fit_workloads(made, *lifetime), fit_growth(made)


def test_the_fit_of_lifetimes_finds_what_speaks_for_a_leak_and_what_against(fitted):
    intercept, weights = fitted[0]
    found = dict(zip(NAMES, weights, strict=True))
    for name, weight in TRUE.items():
        assert found[name] == pytest.approx(weight, rel=0.5), name
    for name in set(NAMES) - set(TRUE):
        assert abs(found[name]) < 0.25, name
    assert intercept == pytest.approx(TRUE_INTERCEPT, rel=0.35)


def test_one_workload_that_is_plainly_misjudged_does_not_hold_down_what_lives_say_together(made, fitted):
    lifetime, workload, _ = fitted
    misleading = _case(np.array([TRUE.get(name, 0.0) for name in NAMES]) * 40, False, pooled=(4.0, 0.0))
    assert plainest(misleading, *lifetime) > 4
    np.testing.assert_allclose(fit_workloads([*made, misleading], *lifetime), workload, rtol=0.1)


def test_signs_are_held_to_what_each_figure_must_mean():
    rng = np.random.default_rng(2)
    figures = rng.normal(size=(300, len(NAMES)))
    against = figures @ np.array([1.0 if name == "refills" else -1.0 for name in NAMES]) > 0
    _, weights = fit_lifetimes([_case(row, bool(leak)) for row, leak in zip(figures, against, strict=True)])
    found = dict(zip(NAMES, weights, strict=True))
    assert found["refills"] <= 0
    assert all(found[name] >= 0 for name in NAMES if name not in {"refills", "whole_days"})


def test_the_fit_of_workloads_believes_lifetimes_and_pools(fitted):
    same_slope, oom_loop = fitted[1]
    assert same_slope > 0
    assert oom_loop > 0


def test_the_widths_cover_four_of_five(fitted, made):
    proportional, per_estimate = fitted[2]
    known = np.array([case.growth for case in made if case.growth])
    inside = np.abs(np.log(known[:, 0] / known[:, 2])) <= np.hypot(proportional, per_estimate * known[:, 1])
    assert inside.mean() == pytest.approx(0.8, abs=0.05)


@pytest.mark.filterwarnings("error")
def test_estimates_that_are_all_as_sharp_have_a_width_too():
    errors = np.random.default_rng(5).normal(0, 0.1, 400)
    known = [_case(np.zeros(len(NAMES)), True, growth=(float(np.exp(one)), 0.05, 1.0)) for one in errors]
    proportional, per_estimate = fit_growth(known)
    assert np.hypot(proportional, per_estimate * 0.05) == pytest.approx(1.28 * 0.1, rel=0.15)


def test_the_fit_is_reproducible(fitted, made):
    again = fit_lifetimes(_made())
    assert again[0] == fitted[0][0]
    np.testing.assert_array_equal(again[1], fitted[0][1])
    assert fit_growth(made) == fitted[2]


def test_what_weighs_nothing_changes_nothing(fitted, made):
    wrong = [_case(np.full(len(NAMES), 3.0), False, weight=0.0), _case(np.full(len(NAMES), -3.0), True, weight=0.0)]
    np.testing.assert_array_equal(fit_lifetimes(made + 50 * wrong)[1], fitted[0][1])


def test_the_fitted_probability_means_what_it_says(fitted, made):
    probability = probabilities(made, fitted[0], np.zeros(2))
    leaks = np.array([case.leak for case in made])
    assert probability.mean() == pytest.approx(leaks.mean(), abs=0.03)
    assert probability[leaks].mean() > probability[~leaks].mean() + 0.3


def test_what_cannot_be_told_has_the_probability_of_such():
    nothing = _case(np.zeros((0, len(NAMES))), True)
    assert not is_judged(nothing)
    told = probabilities([nothing], (0.0, np.zeros(len(NAMES))), np.zeros(2))
    assert told == pytest.approx([UNTOLD_PROBABILITY])
    assert plainest(nothing, 0.0, np.zeros(len(NAMES))) == WORKLOAD.untold


def test_a_false_alarm_weighs_more_than_a_late_one():
    assert weighed(_case(np.zeros(len(NAMES)), False)).weight > weighed(_case(np.zeros(len(NAMES)), True)).weight


def test_a_case_holds_what_the_detector_sees():
    t = hours(48)
    panel = panel_of([100 * MIB + 3 * MIB * t + noise(t.size, MIB), 100 * MIB + noise(t.size, MIB)], limit=600 * MIB)
    labels = [Label("leaks", True, False, 0.0, 3 * MIB), Label("rests", False, False, 0.0, 0.0)]
    leaking, resting = cases_of(panel, labels, 0.3, recorded=False, whole=True)
    assert leaking.figures.shape == (1, len(NAMES))
    assert leaking.growth[0] == pytest.approx(leaking.growth[2], rel=0.05)
    assert (resting.told, resting.growth) == (1, None)
    assert (leaking.weight, resting.weight) == (0.3, 0.3)


def test_a_leak_that_is_too_young_weighs_nothing():
    t = hours(48)
    panel = panel_of([100 * MIB + 3 * MIB * np.maximum(t - 41, 0) + noise(t.size, MIB)])
    (young,) = cases_of(panel, [Label("leaks", True, False, 41.0, 3 * MIB)], 1.0, recorded=False, whole=True)
    assert young.weight == 0.0


TOLD = [("made up", [_case(np.zeros(len(NAMES)), leak) for leak in (True, True, False)], np.array([0.9, 0.2, 0.6]))]


def test_the_scores_are_those_of_arithmetic():
    row = scores(TOLD).splitlines()[-1]
    assert row == f"| made up | 3 | 2 | 0.50 | 0.50 | 0.50 | {(0.01 + 0.64 + 0.36) / 3:.3f} |"


def test_reliability_and_mistakes_are_counted():
    _, cases, probability = TOLD[0]
    assert reliability(cases, probability).splitlines()[2:] == [
        "| 0.1 to 0.3 | 1 | 0.20 | 1.00 |",
        "| 0.5 to 0.7 | 1 | 0.60 | 0.00 |",
        "| 0.9 to 0.98 | 1 | 0.90 | 1.00 |",
    ]
    assert families_with_mistakes(cases, probability) == "made up 2/3"


def _loaded(path, monkeypatch):
    """The file as a module, known by its name while the test runs, as dataclasses need."""
    spec = importlib.util.spec_from_file_location("written_coefficients", path)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def written(tmp_path):
    path = tmp_path / "coefficients.py"
    shutil.copyfile(COMMITTED, path)
    weights = np.arange(len(NAMES)) / 10 - 0.345
    write_coefficients(path, (-1.25, weights), np.array([3.0, 4.0]), (0.11, 2.2), TOLD)
    return path


def test_the_file_has_the_numbers_that_were_fitted_in_two_decimals(written, monkeypatch):
    module = _loaded(written, monkeypatch)
    assert module.LIFETIME.intercept == -1.25
    assert module.LIFETIME.weights.tolist() == [round(float(one) / 10 - 0.345, 2) for one in range(len(NAMES))]
    found = asdict(module.WORKLOAD)
    assert (found["same_slope"], found["oom_loop"]) == (3.0, 4.0)
    assert asdict(module.GROWTH) == {"proportional": 0.11, "per_estimate": 2.2}


def test_what_is_not_fitted_and_the_words_around_it_stay(written):
    before, after = COMMITTED.read_text(encoding="utf-8"), written.read_text(encoding="utf-8")
    assert after.count("#") == before.count("#")
    assert (
        after[after.index("class PoolCoefficients") : after.index("class GrowthCoefficients")]
        == (before[before.index("class PoolCoefficients") : before.index("class GrowthCoefficients")])
    )
    assert scores(TOLD) in after


@pytest.mark.parametrize("number", [0.0, -1.5, -12_345_678_901.25], ids=["short", "usual", "long"])
def test_the_file_is_in_the_shape_that_the_formatter_would_leave(tmp_path, number):
    path = tmp_path / "coefficients.py"
    shutil.copyfile(COMMITTED, path)
    lifetime, workload = (number, np.full(len(NAMES), number)), np.full(2, number)
    write_coefficients(path, lifetime, workload, (number, number), TOLD)
    for command in (["format", "--check"], ["check", "--no-cache"]):
        ran = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--config", "pyproject.toml", str(path)],
            cwd=COMMITTED.parents[1],
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr


def test_a_file_that_lacks_a_member_is_refused(written):
    written.write_text(written.read_text(encoding="utf-8").replace("    ends: float", "    end: float"))
    with pytest.raises(ValueError, match="LifetimeCoefficients has no member ends"):
        write_coefficients(written, (0.0, np.zeros(len(NAMES))), np.zeros(2), (0.1, 1.0), TOLD)


def test_writing_the_committed_numbers_again_changes_none_of_them(tmp_path):
    path = tmp_path / "coefficients.py"
    shutil.copyfile(COMMITTED, path)
    workload = np.array([getattr(WORKLOAD, name) for name in ("same_slope", "oom_loop")])
    growth = (committed.GROWTH.proportional, committed.GROWTH.per_estimate)
    write_coefficients(path, (LIFETIME.intercept, LIFETIME.weights), workload, growth, TOLD)
    numbers = COMMITTED.read_text(encoding="utf-8").partition("<!-- /worth -->")[2]
    assert path.read_text(encoding="utf-8").partition("<!-- /worth -->")[2] == numbers
