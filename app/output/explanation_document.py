"""The JSON document of an explanation: a scan's, with figures and series in each finding. Fields may be added."""

import numpy as np

from app.domain.explanation import Explained, Explanation, PodSeries
from app.output.document import Document, finding_document, scan_document
from detectors.panel import Floats


def explained_document(explained: Explained, most_pods: int | None) -> Document:
    """The whole document, with the series of at most so many pods of each container; None: of all there are."""
    return {
        "scan": scan_document(explained.report),
        "findings": [_explanation(one, most_pods) for one in explained.explanations],
    }


def _explanation(explanation: Explanation, most_pods: int | None) -> Document:
    """The finding, and: what each test found (null: nothing); the series, a value each at `times`, unix seconds."""
    return {
        **finding_document(explanation.finding),
        "figures": [
            {"name": figure.name, "value": figure.value if np.isfinite(figure.value) else None, "text": figure.text}
            for figure in explanation.figures
        ],
        "series": {
            "times": explanation.grid.times.tolist(),
            "deploys": [{"at": deploy.at, "revision": deploy.revision} for deploy in explanation.deploys],
            "pods_in_window": explanation.pods_in_window,
            "pods": [_pod(pod) for pod in explanation.pods[:most_pods]],
        },
    }


def _pod(pod: PodSeries) -> Document:
    """One pod: whole bytes at each time, null where nothing is known; restarts and OOM kills as unix seconds."""
    return {
        "pod": pod.pod,
        "revision": pod.revision,
        "leaking": pod.leaking,
        "limit_bytes": None if pod.limit_bytes is None else round(pod.limit_bytes),
        "memory": _whole(pod.memory),
        "working_set": _whole(pod.working_set),
        "floor": _whole(pod.floor),
        "fit": _whole(pod.fit),
        "restarts": list(pod.restarts),
        "oom_kills": list(pod.oom_kills),
    }


def _whole(values: Floats) -> list[int | None]:
    return [round(value) if np.isfinite(value) else None for value in values.tolist()]
