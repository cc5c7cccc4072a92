"""The JSON document of a gate's answer. Fields may be added, none renamed."""

from app.domain.gate import Answer, ContainerGate, Question
from app.output.document import Document, rfc3339
from detectors.canary.outcome import Comparison, Outcome, Side
from detectors.judgement import Reason


def answer_document(answer: Answer) -> Document:
    """The whole document: what decided, and each container."""
    deciding = answer.containers[0] if answer.containers else None
    question = answer.question
    decided = _container(deciding, question) if deciding else _nothing(question, answer.reasons)
    return {
        **decided,
        "cluster": question.cluster,
        "namespace": question.namespace,
        "workload": question.workload,
        "at": rfc3339(answer.at),
        "seconds_until_more": answer.seconds_until_more,
        "problems": [{"code": one.code, "text": one.text} for one in answer.problems],
        "containers": [_container(one, question) for one in answer.containers],
    }


def _container(one: ContainerGate, question: Question) -> Document:
    comparison = one.comparison
    return {
        "verdict": comparison.outcome.value,
        "probability": round(comparison.probability, 4),
        "reasons": _reasons(comparison.reasons),
        "container": one.container,
        "excess_bytes_per_hour": _whole(comparison.excess_bytes_per_hour),
        "excess_interval": None if comparison.interval is None else [_whole(one) for one in comparison.interval],
        "stable": _side(comparison.stable, question.workload_of_stable, one.stable),
        "canary": _side(comparison.canary, question.workload, one.canary),
        "seconds_until_more": _seconds(comparison),
        "figures": [{"name": one.name, "value": round(one.value, 4), "text": one.text} for one in comparison.figures],
    }


def _nothing(question: Question, reasons: tuple[Reason, ...]) -> Document:
    """The same fields where nothing could be compared."""
    unseen = Side(0, 0.0, None, None, None, None, 0)
    return {
        "verdict": Outcome.INCONCLUSIVE.value,
        "probability": 0.0,
        "reasons": _reasons(reasons),
        "container": question.container,
        "excess_bytes_per_hour": None,
        "excess_interval": None,
        "stable": _side(unseen, question.workload_of_stable, None),
        "canary": _side(unseen, question.workload, None),
        "figures": [],
    }


def _side(side: Side, workload: str, revision: str | None) -> Document:
    return {
        "workload": workload,
        "revision": revision,
        "pods": side.pods,
        "age_seconds": round(side.age_seconds),
        "level_bytes": _whole(side.level_bytes),
        "growth_bytes_per_hour": _whole(side.growth_bytes_per_hour),
        "cores": None if side.cores is None else round(side.cores, 4),
        "limit_bytes": _whole(side.limit_bytes),
        "oom_kills": side.oom_kills,
        "basis": None if side.basis is None else side.basis.value,
    }


def _reasons(reasons: tuple[Reason, ...]) -> list[Document]:
    return [{"code": one.code, "text": one.text} for one in reasons]


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)


def _seconds(comparison: Comparison) -> float | None:
    return None if comparison.seconds_until_more is None else round(comparison.seconds_until_more)
