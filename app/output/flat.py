"""Findings as CSV: one line each, nested figures flattened, reasons joined."""

import csv
import io
from typing import Any

from app.domain.finding import Finding
from app.output.document import finding_document


def csv_of(findings: list[Finding]) -> str:
    """The findings with a header line; empty cells for null. A cell that a spreadsheet would run is quoted as text."""
    rows = [_flat(finding_document(finding)) for finding in findings]
    out = io.StringIO()
    writer = csv.DictWriter(out, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: safe_cell(value) for name, value in row.items()} for row in rows)
    return out.getvalue()


_COLUMNS = (
    *("fingerprint", "cluster", "namespace", "workload_kind", "workload_name", "container"),
    *("verdict", "probability", "severity", "growth_bytes_per_hour", "growth_low", "growth_high", "onset_at"),
    *("current_bytes", "limit_bytes", "time_to_limit_p10", "time_to_limit_p50", "time_to_limit_p90"),
    *("memory_kind", "pods_observed", "pods_leaking", "restarts", "oom_kills"),
    *("revision_current", "revision_suspect", "revision_previous", "reasons", "fully_read", "floor_bytes"),
)


def _flat(document: dict[str, Any]) -> dict[str, Any]:
    until = document["time_to_limit_seconds"] or {}
    low, high = document["growth_interval"]
    nested: dict[str, Any] = {
        **{f"workload_{name}": value for name, value in document["workload"].items()},
        **{f"pods_{name}": value for name, value in document["pods"].items()},
        **{f"revision_{name}": document["revision"][name] for name in ("current", "suspect", "previous")},
        **{f"time_to_limit_{name}": until.get(name) for name in ("p10", "p50", "p90")},
        "growth_low": low,
        "growth_high": high,
        "reasons": "; ".join(reason["text"] for reason in document["reasons"]),
    }
    return {name: nested[name] if name in nested else document[name] for name in _COLUMNS}


def safe_cell(value: object) -> object:
    """The value, or, where a spreadsheet would take a text for a formula, that text quoted (OWASP: CSV injection)."""
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@"} else value
