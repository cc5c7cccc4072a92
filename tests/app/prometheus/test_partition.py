"""Label sets of more series than a server names at once."""

import re

import pytest

from app.errors import SourceTooLarge
from app.prometheus.partition import all_series
from app.prometheus.promql import parse_label_matchers
from app.prometheus.source import Control
from detectors.panel import Grid

GRID = Grid(0.0, 60.0, 60)


class Stingy:
    """Has pods, matches as Prometheus does, and names no more than `most` at once."""

    def __init__(self, pods, most):
        self.pods = pods
        self.most = most
        self.asked = 0

    def series(self, match, start, end, control):
        self.asked += 1
        matchers = parse_label_matchers(match.removeprefix("m"))
        found = [pod for pod in self.pods if all(_satisfies(pod, matcher) for matcher in matchers)]
        if len(found) > self.most:
            raise SourceTooLarge("the number of matching timeseries exceeds 30000")
        return [{"pod": pod} for pod in found], ["slow"] if not found else []


def _satisfies(pod, matcher):
    if matcher.label != "pod":
        return True
    matches = re.fullmatch(matcher.value, pod, re.DOTALL) is not None
    return matches if matcher.operator == "=~" else not matches


def _ask(server):
    found, warnings = all_series(server, "m", 'container!=""', "pod", GRID, Control())
    return [labels["pod"] for labels in found], warnings


@pytest.mark.parametrize(
    ("pods", "most"),
    [
        ([f"web-{i}" for i in range(300)], 40),
        ([f"web-{i}" for i in range(300)], 5),
        ([f"cart-5d8f{a}-{b}{c}" for a in "bx4" for b in "bcdfg24" for c in "hjklz79"], 30),
        (["", "a", "Z", "pod\n", "ünï-ö", "x-", "upper-A", "b"], 5),
    ],
    ids=["numbered", "numbered, and few at once", "drawn", "odd"],
)
def test_each_is_named_once(pods, most):
    assert sorted(_ask(Stingy(pods, most))[0]) == sorted(pods)


def test_one_question_does_where_they_are_not_too_many():
    server = Stingy(["a", "b"], 2)
    assert _ask(server) == (["a", "b"], [])
    assert server.asked == 1


def test_what_no_part_makes_smaller_is_an_error():
    with pytest.raises(SourceTooLarge):
        _ask(Stingy(["same"] * 10, 3))


def test_warnings_of_all_parts_are_told():
    assert set(_ask(Stingy(["a", "b", "c", "m"], 3))[1]) == {"slow"}
