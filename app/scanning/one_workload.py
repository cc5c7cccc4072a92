"""A source that shows one workload and nothing else."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from difflib import get_close_matches

from app.domain.scan import Problem
from app.errors import RecordingError, SourceUnusable, UsageError
from app.prometheus.source import Batch, ContainerRef, Control, Plan, Reading, ScanRequest, Source
from app.text import printable
from detectors.panel import History

_MOST_SUGGESTIONS = 3


@dataclass(frozen=True, slots=True)
class Target:
    """The workload that is meant; of its containers all, or one."""

    namespace: str
    workload: str
    container: str | None = None

    @classmethod
    def of(cls, text: str, container: str | None = None) -> "Target":
        """The target that NAMESPACE/WORKLOAD names. Raises UsageError."""
        namespace, _, workload = text.partition("/")
        if not namespace or not workload or "/" in workload:
            raise UsageError(f"{printable(text)!r} is not of the form NAMESPACE/WORKLOAD", "write it like shop/cart")
        return cls(namespace, workload, container)

    def __str__(self) -> str:
        return printable(f"{self.namespace}/{self.workload}")


class OneWorkload:
    """Another source, of which only the target's containers are planned, and thus read."""

    def __init__(self, source: Source, target: Target) -> None:
        self._source = source
        self._target = target
        self.name = source.name

    def plan(self, request: ScanRequest, control: Control) -> Plan:
        """The target's containers alone. Raises UsageError with the nearest names where there are none."""
        target, plan = self._target, None
        # Where the namespace is empty or misspelt, sources say that nothing is there; which names are near is not said.
        with suppress(RecordingError, SourceUnusable):
            plan = self._source.plan(replace(request, namespaces=(target.namespace,)), control)
        mine = [one for one in _containers(plan) if one.workload.name == target.workload]
        if plan is None or not mine:
            everywhere = self._source.plan(replace(request, namespaces=()), control)
            raise _no_workload(target, _containers(everywhere))
        meant = tuple(one for one in mine if target.container in {None, one.container})
        if not meant:
            raise _no_container(target, {one.container for one in mine})
        return replace(plan, batches=(Batch(meant),))

    def read(self, plan: Plan, batch: Batch, control: Control) -> Reading:
        """As the other source does."""
        return self._source.read(plan, batch, control)

    def history(
        self, plan: Plan, containers: Sequence[ContainerRef], seconds: float, control: Control
    ) -> tuple[History, tuple[Problem, ...]] | None:
        """As the other source does."""
        return self._source.history(plan, containers, seconds, control)

    def close(self) -> None:
        """Close the other source."""
        self._source.close()


def _containers(plan: Plan | None) -> list[ContainerRef]:
    return [] if plan is None else [container for batch in plan.batches for container in batch.containers]


def _no_workload(target: Target, containers: Sequence[ContainerRef]) -> UsageError:
    message = f"there is no workload {target} in the window"
    owner = next((one for one in containers if (one.namespace, one.pod) == (target.namespace, target.workload)), None)
    if owner is not None:
        return UsageError(
            f"{message}: that is a pod of {owner.workload.kind} {owner.workload.name}",
            f"give its workload, {owner.namespace}/{owner.workload.name}",
        )
    elsewhere = [one for one in containers if one.workload.name == target.workload]
    names = {f"{one.namespace}/{one.workload.name}" for one in elsewhere or containers}
    near = sorted(names)[:_MOST_SUGGESTIONS] if elsewhere else _near(str(target), names)
    if near:
        return UsageError(message, f"did you mean {_either(near)}?")
    return UsageError(message, "`leakwatch scan --all` lists them; --end and --lookback move the window")


def _no_container(target: Target, containers: set[str]) -> UsageError:
    near = _near(target.container or "", containers)
    meant = f"did you mean {_either(near)}?" if near else f"it has {', '.join(sorted(containers))}"
    return UsageError(f"--container: {target} has no container {printable(target.container or '')}", meant)


def _near(name: str, names: Iterable[str]) -> list[str]:
    return get_close_matches(name, sorted(names), n=_MOST_SUGGESTIONS)


def _either(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last
