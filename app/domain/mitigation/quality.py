"""The quality of service that pods of a template have. Pure.

https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/
"""

from collections.abc import Mapping
from typing import Any

from app.domain.mitigation.quantity import bytes_of


def is_guaranteed(workload: Mapping[str, Any]) -> bool:
    """Whether each container of its pods has limits of CPU and memory, and requests that are the same, or none."""
    pod = ((workload.get("spec") or {}).get("template") or {}).get("spec") or {}
    containers = [one for group in ("containers", "initContainers") for one in pod.get(group) or ()]
    return bool(containers) and all(_is_fixed(one, what) for one in containers for what in ("cpu", "memory"))


def _is_fixed(container: Mapping[str, Any], what: str) -> bool:
    resources = container.get("resources") or {}
    limit = (resources.get("limits") or {}).get(what)
    request = (resources.get("requests") or {}).get(what, limit)
    return limit is not None and _amount(str(request), what) == _amount(str(limit), what)


def _amount(text: str, what: str) -> float | str:
    """Bytes, or CPUs; the text itself where it is neither."""
    try:
        if what == "memory":
            return bytes_of(text)
        return float(text[:-1]) / 1000 if text.endswith("m") else float(text)
    except ValueError:
        return text
