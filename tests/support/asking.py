"""A dashboard's queries, asked of a real Prometheus as Grafana would ask them, with the values of its variables."""

import math
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import requests

from dashboards.interpolation import interpolate

_TIMEOUT_SECONDS = 60.0
_HOUR_SECONDS = 3600.0
_STEP_SECONDS = 60
# What Grafana escapes where a variable may have several values and so stands in a regular expression: once for that,
# and once for PromQL's string. Where it has one, only what ends a string is escaped, and none of our values has that.
_SPECIAL = re.compile(r"[$^*{}\[\]+?.()|]")
_LABEL_VALUES = re.compile(r"label_values\((?:(.+),\s*)?(\w+)\)", re.DOTALL)
_QUERY_RESULT = re.compile(r"query_result\((.+)\)", re.DOTALL)


@dataclass(frozen=True)
class Asked:
    """A query of a dashboard and where it stands: panel and the query's letter, or the annotation."""

    place: str
    expr: str
    instant: bool = False


def asked(document: Mapping[str, Any]) -> Iterator[Asked]:
    """Every query to Prometheus of a dashboard's document: of panels, those in shut rows too, and annotations."""
    for panel in _panels(document["panels"]):
        for target in panel.get("targets", ()):
            place = f"{panel['title']} ({target['refId']})"
            yield Asked(place, target["expr"], bool(target.get("instant")))
    for annotation in document["annotations"]["list"]:
        if annotation["datasource"]["type"] == "prometheus":
            yield Asked(f"annotation {annotation['name']}", annotation["target"]["expr"])


class Asking:
    """One look at a Prometheus, over the hours before now. hours: how much the dashboard shows."""

    def __init__(self, url: str, hours: float) -> None:
        self._url = f"{url}/api/v1"
        self._end = time.time()
        self._begin = self._end - hours * _HOUR_SECONDS
        seconds = int(hours * _HOUR_SECONDS)
        self._built_in = {
            "__interval": f"{_STEP_SECONDS}s",
            "__interval_ms": f"{_STEP_SECONDS * 1000}",
            # What Grafana makes of a step of a minute, and of its default scrape interval of 15 s.
            "__rate_interval": f"{_STEP_SECONDS + 15}s",
            "__range": f"{seconds}s",
            "__range_s": f"{seconds}",
            "__range_ms": f"{seconds * 1000}",
        }

    def values(self, document: Mapping[str, Any], chosen: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
        """What stands for each variable, and the variables that have no value to choose from.

        chosen: values of variables by name; of others "all" is taken where it can be, else the first.
        """
        found: dict[str, str] = dict(self._built_in)
        empty = []
        for variable in document["templating"]["list"]:
            name = variable["name"]
            if variable["type"] != "query":
                found[name] = "prometheus"
                continue
            options = self._options(variable, found)
            if not options:
                empty.append(name)
            found[name] = _value(variable, options, chosen.get(name))
        return found, empty

    def series(self, query: Asked, values: Mapping[str, str]) -> int:
        """How many series it gives that have a finite value. Raises AssertionError with the server's error."""
        if query.instant:
            return sum(math.isfinite(value) for _, value in self.figures(query, values))
        expr = interpolate(query.expr, values)
        answer = self._get("query_range", query=expr, start=self._begin, end=self._end, step=_STEP_SECONDS)
        return sum(any(math.isfinite(float(value)) for _, value in one["values"]) for one in answer["result"])

    def figures(self, query: Asked, values: Mapping[str, str]) -> list[tuple[dict[str, str], float]]:
        """The labels and newest value of each of its series."""
        answer = self._get("query", query=interpolate(query.expr, values), time=self._end)
        return [(one["metric"], float(one["value"][1])) for one in answer["result"]]

    def _options(self, variable: Mapping[str, Any], values: Mapping[str, str]) -> list[str]:
        query = interpolate(variable["query"]["query"], values)
        if found := _LABEL_VALUES.fullmatch(query):
            window = {"start": self._begin, "end": self._end}
            matching = {"match[]": found[1]} if found[1] else {}
            texts = self._get(f"label/{found[2]}/values", **window, **matching)
        elif found := _QUERY_RESULT.fullmatch(query):
            answer = self._get("query", query=found[1], time=self._end)
            texts = [_told(one) for one in answer["result"]]
        else:
            raise AssertionError(f"variable {variable['name']}: {query} is no query that Grafana knows")
        return sorted(set(_picked(texts, variable.get("regex") or "")))

    def _get(self, path: str, **parameters: Any) -> Any:
        answer = requests.get(f"{self._url}/{path}", params=parameters, timeout=_TIMEOUT_SECONDS).json()
        assert answer["status"] == "success", f"{answer['error']}: {parameters}"
        return answer["data"]


def _panels(panels: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for panel in panels:
        yield panel
        yield from _panels(panel.get("panels", []))


def _value(variable: Mapping[str, Any], options: list[str], chosen: str | None) -> str:
    if not variable.get("multi") and not variable.get("includeAll"):
        return chosen or "".join(options[:1])
    if chosen is not None:
        return _escaped([chosen])
    return variable.get("allValue") or _escaped(options)


def _escaped(values: list[str]) -> str:
    escaped = [_SPECIAL.sub(r"\\\\\g<0>", value) for value in values]
    return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"


def _told(result: Mapping[str, Any]) -> str:
    """A series as Grafana writes it for a variable's regular expression."""
    labels = ",".join(f'{name}="{value}"' for name, value in result["metric"].items() if name != "__name__")
    return f"{result['metric'].get('__name__', '')}{{{labels}}} {result['value'][1]} {result['value'][0]}"


def _picked(texts: list[str], regex: str) -> Iterator[str]:
    if not regex:
        yield from texts
        return
    pattern = re.compile(regex.strip("/"))
    for text in texts:
        if found := pattern.search(text):
            yield found[1] if pattern.groups else text
