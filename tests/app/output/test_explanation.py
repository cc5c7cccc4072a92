"""Explanations for people and for programs."""

import io
import json

import pytest
import yaml
from rich.console import Console

from app.domain.explanation import Deploy
from app.domain.scan import Problem
from app.output.canvas import ASCII, UNICODE
from app.output.explanation import Look, print_explained
from app.output.explanation_write import Wanted, write_explained
from app.output.formats import ExplanationFormat
from app.output.plot import Size
from detectors.judgement import Figure, Reason, Verdict
from tests.support.explanations import MIDNIGHT, explained, pod_of
from tests.support.findings import MIB, finding, report

NAN = float("nan")
FIGURES = (
    Figure("late_records_ratio", 0.875, "of the later half's blocks set a new high"),
    Figure("slope_bytes_per_hour", 5.0 * MIB, "robust slope"),
    Figure("rise_bytes", 84.0 * MIB, "what the floor rose by"),
    Figure("blocks", 12_345.0, ""),
    Figure("seasonality_ratio", NAN, "too short a window to tell"),
)
PODS = tuple(pod_of(range(10, 34), pod=f"cart-{number}", leaking=number < 2) for number in range(5))
FINDING = finding(
    suspect="v2", reasons=(Reason("rising_floor", "the floor rose by 84 MiB"), Reason("spread", "7 of 9"))
)


def _shown(found, width=200, most_pods=3):
    out = io.StringIO()
    print_explained(
        Console(file=out, width=width, color_system=None), found, Look(Size(min(width, 80), 9), ASCII, most_pods)
    )
    return out.getvalue()


def _facts(shown):
    lines = (line.split(maxsplit=1) for line in shown.splitlines() if line.startswith("  ") and line[2:3].isalpha())
    return {words[0]: words[1] for words in lines if len(words) == 2}


def test_everything_that_was_concluded_is_told():
    shown = _shown(explained(FINDING, pods=PODS))
    assert shown.startswith("Deployment shop/cart, container app: leak, warning, probability 0.97\n")
    facts = _facts(shown)
    assert facts["growth"] == "5.0 MiB/h of one leaking pod (80 % sure: 4.0 MiB/h to 6.0 MiB/h)"
    assert facts["since"] == "2027-01-14T22:00:00Z (10h before the end)"
    assert facts["now"] == "400 MiB in the largest pod, limit 512 MiB"
    assert "limit in     22h 13m (10 % sooner than 16h 40m, 10 % later than 1d 3h)" in shown
    assert facts["memory"] == "anon"
    assert facts["pods"] == "7 of 9 that run leak"
    assert facts["restarts"] == "4, 3 by OOM kills"
    assert facts["revision"] == "suspect v2, current v2, previous v1"
    assert facts["window"] == "2d up to 2027-01-15T08:00:00Z, every 5m, by query_range"


def test_every_reason_and_every_figure_is_told():
    lines = [" ".join(line.split()) for line in _shown(explained(FINDING, figures=FIGURES, pods=PODS)).splitlines()]
    assert "the floor rose by 84 MiB [rising_floor]" in lines
    assert "7 of 9 [spread]" in lines
    assert "late_records_ratio 0.875 of the later half's blocks set a new high" in lines
    assert "slope_bytes_per_hour 5.0 MiB/h robust slope" in lines
    assert "rise_bytes 84.0 MiB what the floor rose by" in lines
    assert "blocks 12,345" in lines
    assert "seasonality_ratio none too short a window to tell" in lines


def test_what_cannot_be_told_has_no_probability_and_no_growth():
    shown = _shown(explained(finding("cart", Verdict.INSUFFICIENT_DATA, onset_at=None, time_to_limit=None), pods=PODS))
    assert shown.startswith("Deployment shop/cart, container app: insufficient_data\n")
    assert {"growth", "since", "limit"}.isdisjoint(_facts(shown))


def test_what_is_healthy_is_explained_too():
    shown = _shown(explained(finding("cart", Verdict.HEALTHY), pods=PODS))
    assert shown.startswith("Deployment shop/cart, container app: healthy, probability 0.10\n")
    assert "5.0 MiB/h of the pod that grows most" in _facts(shown)["growth"]
    assert "--lookback 4d looks further back" in shown


@pytest.mark.parametrize(
    ("most_pods", "more", "drawn", "says"),
    [
        (3, 0, 3, ["2 pods are not drawn", "--pods 5 draws more"]),
        (4, 0, 4, ["1 pod is not drawn", "--pods 5 draws more"]),
        (9, 0, 5, []),
        (9, 40, 5, ["40 pods are not drawn"]),
    ],
)
def test_a_few_pods_are_drawn_and_the_others_counted(most_pods, more, drawn, says):
    shown = _shown(explained(FINDING, pods=PODS, more_pods=more), most_pods=most_pods)
    assert [line.split()[1] for line in shown.splitlines() if line.startswith("Pod ")] == [
        f"cart-{number}" for number in range(drawn)
    ]
    assert all(text in shown for text in says)
    assert ("not drawn" in shown, "--pods" in shown) == (bool(says), len(says) > 1)


def test_only_what_leaks_is_said_to_leak():
    lines = _shown(explained(FINDING, pods=PODS)).splitlines()
    assert "Pod cart-0 (revision v2, leaks)" in lines
    assert "Pod cart-2 (revision v2)" in lines


def test_a_workload_without_samples_is_explained_without_a_plot():
    shown = _shown(explained(finding("cart", Verdict.INSUFFICIENT_DATA), more_pods=2))
    assert "2 pods are not drawn" in shown


def test_containers_follow_each_other():
    shown = _shown(explained(finding(container="app"), finding(container="proxy"), pods=PODS))
    assert [line.split(",")[1] for line in shown.splitlines() if line.startswith("Deployment")] == [
        " container app: leak",
        " container proxy: leak",
    ]
    assert "--container proxy tells of this container alone" in shown


def test_what_could_not_be_read_is_said():
    found = explained(FINDING, pods=PODS)
    scan = report(FINDING, complete=False, problems=(Problem("history_unread", "the past could not be read"),))
    shown = _shown(type(found)(scan, found.explanations))
    assert "note: the past could not be read" in shown
    assert "not all there is" in shown


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_terminal_cuts_no_word(width):
    long = Reason("no_clear_trend", "mixed: 54 % of the blocks of the later half set a new high and the others did not")
    shown = _shown(explained(finding(reasons=(long,)), figures=FIGURES, pods=PODS), width)
    assert max(map(len, shown.splitlines())) <= width
    assert f"{long.text} [{long.code}]" in " ".join(shown.split())


def test_markup_in_names_is_shown_as_it_is():
    assert "shop/[red]x[/red]" in _shown(explained(finding("[red]x[/red]"), pods=PODS))


def _written(form, found=None, wanted=None, encoding="utf-8"):
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding=encoding)
    write_explained(found or explained(FINDING, pods=PODS, figures=FIGURES), form, wanted or Wanted(), out)
    out.flush()
    return raw.getvalue().decode(encoding)


def test_a_pipe_gets_eighty_plain_characters():
    written = _written(ExplanationFormat.TABLE)
    assert "\x1b" not in written
    assert "⣿" in written
    plots = [line for line in written.splitlines() if "│" in line or "└" in line]
    assert max(map(len, plots)) == 80
    assert len(plots) == 3 * 16 + 3 - sum("┤" in line for line in written.splitlines())


@pytest.mark.parametrize(
    ("wanted", "encoding"),
    [(Wanted(ascii_only=True), "utf-8"), (Wanted(), "ascii"), (Wanted(), "latin-1")],
    ids=["asked for", "the output takes no more", "nor does this one"],
)
def test_ascii_is_drawn(wanted, encoding):
    assert _written(ExplanationFormat.TABLE, wanted=wanted, encoding=encoding).isascii()


def test_the_document_is_a_scans_with_figures_and_series():
    pod = pod_of([10, NAN, 12], limit=64, floor=[10, NAN, 11], fit=[NAN, NAN, 11], cache=[1, 1, 1], oom_kills=(1,))
    found = explained(FINDING, pods=[pod], figures=FIGURES, deploys=[Deploy(MIDNIGHT + 3600, "v2")], more_pods=2)
    (one,) = json.loads(_written(ExplanationFormat.JSON, found))["findings"]
    assert (one["verdict"], one["workload"]["name"]) == ("leak", "cart")
    assert one["figures"][0] == {
        "name": "late_records_ratio",
        "value": 0.875,
        "text": "of the later half's blocks set a new high",
    }
    assert one["figures"][4]["value"] is None
    assert one["series"] == {
        "times": [MIDNIGHT, MIDNIGHT + 3600, MIDNIGHT + 7200],
        "deploys": [{"at": MIDNIGHT + 3600, "revision": "v2"}],
        "pods_in_window": 3,
        "pods": [
            {
                "pod": "cart-1",
                "revision": "v2",
                "leaking": True,
                "limit_bytes": 64 * MIB,
                "memory": [10 * MIB, None, 12 * MIB],
                "working_set": [11 * MIB, None, 13 * MIB],
                "floor": [10 * MIB, None, 11 * MIB],
                "fit": [None, None, 11 * MIB],
                "restarts": [],
                "oom_kills": [MIDNIGHT + 3600],
            }
        ],
    }


def test_yaml_says_what_json_says():
    assert yaml.safe_load(_written(ExplanationFormat.YAML)) == json.loads(_written(ExplanationFormat.JSON))


@pytest.mark.parametrize(("most", "count"), [(None, 5), (2, 2)])
def test_a_document_has_every_pod_unless_told_otherwise(most, count):
    (one,) = json.loads(_written(ExplanationFormat.JSON, wanted=Wanted(most_pods=most)))["findings"]
    assert len(one["series"]["pods"]) == count


def test_unicode_glyphs_are_one_cell_wide():
    glyphs = (UNICODE.floor, UNICODE.fit, UNICODE.limit, UNICODE.full, UNICODE.value_tick, UNICODE.time_tick)
    console = Console(width=80)
    assert [console.measure(glyph).maximum for glyph in glyphs] == [1] * 6
