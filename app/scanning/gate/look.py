"""One look at a canary beside its stable revision. Nothing is kept of it."""

import math
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from app.domain.gate import CANARY, STABLE, Answer, ContainerGate, Question, by_severity
from app.domain.scan import Problem
from app.errors import ClusterError, UsageError
from app.prometheus.source import ContainerRef, Control, Plan, ScanRequest, Source
from app.scanning.clusters import only_cluster
from app.scanning.gate.choosing import Chosen, Start, by_name, newest_that_runs, other_that_runs
from app.scanning.gate.cluster import RevisionsOfCluster
from app.scanning.gate.names import Pods, unknown
from app.scanning.gate.reading import LifeReader, Read, sample
from app.scanning.one_workload import OneWorkload, Target
from app.scanning.service import open_source, step_of
from app.settings import Settings
from detectors.canary.compare import compare
from detectors.canary.lives import AgedLife
from detectors.canary.outcome import CanaryOptions, Comparison, Outcome
from detectors.canary.told import old_enough
from detectors.judgement import Reason

# A canary is told by samples of seconds, not of minutes; a long window is looked at more coarsely.
_STEPS = (30.0, 60.0, 120.0, 300.0)
_MOST_STEPS = 12_000
# What is older than that says nothing of now.
_FRESH_SECONDS = 600.0


def look_at_canary(
    settings: Settings,
    question: Question,
    control: Control,
    options: CanaryOptions,
    *,
    end: float | None = None,
    by_hand: bool = False,
) -> Answer:
    """Read both revisions' lives, and compare them. end: unix seconds of the window's end, None for the present.

    by_hand: a person asks, whose kubeconfig may be used. Raises UsageError where the workload, the container or a
    revision is not there, SourceError, ClusterError, ScanAbandoned, RecordingError, SettingsError.
    """
    settings = _narrowed(settings, question)
    source, (_, latest) = open_source(settings, control)
    with closing(source):
        step = step_of(settings)
        until = math.floor(min(end or latest, time.time()) / step) * step
        start = until - math.floor(settings.lookback / step) * step
        cluster, namespaces = settings.cluster, settings.namespaces
        request = ScanRequest(start, until, step, cluster=cluster, namespaces=namespaces, load_of_all=True)
        with closing(RevisionsOfCluster(settings, control, by_hand=by_hand)) as in_cluster:
            return _Look(source, request, question, settings, control, in_cluster).answer(options)


@dataclass(slots=True)
class _Side:
    """One revision: the workload's containers that were seen, of whatever revision, and the pods that are meant."""

    containers: list[ContainerRef]
    chosen: Chosen

    def mine(self, pods: Pods) -> list[ContainerRef]:
        return sample([one for one in self.containers if one.pod in pods])


@dataclass(slots=True)
class _Look:
    source: Source
    request: ScanRequest
    question: Question
    settings: Settings
    control: Control
    in_cluster: RevisionsOfCluster

    def answer(self, options: CanaryOptions) -> Answer:
        plan, canary = self._seen(self.question.workload)
        stable = canary
        if self.question.workload_of_stable != self.question.workload:
            plan, stable = self._seen(self.question.workload_of_stable)
        problems = list(plan.problems)
        sides = (
            _Side(stable, self._by_name(stable, self.question.stable, STABLE, problems)),
            _Side(canary, self._by_name(canary, self.question.canary, CANARY, problems)),
        )
        reader = LifeReader(self.source, plan, self.settings.prometheus_max_samples, self.control)
        read, pods = self._read(reader, sides)
        mine = (sides[0].mine(pods[0]), sides[1].mine(pods[1]))
        if not mine[1]:
            text = "the cluster has the canary's revision, and Prometheus no sample of its pods yet"
            return Answer(self.question, self.request.end, (), tuple(problems), Reason("not_seen_yet", text))
        if not mine[0]:
            text = "the cluster has the stable's revision, and Prometheus no sample of its pods in the window"
            return Answer(self.question, self.request.end, (), tuple(problems), Reason("no_stable_samples", text))
        age = max((life.age for life in old_enough(read.of(mine[1]))), default=0.0)
        reader.youth(read, mine[0], age)
        problems += read.problems
        whole = read.whole and all(one.code != "server_warning" for one in problems)
        names = sorted({one.container for one in mine[1]})
        compared = [self._compared(name, mine, read, options, whole=whole) for name in names]
        return Answer(self.question, self.request.end, by_severity(compared), tuple(dict.fromkeys(problems)))

    def _seen(self, workload: str) -> tuple[Plan, list[ContainerRef]]:
        """What the window has of a workload. Raises UsageError where there is none of the name."""
        target = Target(self.question.namespace, workload, self.question.container)
        plan = OneWorkload(self.source, target).plan(self.request, self.control)
        return plan, [one for batch in plan.batches for one in batch.containers]

    def _by_name(self, seen: list[ContainerRef], name: str, option: str, problems: list[Problem]) -> Chosen:
        try:
            return by_name(seen, name, option, self.in_cluster.named)
        except ClusterError as error:
            if name not in {STABLE, CANARY}:
                if self.in_cluster.is_set:
                    raise
                # Nobody said that there is a cluster to ask: what Prometheus knows is the answer.
                raise unknown(seen, name, option, f"the cluster could not be asked: {error}") from error
            problems.append(Problem("cluster_unread", f"{option} is told by what runs, as the cluster says: {error}"))
            return Chosen(None)

    def _read(self, reader: LifeReader, sides: tuple[_Side, _Side]) -> tuple[Read, tuple[Pods, Pods]]:
        """Everything of both workloads where a word is to be told by what runs, else the pods that are named."""
        stable, canary = sides
        wanted: dict[ContainerRef, None] = {}
        for side in sides:
            pods = side.chosen.pods
            wanted |= dict.fromkeys(_all_of(side.containers) if pods is None else side.mine(pods))
        read = reader.window(list(wanted))
        of_canary, of_stable = canary.chosen.pods, stable.chosen.pods
        if of_canary is None:
            of_canary = newest_that_runs(self._starts(read, canary), CANARY)
        if of_stable is None and stable.containers is not canary.containers:
            of_stable = newest_that_runs(self._starts(read, stable), STABLE)
        elif of_stable is None:
            of_stable = other_that_runs(self._starts(read, stable), of_canary, STABLE)
        if stable.containers is canary.containers and of_canary & of_stable:
            raise UsageError("canary: it is the stable revision itself", "name two revisions")
        return read, (of_stable, of_canary)

    def _starts(self, read: Read, side: _Side) -> dict[ContainerRef, Start]:
        starts = {}
        for one in side.containers:
            lives = read.lives.get(one)
            if lives:
                seen = lives[-1].began + lives[-1].age * 3600
                runs = seen >= self.request.end - _FRESH_SECONDS
                starts[one] = Start(runs, lives[0].began if runs else seen)
        return starts

    def _compared(
        self,
        container: str,
        mine: tuple[list[ContainerRef], list[ContainerRef]],
        read: Read,
        options: CanaryOptions,
        *,
        whole: bool,
    ) -> ContainerGate:
        stable, canary = ([one for one in side if one.container == container] for side in mine)
        lives = read.of(canary)
        if canary and canary[0].workload.kind == "StatefulSet":
            # Its pods keep their names: what they ran before is another revision.
            lives = _last_of_each(lives)
        comparison = compare(read.of(stable), lives, options)
        end = max((life.began + life.age * 3600 for life in lives), default=0.0)
        if self.request.end - end > _FRESH_SECONDS and comparison.outcome is not Outcome.FAIL:
            comparison = _told_no_more(comparison, "no_recent_samples", "no pod of the canary is seen any more")
        if not whole:
            comparison = _told_no_more(
                comparison, "partly_read", "not all could be read: nothing is concluded of a part"
            )
        return ContainerGate(container, _name(stable), _name(canary), comparison)


def _narrowed(settings: Settings, question: Question) -> Settings:
    cluster = {"cluster": question.cluster} if question.cluster else {}
    settings = only_cluster(settings.model_copy(update={"namespaces": (question.namespace,), **cluster}))
    return settings.model_copy(update={"step": settings.step or _step(settings.lookback), "selector": ""})


def _step(lookback: float) -> float:
    return next((step for step in _STEPS if lookback / step <= _MOST_STEPS), _STEPS[-1])


def _all_of(containers: Sequence[ContainerRef]) -> list[ContainerRef]:
    """A sample of each revision's pods."""
    revisions: dict[tuple[str | None, str | None], list[ContainerRef]] = {}
    for one in containers:
        revisions.setdefault((one.template_hash, one.revision), []).append(one)
    return [one for these in revisions.values() for one in sample(these)]


def _last_of_each(lives: Iterable[AgedLife]) -> list[AgedLife]:
    return list({life.pod: life for life in lives}.values())


def _told_no_more(comparison: Comparison, code: str, text: str) -> Comparison:
    """The same, as inconclusive, with the reason why first."""
    return replace(
        comparison,
        outcome=Outcome.INCONCLUSIVE,
        reasons=(Reason(code, text), *comparison.reasons),
        seconds_until_more=comparison.seconds_until_more or _FRESH_SECONDS / 10,
    )


def _name(containers: Sequence[ContainerRef]) -> str | None:
    return next((one.revision or one.template_hash for one in containers), None)


Gate = Callable[[Question], Answer]
