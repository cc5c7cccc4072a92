"""The demo cluster: which workloads run in it and what each tells, and a real Prometheus that holds it."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

from alert_rules import conventions as names
from tests.support import demo_runtimes as runtimes
from tests.support import demo_stores as stores
from tests.support.demo_exporters import Metrics, Told, fill, flat, grows, waves
from tests.support.demo_kubernetes import kubernetes
from tests.support.demo_leakwatch import leakwatch
from tests.support.demo_workloads import MIB, Pod, Workload, deployment, everywhere, stateful
from tests.support.servers import Prometheus, running_prometheus

CLUSTER = "demo"
# The container of an exporter that runs beside what it tells of.
_SIDECAR = "metrics"

WORKLOADS = (
    deployment("shop", "cart", grows(120 * MIB, 60 * MIB), deployed=True),
    stateful("shop", "orders", grows(410 * MIB, 2 * MIB)),
    deployment("shop", "gateway", waves(60 * MIB, 4 * MIB)),
    deployment("shop", "reports", grows(90 * MIB, 200 * MIB), killed=True),
    deployment("shop", "billing", waves(180 * MIB, 10 * MIB)),
    stateful("data", "mongodb", grows(300 * MIB, MIB), sidecars=(_SIDECAR,)),
    stateful("data", "redis", grows(230 * MIB, 4 * MIB), sidecars=(_SIDECAR,)),
    stateful("data", "rabbitmq", grows(160 * MIB, 2 * MIB)),
    everywhere("ingress-nginx", "ingress-nginx-controller", waves(120 * MIB, 4 * MIB)),
    deployment("monitoring", "leakwatch", waves(150 * MIB, 5 * MIB)),
)
_TELLS = {
    "cart": lambda at, pod: runtimes.nodejs(),
    "orders": lambda at, pod: runtimes.jvm(),
    "gateway": lambda at, pod: runtimes.go(),
    "reports": lambda at, pod: runtimes.python(),
    "billing": lambda at, pod: runtimes.dotnet(),
    "mongodb": lambda at, pod: stores.mongodb(at),
    "redis": lambda at, pod: stores.redis(at),
    "rabbitmq": lambda at, pod: stores.rabbitmq(at),
    "ingress-nginx-controller": lambda at, pod: stores.ingress_nginx(pod.name),
    "leakwatch": lambda at, pod: leakwatch() | runtimes.python(),
}


def told() -> list[Told]:
    """All that the cluster's exporters tell, and the owners that our rule records of it over the same time."""
    owners = {
        f'{names.POD_OWNER}{{namespace="{workload.namespace}",pod="{pod.name}",workload="{workload.name}",'
        f'workload_type="{workload.kind}"}}': pod
        for workload in WORKLOADS
        for pod in workload.pods
    }
    return [
        *kubernetes(WORKLOADS),
        *(
            _scraped(workload, pod, _TELLS[workload.name](at % 2, pod))
            for workload in WORKLOADS
            for at, pod in enumerate(workload.pods)
        ),
        *(Told({selector: flat(1)}, {}, pod.begin, pod.end) for selector, pod in owners.items()),
    ]


@contextlib.contextmanager
def running_demo(folder: Path, cluster: str) -> Iterator[Prometheus]:
    """A real Prometheus that holds the last hours of the cluster. cluster: its name, empty: nothing is labelled so."""
    with running_prometheus(folder) as server:
        fill(server.url, told(), time.time(), cluster)
        yield server


def _scraped(workload: Workload, pod: Pod, metrics: Metrics) -> Told:
    labels = {
        "job": f"{workload.namespace}/{workload.name}",
        "instance": f"{pod.name}:9090",
        "namespace": workload.namespace,
        "pod": pod.name,
        "container": _SIDECAR if workload.sidecars else workload.container,
        "endpoint": "metrics",
    }
    return Told({"up": flat(1), "scrape_duration_seconds": flat(0.01), **metrics}, labels, pod.begin, pod.end)
