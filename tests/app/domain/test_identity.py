"""Fingerprints, severities, and what a scan covers."""

from dataclasses import replace

import pytest

from app.domain.finding import Identity, Severity
from app.domain.fingerprint import fingerprint
from app.domain.severity import SeverityPolicy
from detectors.judge import judge
from detectors.judgement import Quantiles, Reason, Verdict
from tests.support.findings import report
from tests.support.panels import MIB, hours, panel_of

POLICY = SeverityPolicy(page_within=86_400.0, warn_within=259_200.0)
JUDGED = replace(judge(panel_of([100 * MIB + 5 * MIB * hours(48)], limit=900 * MIB))[0], verdict=Verdict.LEAK)


def test_a_fingerprint_stays_what_it_was():
    assert fingerprint(Identity("eu-1", "shop", "cart", "app")) == "ae96342c33a14d47"


def test_names_that_run_together_have_fingerprints_of_their_own():
    assert fingerprint(Identity("", "a", "bc", "d")) != fingerprint(Identity("", "ab", "c", "d"))


@pytest.mark.parametrize(
    ("judged", "severity"),
    [
        (replace(JUDGED, time_to_limit=Quantiles(1.0, 86_400.0, 1e6)), Severity.CRITICAL),
        (replace(JUDGED, time_to_limit=Quantiles(1.0, 86_401.0, 1e6)), Severity.WARNING),
        (replace(JUDGED, time_to_limit=Quantiles(1.0, 259_201.0, 1e6)), Severity.INFO),
        (replace(JUDGED, time_to_limit=None), Severity.WARNING),
        (replace(JUDGED, oom_kills=2, reasons=(Reason("oom_loop", ""),), time_to_limit=None), Severity.CRITICAL),
        (replace(JUDGED, verdict=Verdict.HEALTHY, time_to_limit=Quantiles(1.0, 2.0, 3.0)), Severity.INFO),
    ],
    ids=["limit today", "limit tomorrow", "limit next week", "no limit", "OOM kills in a row", "no leak"],
)
def test_severity(judged, severity):
    assert POLICY.of(judged) is severity


@pytest.mark.parametrize(
    ("scan", "covers"),
    [
        (report(), True),
        (report(complete=False), False),
        (report(selector='pod=~"x.*"'), False),
        (report(namespaces=("shop",)), True),
        (report(namespaces=("data",)), False),
        (report(cluster="eu-1"), False),
    ],
    ids=["everything", "incomplete", "a selector", "its namespace", "another namespace", "another cluster"],
)
def test_only_what_a_scan_covers_can_be_told_to_be_gone(scan, covers):
    assert scan.covers(Identity("", "shop", "cart", "app")) is covers
