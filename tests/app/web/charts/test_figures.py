"""Drawings as bokeh figures."""

import json

import pytest
from bokeh.embed import json_item

from app.domain.workload import PastVerdict
from app.web.charts.drawing import Over
from app.web.charts.history_drawing import history_of, history_picture
from app.web.charts.history_figure import history_figure
from app.web.charts.incident_drawing import incident_drawing
from app.web.charts.incident_figure import incident_figure
from app.web.charts.look import COLOURS, in_hover, plain_text, zone_words
from app.web.charts.scheme import Scheme
from detectors.judgement import Verdict
from tests.support.chart_rows import HOUR, incident, kept, pod
from tests.support.findings import MIB, NOW

HOSTILE = "<img src=x onerror=alert(1)>"


def written(figure):
    """What is sent to the browser."""
    return json.dumps(json_item(figure), allow_nan=False)


def figure_of(*pods, over=Over.TIME, scheme=Scheme.LIGHT, offset=0, **figures):
    return incident_figure(incident_drawing(incident(**figures), "latest", kept(*pods), over), scheme, offset)


def texts(figure):
    return [one.text for one in figure.center if hasattr(one, "text")]


def tips(figure):
    return [tool.tooltips for tool in figure.tools if hasattr(tool, "tooltips")]


def test_labels_name_the_limit_the_onset_and_the_deploys():
    figure = figure_of(
        *(pod("a", [9, 9, 9]), pod("b", [None, 1, 9], revision="v2")), limit=20, onset_hours=1, until=(1, 2, 3)
    )
    assert texts(figure) == ["limit 20.0 MiB", "growth begins", "v2 begins"]


@pytest.mark.parametrize(("offset", "zone"), [(0, "UTC"), (330, "UTC+05:30"), (-480, "UTC-08:00")])
def test_times_are_of_the_readers_zone_and_say_so(offset, zone):
    figure = figure_of(pod("a", [1, 2]), offset=offset)
    assert zone_words(offset) == zone
    assert figure.xaxis.axis_label == f"Time, {zone}"
    assert figure.x_range.start == (NOW - HOUR + 60 * offset) * 1000


def test_hovering_tells_pod_revision_times_and_exact_bytes():
    told = tips(figure_of(pod("cart-1", [1, 2], revision="v7"), offset=60))[0]
    for part in ("cart-1", "v7", "UTC+01:00", "@utc{", "@floor0{0.0 b}", "@floor0{0,0} bytes", "@peak0{0,0} bytes"):
        assert part in told


@pytest.mark.parametrize("over", Over)
def test_a_hostile_name_is_no_markup_and_no_figure(over):
    figure = figure_of(pod(f"{HOSTILE}@floor0 $x", [1, 2, 3], revision=HOSTILE, kills=(1,)), over=over)
    assert all("<img" not in tip for tip in tips(figure))
    assert "&lt;img src=x onerror=alert(1)&gt;&#64;floor0 &#36;x" in tips(figure)[0]


@pytest.mark.parametrize(("text", "shown"), [("a$$x$$", "a$ $x$ $"), (r"\(x\)", "⧵(x⧵)"), ("v2", "v2")])
def test_a_name_is_no_mathematics(text, shown):
    assert plain_text(text) == shown


def test_what_hovering_shows_is_escaped_as_html():
    assert in_hover("""<a href="x">'&""") == "&lt;a href=&quot;x&quot;&gt;&#39;&amp;"


def test_marks_differ_by_shape():
    figure = figure_of(pod("a", [1, 2, 3, 4, 5, 6, 7], restarts=(5,), kills=(1,)))
    markers = {one.glyph.marker for one in figure.renderers if hasattr(one.glyph, "marker")}
    assert markers == {"square", "circle"}


def test_ages_are_told_in_the_unit_that_says_most():
    assert figure_of(pod("a", [1] * 30), over=Over.AGE).xaxis.axis_label == "Age in hours"
    assert figure_of(pod("a", [1] * 100), over=Over.AGE).xaxis.axis_label == "Age in days"


def test_a_chart_of_a_dozen_pods_is_not_heavy():
    pods = [pod(f"cart-{number}", range(240), fit=range(240), restarts=(100, 50), kills=(20,)) for number in range(12)]
    for over in Over:
        assert len(written(figure_of(*pods, over=over, limit=500, until=(9, 10, 11), offset=60))) < 200_000


def test_a_hundred_pods_are_no_heavier_than_a_dozen():
    few, many = ([pod(f"p{n}", range(240), leaking=n % 2 > 0) for n in range(number)] for number in (12, 100))
    assert len(written(figure_of(*many))) < len(written(figure_of(*few)))


@pytest.mark.parametrize("over", Over)
@pytest.mark.parametrize("scheme", Scheme)
def test_gaps_are_written_as_a_browser_reads_them(over, scheme):
    figure = figure_of(
        *(pod("a", [None, 1, None, 5], peak=[None] * 4, restarts=(2,)), pod("b", [None, 1, 1, None], leaking=False)),
        over=over,
        scheme=scheme,
        limit=1,
        until=(0, 0, 0),
        onset_hours=1,
    )
    assert "NaN" not in written(figure)


def luminance(colour):
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return sum(weight * one for weight, one in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", Scheme)
def test_text_and_lines_stand_out(scheme):
    colours = COLOURS[scheme]
    for text in (colours.text, colours.muted, colours.limit, colours.onset):
        assert contrast(text, colours.surface) >= 4.5
    for line in (*colours.hues, colours.quiet, colours.kill, colours.restart, colours.forecast):
        assert contrast(line, colours.surface) >= 3


def past(*verdicts):
    """Verdicts of one an hour, the newest first."""
    return [
        PastVerdict(number, NOW - HOUR * number, number, verdict, 0.5, -1.0 * MIB, (9 - number) * MIB)
        for number, verdict in enumerate(verdicts)
    ]


def test_verdicts_are_told_oldest_first_and_marked_by_what_they_are():
    told = past(Verdict.LEAK, Verdict.HEALTHY, Verdict.INSUFFICIENT_DATA)
    shown = history_picture("cart", told)
    assert shown.text == "3 verdicts in 2 h, 1 of a leak. The largest pod goes from 7.0 MiB to 9.0 MiB."
    assert [name for name, _ in shown.plain.paths] == ["floor sound", "healthy", "unknown", "leak"]
    assert history_of(told).x[0] == NOW - 2 * HOUR


def test_one_verdict_is_no_history():
    assert history_picture("cart", past(Verdict.LEAK)) is None


@pytest.mark.parametrize("scheme", Scheme)
def test_memory_growth_and_probability_share_their_times(scheme):
    figure = history_figure(history_of(past(Verdict.LEAK, Verdict.HEALTHY, Verdict.INSUFFICIENT_DATA)), scheme, 60)
    assert len({plot.x_range.id for plot in figure.children}) == 1
    shapes = {one.glyph.marker for one in figure.children[0].renderers if hasattr(one.glyph, "marker")}
    assert shapes == {"square", "circle", "dash"}
    assert "NaN" not in written(figure)
