"""What memory did before an act, what scans see after it, and the time that is bought."""

from dataclasses import asdict, replace

import pytest

from app.domain.finding import Evidence, PodEvidence
from app.domain.mitigation import bought
from app.domain.mitigation.before import before_of, document_of, from_document, sighting_of
from app.domain.mitigation.model import Sighting
from app.output.document import finding_document
from detectors.judgement import Verdict
from tests.support.findings import MIB, NOW, finding

HOUR = 3600.0
TIMES = tuple(NOW - HOUR * (24 - hour) for hour in range(25))


def _pod(name, levels, *, leaking=True, restarts=()):
    mib = tuple(None if level is None else round(level * MIB) for level in levels)
    return PodEvidence(name, "v2", leaking, mib, mib, tuple(restarts), ())


def _evidence(*pods):
    return asdict(Evidence(TIMES, pods))


def test_the_curve_is_of_the_largest_life_whose_beginning_was_seen():
    old = _pod("old", [900] * 25)
    small = _pod("small", [None] * 5 + [100 + 5 * hour for hour in range(20)])
    large = _pod("large", [None] * 15 + [100 + 10 * hour for hour in range(10)])
    before = before_of(finding_document(finding()), _evidence(old, small, large))
    curve = dict(before.curve)
    assert before.curve[0] == (0.0, 100.0 * MIB)
    assert max(curve) == 19 * HOUR
    assert curve[max(curve)] == pytest.approx(195 * MIB)
    eight = min(curve, key=lambda age: abs(age - 8 * HOUR))
    assert curve[eight] == pytest.approx((100 + 10 * eight / HOUR) * MIB)


@pytest.mark.parametrize("evidence", [None, _evidence(), _evidence(_pod("old", [900] * 25))])
def test_without_a_beginning_there_is_no_curve(evidence):
    before = before_of(finding_document(finding()), evidence)
    assert (before.growth_bytes_per_hour, before.level_bytes, before.curve) == (5.0 * MIB, 400.0 * MIB, ())


def test_it_is_read_as_it_was_kept():
    before = before_of(finding_document(finding()), _evidence(_pod("a", [None] * 5 + [100.0] * 20)))
    assert from_document(document_of(before)) == replace(
        before, curve=tuple((float(round(age)), level) for age, level in before.curve)
    )


@pytest.mark.parametrize(
    ("seen", "evidence", "leaking"),
    [
        pytest.param({}, _evidence(), None, id="nothing is shown of its pods"),
        pytest.param({}, _evidence(_pod("old", [900] * 25)), None, id="none that is new"),
        pytest.param({}, _evidence(_pod("new", [None] * 20 + [100] * 5)), 1, id="a new one that leaks"),
        pytest.param({}, _evidence(_pod("new", [None] * 20 + [100] * 5, leaking=False)), 0, id="one that does not"),
    ],
)
def test_a_sighting_tells_new_pods_from_old_ones(seen, evidence, leaking):
    document = finding_document(finding("cart", Verdict.LEAK, **seen))
    found = sighting_of(document, evidence, NOW - 6 * HOUR, NOW - 5.5 * HOUR, NOW)
    assert found == Sighting(5.5 * HOUR, 400.0 * MIB, "leak", leaking)


@pytest.mark.parametrize(
    ("seen", "at"),
    [
        pytest.param({"fully_read": False}, NOW, id="not all was read"),
        pytest.param({"current_bytes": 0.0}, NOW, id="no pod ran"),
        pytest.param({}, NOW - 6 * HOUR, id="before the new pods"),
    ],
)
def test_what_was_not_seen_is_no_sighting(seen, at):
    assert sighting_of(finding_document(finding(**seen)), _evidence(), NOW - 6 * HOUR, NOW - 6 * HOUR, at) is None


@pytest.mark.parametrize(
    ("growth", "wanted", "told"),
    [
        (10.0, 512, "buys 26 h at 10.0 MiB/h (17 h at the fastest it may grow, 15.0 MiB/h); a pod that holds 200 MiB"),
        (0.0, 512, "it does not grow just now"),
        (100.0, 512, "buys 3 h at 100 MiB/h"),
    ],
)
def test_what_a_limit_buys(growth, wanted, told):
    shown = finding(growth_bytes_per_hour=growth * MIB, growth_interval=(0.0, 15.0 * MIB), current_bytes=200.0 * MIB)
    assert told in bought.by_limit(finding_document(shown), 256 * MIB, wanted * MIB)


@pytest.mark.parametrize(
    ("start", "limit", "told"),
    [
        (100, 512, "frees about 300 MiB of the largest pod, and the limit is 3 d away at 5.0 MiB/h"),
        (None, 512, "buys at most 4 d until the limit"),
        (100, None, "which is back in 60 h"),
        (None, None, "memory comes back at 5.0 MiB/h"),
        (600, None, "memory comes back"),
    ],
)
def test_what_a_restart_buys(start, limit, told):
    document = finding_document(finding(limit_bytes=None if limit is None else float(limit * MIB)))
    found = bought.by_restart(document, None if start is None else start * MIB)
    assert told in found
