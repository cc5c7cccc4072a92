"""What a rollout of a workload disturbs: how many pods are down at once, by the rules of its controller. Pure."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.domain.mitigation.model import ActKind, Budget, Disturbance, Scaler

Object = Mapping[str, Any]
_QUARTER = "25%"


def disturbance_of(
    act: ActKind,
    workload: Object,
    pods: Sequence[Object],
    budgets: Iterable[Object],
    scalers: Iterable[Object],
    *,
    paused: bool,
    rolling: bool,
) -> Disturbance:
    """What the act disturbs. pods: the workload's own; budgets, scalers: all those of its namespace."""
    template = ((workload.get("spec") or {}).get("template") or {}).get("metadata") or {}
    labels = template.get("labels") or {}
    return Disturbance(
        replicas=replicas_of(workload),
        ready=int(_status(workload).get("readyReplicas") or _status(workload).get("numberReady") or 0),
        pending=sum(_status(pod).get("phase") == "Pending" for pod in pods),
        at_once=_at_once(act, workload),
        paused=paused,
        rolling=rolling,
        budgets=tuple(_budget(one) for one in budgets if _selects((one.get("spec") or {}).get("selector"), labels)),
        scalers=tuple(_scaler(one) for one in scalers if _scales(one, workload)),
        notes=tuple(_notes(act, workload)),
    )


def _at_once(act: ActKind, workload: Object) -> int:
    if act is ActKind.ABORT:
        return 0
    if act is ActKind.RESTART and workload.get("kind") == "Rollout":
        # It makes no new ReplicaSet: its pods are evicted, one at a time where none may be missing (restart.go).
        return min(max(down_at_once(workload), 1), replicas_of(workload))
    return down_at_once(workload)


def replicas_of(workload: Object) -> int:
    """How many pods it is to have."""
    if workload.get("kind") == "DaemonSet":
        return int(_status(workload).get("desiredNumberScheduled") or 0)
    wanted = (workload.get("spec") or {}).get("replicas")
    return 1 if wanted is None else int(wanted)


def down_at_once(workload: Object) -> int:
    """How many pods a change of the template takes down at the same time at most."""
    spec, kind, replicas = workload.get("spec") or {}, workload.get("kind"), replicas_of(workload)
    strategy = spec.get("strategy" if kind in {"Deployment", "Rollout"} else "updateStrategy") or {}
    if kind == "Deployment":
        if strategy.get("type") == "Recreate":
            return replicas
        return _of_deployment(strategy.get("rollingUpdate") or {}, replicas)
    if kind == "Rollout":
        # Blue-green brings up a second set before anything goes.
        return 0 if "blueGreen" in strategy else _of_deployment(strategy.get("canary") or {}, replicas)
    if strategy.get("type") == "OnDelete":
        return 0
    rolling = strategy.get("rollingUpdate") or {}
    if kind == "StatefulSet":
        touched = max(replicas - int(rolling.get("partition") or 0), 0)
        return min(max(_scaled(rolling.get("maxUnavailable", 1), replicas, up=False), 1), touched)
    surge = _scaled(rolling.get("maxSurge", 0), replicas, up=True)
    unavailable = _scaled(rolling.get("maxUnavailable", 0 if surge else 1), replicas, up=True)
    return min(unavailable, replicas)


def _of_deployment(rolling: Object, replicas: int) -> int:
    """The controller's own rounding: what may be missing goes down, what is added goes up; both 0 means one missing."""
    surge = _scaled(rolling.get("maxSurge", _QUARTER), replicas, up=True)
    unavailable = _scaled(rolling.get("maxUnavailable", _QUARTER), replicas, up=False)
    return min(unavailable if surge or unavailable else 1, replicas)


def _scaled(value: Any, of: int, *, up: bool) -> int:
    """A number, or a share of so many in percent. What is neither counts as all of them."""
    if isinstance(value, int):
        return max(value, 0)
    text = str(value)
    if not (text.endswith("%") and text[:-1].isdigit()):
        return int(text) if text.isdigit() else of
    share = of * int(text[:-1][:6]) / 100
    return math.ceil(share) if up else math.floor(share)


def _budget(budget: Object) -> Budget:
    metadata, status = budget.get("metadata") or {}, _status(budget)
    return Budget(
        str(metadata.get("name")),
        int(status.get("disruptionsAllowed") or 0),
        int(status.get("currentHealthy") or 0),
        int(status.get("desiredHealthy") or 0),
        is_current=int(status.get("observedGeneration") or 0) >= int(metadata.get("generation") or 0),
    )


def _scaler(scaler: Object) -> Scaler:
    spec, status = scaler.get("spec") or {}, _status(scaler)
    least, most, now = spec.get("minReplicas"), spec.get("maxReplicas"), status.get("currentReplicas")
    name = str((scaler.get("metadata") or {}).get("name"))
    return Scaler(name, 1 if least is None else int(least), int(most or 0), int(now or 0))


def _scales(scaler: Object, workload: Object) -> bool:
    target = (scaler.get("spec") or {}).get("scaleTargetRef") or {}
    mine = (workload.get("kind"), (workload.get("metadata") or {}).get("name"))
    return (target.get("kind"), target.get("name")) == mine


def _selects(selector: Any, labels: Object) -> bool:
    """Whether a label selector of policy/v1 takes pods with these labels; an empty one takes all, none takes none."""
    if selector is None:
        return False
    if any(labels.get(name) != value for name, value in (selector.get("matchLabels") or {}).items()):
        return False
    return all(_fits(one, labels) for one in selector.get("matchExpressions") or ())


def _fits(expression: Object, labels: Object) -> bool:
    key, operator, values = str(expression.get("key")), expression.get("operator"), expression.get("values") or ()
    match operator:
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
    return True  # One that is not known may be about it.


def _notes(act: ActKind, workload: Object) -> Iterable[str]:
    spec, kind = workload.get("spec") or {}, workload.get("kind")
    strategy = spec.get("strategy") or spec.get("updateStrategy") or {}
    if act is ActKind.ABORT:
        yield "The canary's pods go, and all traffic goes to the stable revision."
        return
    if kind == "Deployment" and strategy.get("type") == "Recreate":
        yield "Its strategy is Recreate: all pods end before a new one begins."
    if strategy.get("type") == "OnDelete":
        yield "Its strategy is OnDelete: nothing happens to a pod until somebody deletes it."
    partition = int((strategy.get("rollingUpdate") or {}).get("partition") or 0)
    if kind == "StatefulSet" and partition:
        yield f"Its partition is {partition}: pods with a lower number stay as they are."
    if kind == "Rollout" and "canary" in strategy and (strategy["canary"] or {}).get("steps"):
        yield "It goes through the steps of its canary, unless it goes back to the stable revision."


def _status(one: Object) -> Object:
    found: Object = one.get("status") or {}
    return found
