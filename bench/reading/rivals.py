"""How people read a fleet's memory today, each in a process of its own: `python -m bench.reading.rivals NAME ...`."""

import argparse
import json
import sys
import urllib.parse
import urllib.request
import warnings
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from bench.reading.labels import names

_DAY = 86_400.0
_STEP_SECONDS = 300
_KEPT = 'container!="",container!="POD"'
# What a scan reads beside RSS; owners of ReplicaSets know no container.
_BESIDE_RSS = (
    "container_memory_working_set_bytes{{{kept}}}",
    "container_memory_cache{{{kept}}}",
    "rate(container_cpu_usage_seconds_total{{{kept}}}[5m])",
    "container_start_time_seconds{{{kept}}}",
    "container_spec_memory_limit_bytes{{{kept}}}",
    "kube_pod_container_resource_limits{{{kept}}}",
    "kube_pod_container_status_restarts_total{{{kept}}}",
    "kube_pod_container_info{{{kept}}}",
)


def client_library(url: str, end: float, containers: int) -> str:
    """prometheus-api-client into pandas, then Mann-Kendall and Sen's slope of each series: RSS alone, a day."""
    return _by_client_library(url, end, containers, ())


def client_library_all(url: str, end: float, containers: int) -> str:
    """The same, with all else that a verdict needs read into pandas beside it."""
    return _by_client_library(url, end, containers, _BESIDE_RSS)


def _by_client_library(url: str, end: float, containers: int, beside: Sequence[str]) -> str:
    import pandas as pd  # noqa: PLC0415 (only these need it)
    import pymannkendall  # noqa: PLC0415
    from prometheus_api_client import MetricRangeDataFrame, PrometheusConnect  # noqa: PLC0415

    connect = PrometheusConnect(url=url)
    begin, until = datetime.fromtimestamp(end - _DAY, UTC), datetime.fromtimestamp(end, UTC)

    def read(query: str) -> pd.DataFrame:
        return MetricRangeDataFrame(connect.custom_query_range(query, begin, until, str(_STEP_SECONDS)))

    found, flagged, rows = 0, 0, 0
    for namespace in sorted({names(row)[0] for row in range(containers)}):
        frame = read(f'container_memory_rss{{{_KEPT},namespace="{namespace}"}}')
        rows += sum(len(read(query.format(kept=f'{_KEPT},namespace="{namespace}"'))) for query in beside)
        for _, series in frame.groupby("pod"):
            result = pymannkendall.original_test(pd.to_numeric(series["value"]).to_numpy())
            found += 1
            flagged += result.trend == "increasing"
    return f"{found} series, {flagged} flagged" + (f", {rows:,} values beside them" if beside else "")


def by_workload(url: str, end: float, containers: int) -> str:
    """As KRR does: each workload's containers asked for by themselves, four queries over the day, a few at once."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    workloads: dict[tuple[str, str], list[str]] = {}
    for row in range(containers):
        namespace, workload, pod = names(row)
        workloads.setdefault((namespace, workload), []).append(pod)

    def asked(one: tuple[tuple[str, str], list[str]]) -> int:
        (namespace, _), pods = one
        chosen = f'namespace="{namespace}",pod=~"{"|".join(pods)}",container="app"'
        memory = f"max by (container, pod, job) (container_memory_working_set_bytes{{{chosen}}})"
        rate = f"sum by (container, pod, job) (rate(container_cpu_usage_seconds_total{{{chosen}}}[5m]))"
        return sum(
            len(_instant(url, query, end))
            for query in (
                f"max_over_time({memory}[1d:5m])",
                f"count_over_time({memory}[1d:5m])",
                f"quantile_over_time(0.95, {rate}[1d:5m])",
                f"count_over_time({rate}[1d:5m])",
            )
        )

    with ThreadPoolExecutor(8) as pool:
        answers = sum(pool.map(asked, workloads.items()))
    return f"{len(workloads)} workloads, {4 * len(workloads)} queries, {answers} series"


def deriv(url: str, end: float, containers: int) -> str:
    """Prometheus' own least squares over a day: a slope each, no verdict."""
    return f"{len(_instant(url, f'deriv(container_memory_rss{{{_KEPT}}}[24h])', end))} slopes"


def predict_linear(url: str, end: float, containers: int) -> str:
    """The usual alert, over 24 h."""
    query = f"predict_linear(container_memory_rss{{{_KEPT}}}[24h], 86400)"
    return f"{len(_instant(url, query, end))} values"


RIVALS: dict[str, Callable[[str, float, int], str]] = {
    "client_library": client_library,
    "client_library_all": client_library_all,
    "by_workload": by_workload,
    "deriv": deriv,
    "predict_linear": predict_linear,
}


def _instant(url: str, query: str, end: float) -> list[Any]:
    form = urllib.parse.urlencode({"query": query, "time": f"{end:.3f}", "timeout": "120s"}).encode()
    with urllib.request.urlopen(f"{url}/api/v1/query", data=form, timeout=300) as answer:
        found: list[Any] = json.load(answer)["data"]["result"]
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=RIVALS)
    parser.add_argument("url")
    parser.add_argument("end", type=float)
    parser.add_argument("containers", type=int)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    sys.stdout.write(RIVALS[given.name](given.url, given.end, given.containers))
