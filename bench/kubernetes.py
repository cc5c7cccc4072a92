"""`python -m bench.kubernetes`: what knowing a cluster of 10,000 pods costs, from a real API server."""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from app.kubernetes.access import ClusterAccess
from app.kubernetes.cluster import Cluster
from app.settings import load_settings
from bench.kubernetes_server import ApiServer, fill, missing_program, running_api_server
from bench.report import RESULTS, keep, machine, table

_PODS, _PER_WORKLOAD, _NAMESPACES = 10_000, 5, 50
_CHANGES = 200
_SECONDS = 120.0


def main() -> None:
    """Fill a server, look at it in a process of its own, print, and write it down."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--look", metavar="KUBECONFIG", help=argparse.SUPPRESS)
    parser.add_argument("--pods", type=int, default=_PODS)
    given = parser.parse_args()
    if given.look:
        _look(given.look)
        return
    missing = missing_program()
    if missing is not None:
        sys.exit(f"{missing} is not there: `make control-plane` builds it")
    with tempfile.TemporaryDirectory() as folder, running_api_server(Path(folder)) as api:
        began = time.monotonic()
        fill(api, given.pods, _PER_WORKLOAD, _NAMESPACES)
        print(f"filled in {time.monotonic() - began:.0f} s", flush=True)
        rows = _measured(api)
    remark = (
        f"{given.pods:,} pods of two containers in {_NAMESPACES} namespaces, {given.pods // _PER_WORKLOAD:,} "
        f"Deployments with two ReplicaSets each, {given.pods // 30} nodes; etcd and API server on the same machine. "
        f"{machine()} Resident: of the whole process, which does nothing else; at most: while it listed."
    )
    keep(RESULTS, "Knowing a cluster", f"{remark}\n\n{table(('what', 'figure'), rows)}")


def _measured(api: ApiServer) -> list[Sequence[str]]:
    command = [sys.executable, "-m", "bench.kubernetes", "--look", str(api.kubeconfig)]
    spent = api.spent()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        first = process.stdout.readline().split()
        spent = api.spent() - spent
        for number in range(_CHANGES):
            namespace, name = f"team-{number % _NAMESPACES}", f"service-{number}"
            path = f"/apis/apps/v1/namespaces/{namespace}/deployments/{name}"
            api.send("PATCH", path, {"spec": {"replicas": 7}})
        changed = time.monotonic()
        print("changed", file=process.stdin, flush=True)
        second = process.stdout.readline().split()
        waited = time.monotonic() - changed
    return [
        ("first list of all, s", first[0]),
        ("the same, CPU of the reader, s", first[1]),
        ("the same, CPU of API server and etcd, s", f"{spent:.2f}"),
        ("resident after it, MiB", first[2]),
        ("resident at most, MiB", first[3]),
        ("what is known put together for a scan, s", first[4]),
        (f"until {_CHANGES} changes are known, s", f"{waited:.2f}"),
        ("resident then, MiB", second[0]),
    ]


def _look(kubeconfig: str) -> None:
    access = ClusterAccess.of(load_settings(kubernetes_kubeconfig=kubeconfig))
    assert access is not None
    cluster = Cluster(access)
    began, spent = time.monotonic(), time.process_time()
    view = cluster.view(_SECONDS)
    took, spent = time.monotonic() - began, time.process_time() - spent
    assert not cluster.problems(), cluster.problems()
    again = time.monotonic()
    cluster.view(0.0)
    print(f"{took:.2f} {spent:.2f} {_memory('VmRSS')} {_memory('VmHWM')} {time.monotonic() - again:.2f}", flush=True)
    sys.stdin.readline()
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until:
        view = cluster.view(0.0)
        if sum(one.wanted == 7 for one in view.workloads()) == _CHANGES:
            break
        time.sleep(0.05)
    print(_memory("VmRSS"), flush=True)
    cluster.close()


def _memory(name: str) -> int:
    """MiB of this process, as the kernel counts."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith(name))) // 1024


if __name__ == "__main__":
    main()
