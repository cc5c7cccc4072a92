"""Which healthy workloads are flagged at some hour."""

import numpy as np

from bench import ever_flagged
from bench.scenarios import FAMILIES, HELD_BACK


def test_a_flat_workload_is_never_flagged_and_a_leak_would_be():
    assert list(ever_flagged.hours_flagged("ok_flat", [1])) == [0]
    assert next(iter(ever_flagged.hours_flagged("leak_oom_days", [1]))) > 0


def test_what_is_printed(monkeypatch):
    healthy = [name for name, family in FAMILIES.items() if not family.leak]
    flagged = {
        next(name for name in healthy if (name in HELD_BACK) == held): hours for held, hours in ((True, 49), (False, 7))
    }
    asked = lambda family, seeds: iter([flagged.get(family, 0), *[0] * (len(seeds) - 1)])  # noqa: E731
    monkeypatch.setattr(ever_flagged, "hours_flagged", asked)
    fitted, held, whole = (row.split(" | ") for row in ever_flagged.section([1, 2]).splitlines()[-3:])
    assert (fitted[2], held[2], whole[2]) == ("1", "1", "2")
    assert int(whole[1]) == 2 * len(healthy) == int(fitted[1]) + int(held[1])
    assert whole[3] == f"{2 / (2 * len(healthy)):.3f}"
    np.testing.assert_allclose(float(whole[4]), 56 / (2 * len(healthy)) / 49, atol=0.0006)
    assert set(whole[5].removesuffix(" |").split(", ")) == {f"{name} 1" for name in flagged}
