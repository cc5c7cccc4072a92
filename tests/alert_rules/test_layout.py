"""Long expressions on several lines."""

import re

import pytest

from alert_rules.layout import laid_out
from alert_rules.pack import Options
from alert_rules.registry import PACKS

LONG = (
    '(max by (cluster, namespace, pod) (redis_memory_used_bytes{of="a or (b"}) / on (cluster, namespace, pod) '
    "redis_memory_max_bytes > 0.9) * on (cluster, namespace, pod) group_left (workload) "
    "namespace_pod:leakwatch_owner:info or label_replace(max_over_time(redis_memory_used_bytes[1h] offset 5m), "
    '"workload", "$1", "pod", "(.+)-[0-9]+, x") unless on (cluster) -1 * redis_up == -1'
)
LAID_OUT = """\
(
  max by (cluster, namespace, pod) (redis_memory_used_bytes{of="a or (b"})
  / on (cluster, namespace, pod) redis_memory_max_bytes
  > 0.9
)
* on (cluster, namespace, pod) group_left (workload) namespace_pod:leakwatch_owner:info
or label_replace(
  max_over_time(redis_memory_used_bytes[1h] offset 5m), "workload", "$1", "pod", "(.+)-[0-9]+, x"
)
unless on (cluster) -1 * redis_up == -1"""
EXPRESSIONS = [rule.expr for kind in PACKS for group in kind.build(Options()).groups for rule in group.rules]


def _without_space(expr):
    return re.sub(r"\s", "", expr)


def test_a_short_one_is_left_as_it_is():
    assert laid_out("up  ==  0") == "up  ==  0"


@pytest.mark.parametrize("expr", ["a\n" + LONG, LONG + " # why", "(" + LONG, LONG + ")"])
def test_what_has_lines_or_comments_or_does_not_match_keeps_its_text(expr):
    assert _without_space(laid_out(expr)) == _without_space(expr)


def test_it_is_broken_at_what_binds_most_loosely_and_within_parentheses():
    assert laid_out(LONG) == LAID_OUT


@pytest.mark.parametrize("expr", [LONG, *EXPRESSIONS])
def test_nothing_but_white_space_changes(expr):
    assert _without_space(laid_out(expr)) == _without_space(expr)
    assert re.findall(r'"[^"]*"', laid_out(expr)) == re.findall(r'"[^"]*"', expr)
