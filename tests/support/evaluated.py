"""Recording rules, evaluated over a time that has passed, on a real Prometheus that holds it."""

import httpx2
import numpy as np

from alert_rules.rule import Recording
from demo.load import Series, push

# What Prometheus takes of a time that has passed.
TAKES_THE_PAST = "storage:\n  tsdb:\n    out_of_order_time_window: 60d\n"
_INTERVALS = {None: 60, "1m": 60, "5m": 300}


def record(url, groups, begin, end):
    """Evaluate recording rules at each of their moments, in order, and write what comes of it.

    `promtool tsdb create-blocks-from rules` would not do: there no rule sees what another records.
    """
    for group in groups:
        for rule in group.rules:
            if isinstance(rule, Recording):
                push(url, list(_evaluated(url, rule, begin, end, _INTERVALS[group.interval])))


def ask(url, expr, at):
    """An instant query: labels and value of each series."""
    answer = get(url, "query", query=expr, time=at)
    return [(one["metric"], float(one["value"][1])) for one in answer["result"]]


def _evaluated(url, rule, begin, end, step):
    # Moments are multiples of the step, up to the end whatever the begin.
    first = end - (end - begin) // step * step
    for one in get(url, "query_range", query=rule.expr, start=first, end=end, step=step)["result"]:
        times, values = np.array(one["values"], dtype=np.float64).T
        labels = {name: value for name, value in one["metric"].items() if name != "__name__"}
        yield Series({"__name__": rule.name, **labels, **rule.labels}, times, values)


def get(url, path, **params):
    answer = httpx2.post(f"{url}/api/v1/{path}", data=params, timeout=60, trust_env=False)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]
