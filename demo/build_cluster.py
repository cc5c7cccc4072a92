"""Makes demo/cluster.parquet and demo/cluster.labels.json from a recording of real programs.

    python demo/build_cluster.py RECORDING.parquet

The samples stay as they were recorded; the programs get the names that services of a web shop would have. What is
ambiguous in the recording's labels is left out.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

HERE = Path(__file__).resolve().parent
_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"

# family of the recording -> namespace, workload
NAMES = {
    "node_map_cache": ("shop", "catalogue"),
    "node_listener": ("shop", "notifications"),
    "node_deploy_leak": ("shop", "cart"),
    "node_oom_cycles": ("shop", "image-resizer"),
    "py_global_list": ("payments", "fraud-check"),
    "py_lru_unbounded": ("payments", "exchange-rates"),
    "py_cycles_gc_off": ("payments", "invoices"),
    "py_fd_buffer": ("logistics", "label-printer"),
    "java_threadlocal": ("logistics", "routing"),
    "redis_no_ttl": ("data", "session-cache"),
    "node_const": ("shop", "front-end"),
    "node_daily": ("shop", "checkout"),
    "py_daily": ("payments", "gateway"),
    "java_const": ("logistics", "warehouse"),
    "py_fragmentation": ("data", "search-indexer"),
    "redis_maxmemory_lru": ("data", "page-cache"),
    "pg_steady": ("data", "orders-db"),
    "py_batch_peaks": ("data", "nightly-report"),
    "node_deploy_step": ("shop", "recommendations"),
    "node_session_ttl": ("shop", "sessions"),
    "nginx_files": ("platform", "static-files"),
    "node_redeploys": ("platform", "feature-flags"),
    "py_idle": ("platform", "status-page"),
}


def main(recording: Path) -> None:
    """Write both files beside this script."""
    labels = json.loads(recording.with_suffix(".labels.json").read_text(encoding="utf-8"))
    table = pq.read_table(recording)
    rows, kept = [], {}
    for number, row in enumerate(table.to_pylist()):
        label = labels[row["workload_id"]]
        if label.get("ambiguous"):
            continue
        namespace, workload = NAMES[label["family"]]
        pod = f"{workload}-{_letters(workload + row['version'], 10)}-{_letters(f'{workload}/{number}', 5)}"
        workload_id = f"{namespace}/{workload}"
        rows.append(
            row
            | {"workload_id": workload_id, "namespace": namespace, "workload": workload, "pod": pod}
            | {"node": f"node-{number % 3 + 1}"}
        )
        kept[workload_id] = _label(label, namespace, workload)
    pq.write_table(
        pa.Table.from_pylist(rows, schema=table.schema),
        HERE / "cluster.parquet",
        compression="zstd",
        compression_level=19,
    )
    text = json.dumps(kept, indent=1, sort_keys=True, ensure_ascii=False)
    (HERE / "cluster.labels.json").write_text(text + "\n", encoding="utf-8")


def _label(label: dict[str, Any], namespace: str, workload: str) -> dict[str, Any]:
    named = {name: value for name, value in label.items() if name not in {"ambiguous", "namespace", "workload"}}
    return {"namespace": namespace, "workload": workload, **named}


def _letters(of: str, count: int) -> str:
    """Letters as Kubernetes draws them for names, always the same for the same text."""
    digest = hashlib.sha256(of.encode()).digest()
    return "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[:count])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
