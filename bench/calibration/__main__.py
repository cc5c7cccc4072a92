"""`python -m bench.calibration`: fit, print what the fit is worth, and write detectors/coefficients.py anew."""

import argparse
from dataclasses import replace
from pathlib import Path

from bench.calibration.cases import Case, recorded, simulated
from bench.calibration.fit import fit_growth, fit_lifetimes, fit_workloads, probabilities
from bench.calibration.report import families_with_mistakes, reliability, scores
from bench.calibration.write import write_coefficients

_REPOSITORY = Path(__file__).resolve().parents[2]
_RECORDINGS = (_REPOSITORY / "demo" / "cluster.parquet", _REPOSITORY / "demo" / "recorded" / "programs.parquet")
# Real programs weigh most, and there are few of them.
_WEIGHT_OF_RECORDED = 12.0
_WEIGHT_OF_HEALTHY = 2.0
_LEAKS, _OTHERS, _HELD_BACK = range(24), range(48), range(1000, 1012)


def weighed(case: Case) -> Case:
    """A false alarm costs a user, a late one some hours: what does not leak weighs a little more."""
    return case if case.leak else replace(case, weight=case.weight * _WEIGHT_OF_HEALTHY)


def main() -> None:
    """Fit on the families and recordings that are not held back, and score the rest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dry-run", action="store_true", help="print, and leave detectors/coefficients.py as it is")
    dry_run = parser.parse_args().dry_run
    programs = [case for path in _RECORDINGS if path.is_file() for case in recorded(path, _WEIGHT_OF_RECORDED)]
    made, others = list(simulated(_LEAKS, _OTHERS)), list(simulated(_HELD_BACK, _HELD_BACK))
    training = [case for case in made + programs if not case.held_back]
    lifetime = fit_lifetimes([weighed(case) for case in training])
    workload = fit_workloads(training, *lifetime)
    growth = fit_growth([case for case in training if case.whole])

    whole = [case for case in others if case.whole]
    groups = {
        "fitted on": [case for case in training if case.whole],
        "other seeds": [case for case in whole if not case.held_back],
        "held-back families": [case for case in whole if case.held_back],
        "recorded, fitted on": [case for case in programs if case.whole and not case.held_back],
        "recorded, held back": [case for case in programs if case.whole and case.held_back],
    }
    told = [(name, cases, probabilities(cases, lifetime, workload)) for name, cases in groups.items() if cases]
    print(scores(told))
    print("\nOther seeds and held-back families together:\n")
    print(reliability(whole, probabilities(whole, lifetime, workload)))
    for name, cases, probability in told[1:]:
        print(f"\n{name}, mistakes: {families_with_mistakes(cases, probability)}")
    if not dry_run:
        write_coefficients(_REPOSITORY / "detectors" / "coefficients.py", lifetime, workload, growth, told)


if __name__ == "__main__":
    main()
