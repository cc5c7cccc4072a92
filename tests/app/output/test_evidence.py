"""Evidence as a document to plot."""

from dataclasses import asdict

import numpy as np
import pytest

from app.domain.finding import Evidence, Identity, PodEvidence, Severity
from app.domain.incident import Incident, IncidentState, KeptEvidence, Standing
from app.output.evidence import bins, plot_document, reduced
from tests.support.findings import NOW

FIGURES = {
    "judged_at": NOW,
    "onset_at": "2027-01-14T22:00:00Z",
    "growth_bytes_per_hour": 10.0,
    "limit_bytes": 500,
    "current_bytes": 400,
    "time_to_limit_seconds": {"p10": 100, "p50": 200, "p90": 400},
}
STANDING = Standing(IncidentState.OPEN, Severity.WARNING, None, NOW, NOW, NOW, NOW, 1.0, None, 0, 1)
INCIDENT = Incident(7, "f", Identity("", "shop", "cart", "app"), STANDING, NOW, {"limit_bytes": 512})


def _pod(*peak, revision="v1", **more):
    return PodEvidence("cart-1", revision, True, peak, peak, (), (), **more)


def _document(*pods, figures=FIGURES, points=100, moment="latest"):
    steps = len(pods[0].peak)
    content = asdict(Evidence(tuple(NOW + 60.0 * step for step in range(steps)), pods))
    if figures is not None:
        content["figures"] = figures
    return plot_document(INCIDENT, moment, KeptEvidence(NOW, content), points)


@pytest.mark.parametrize(("size", "points"), [(240, 100), (240, 240), (240, 999), (7, 3), (1, 2), (2, 2)])
def test_bins_are_as_many_as_asked_and_as_long_as_each_other(size, points):
    begins = bins(size, points)
    lengths = np.diff([*begins, size])
    assert (len(begins), begins[0], lengths.sum()) == (min(size, points), 0, size)
    assert lengths.max() - lengths.min() <= 1


def test_no_extreme_is_lost():
    values = np.random.default_rng(1).integers(0, 10**9, 240).tolist()
    values[77], values[78] = 2 * 10**9, -1
    begins = bins(240, 13)
    assert max(reduced(values, begins, np.fmax)) == 2 * 10**9
    assert min(reduced(values, begins, np.fmin)) == -1


def test_a_gap_stays_a_gap_and_what_is_beside_it_stays():
    values = [1, None, None, None, None, 6, 7, 8]
    assert reduced(values, bins(8, 4), np.fmax) == [1, None, 6, 8]


def test_a_pod_has_its_lines_at_the_points():
    pod = _document(
        PodEvidence("p", "v1", True, (1, 5, 3, 4), (9, 8, None, 7), (NOW,), (NOW + 1,), (2, 3, 4, 5)), points=2
    )
    assert pod["times_unix_seconds"] == [NOW, NOW + 120]
    assert pod["pods"] == [
        {
            "pod": "p",
            "revision": "v1",
            "leaking": True,
            "floor_bytes": [1, 3],
            "peak_bytes": [9, 7],
            "fit_bytes": [2, 4],
            "restarts_unix_seconds": [NOW],
            "oom_kills_unix_seconds": [NOW + 1],
        }
    ]


def test_evidence_of_before_fits_were_kept_has_none():
    assert _document(_pod(1, 2))["pods"][0]["fit_bytes"] == [None, None]


def test_revisions_that_come_later_are_deploys():
    pods = (_pod(None, None, 5, revision="v3"), _pod(1, 1, None), _pod(None, 2, 2, revision="v2"))
    assert _document(*pods)["deploys"] == [
        {"at": "2027-01-15T08:01:00Z", "revision": "v2"},
        {"at": "2027-01-15T08:02:00Z", "revision": "v3"},
    ]


def test_the_forecast_leads_from_the_last_level_to_the_limit():
    assert _document(_pod(1))["forecast"] == {
        "times_unix_seconds": [NOW, NOW + 100, NOW + 200, NOW + 400],
        "p10_bytes": [400, 500, None, None],
        "p50_bytes": [400, 450, 500, None],
        "p90_bytes": [400, 425, 450, 500],
    }


@pytest.mark.parametrize("missing", ["limit_bytes", "time_to_limit_seconds"])
def test_without_a_limit_or_a_time_there_is_no_forecast(missing):
    assert _document(_pod(1), figures={**FIGURES, missing: None})["forecast"] is None


def test_a_limit_that_is_reached_already_gives_flat_lines():
    figures = {**FIGURES, "current_bytes": 600, "time_to_limit_seconds": {"p10": 0, "p50": 0, "p90": 0}}
    assert _document(_pod(1), figures=figures)["forecast"]["p50_bytes"] == [500, 500, 500, 500]


def test_of_an_opening_before_figures_were_kept_only_the_series_are_known():
    document = _document(_pod(1), figures=None, moment="opened")
    assert (document["onset_at"], document["forecast"], document["limit_bytes"]) == (None, None, 512)


def test_evidence_without_pods():
    content = {"times": [], "pods": []}
    document = plot_document(INCIDENT, "latest", KeptEvidence(NOW, content), 10)
    assert (document["times_unix_seconds"], document["pods"]) == ([], [])
