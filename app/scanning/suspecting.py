"""Findings with what the cluster itself tells of them: facts of the workload, and the rollout that brought a leak."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from app.domain.finding import Finding, Revisions
from app.domain.scan import Problem
from app.domain.suspicion import Suspicion, Version, suspicion, versions_of
from app.errors import ClusterError, LeakwatchError, ObjectNotFound
from app.kubernetes.discovery import owners_of
from app.kubernetes.managers import manager_of
from app.kubernetes.paths import WITH_HISTORY
from app.kubernetes.rollouts import History, read_history
from app.kubernetes.sources import rolled_out_by
from app.prometheus.ownership import image_version
from app.prometheus.source import Batch, Reading
from app.scanning.knowing import Known
from detectors.at_age import AtAge
from detectors.judgement import Judgement, Verdict
from detectors.panel import Ints
from detectors.versions import compare_versions

# Leaks whose revisions are read in one scan, and how long that may take in all.
_MOST_READ = 200
_LONGEST_SECONDS = 60.0
_MOST_FAILURES = 3
# Pods of a StatefulSet keep their names through rollouts: which revision each life of theirs ran, its birth tells.
_KEEPS_NAMES = "StatefulSet"
_OTHER, _BY_BIRTH = -2, -1


@dataclass(slots=True)
class Informed:
    """Adds to the findings of one scan. problems: what of it could not be had."""

    known: Known
    problems: list[Problem] = field(default_factory=list)
    _read: int = 0
    _failures: int = 0
    _seconds: float = 0.0

    def add(
        self, batch: Batch, reading: Reading, judgements: Sequence[Judgement], findings: Sequence[Finding]
    ) -> list[Finding]:
        """The findings, in the same order, with facts; leaks with their rollouts as well."""
        return [self._informed(batch, reading, *pair) for pair in zip(judgements, findings, strict=True)]

    def _informed(self, batch: Batch, reading: Reading, judgement: Judgement, finding: Finding) -> Finding:
        namespace, workload = finding.identity.namespace, finding.workload
        view = self.known.view
        finding = replace(
            finding,
            facts=view.facts_of(namespace, workload),
            container_facts=view.container_of(namespace, workload, finding.identity.container),
        )
        if finding.verdict is not Verdict.LEAK or workload.kind not in WITH_HISTORY or not self._may_read():
            return finding
        history = self._history(finding)
        if history is None or judgement.onset_interval is None:
            return finding
        rows = np.nonzero(reading.panel.subject == judgement.subject)[0]
        versions = versions_of(history.rollouts, view.first_pods_at(namespace, workload))
        found = suspicion(
            versions, judgement.onset_interval, lambda: _compared(batch, reading, rows, versions, workload.kind)
        )
        return finding if found is None else self._with_suspicion(batch, rows, finding, found, history)

    def _with_suspicion(
        self, batch: Batch, rows: Ints, finding: Finding, found: Suspicion, history: History
    ) -> Finding:
        revisions, container = finding.revisions, finding.identity.container
        if found.confirmed and revisions.suspect is None and found.previous is not None:
            suspect = _called(batch, rows, found.version, container)
            revisions = Revisions(revisions.current, suspect, _called(batch, rows, found.previous, container))
        manager = manager_of(history.workload, owners_of(self.known.access, history.workload))
        source = None
        if manager is not None and found.version.began_at is not None:
            try:
                source = rolled_out_by(self.known.access, manager, found.version.began_at)
            except ClusterError:
                source = None  # a right that is optional, or a tool that is not there
        return replace(finding, revisions=replace(revisions, rollout=found, rolled_out_by=source))

    def _may_read(self) -> bool:
        return self._read < _MOST_READ and self._seconds < _LONGEST_SECONDS and self._failures < _MOST_FAILURES

    def _history(self, finding: Finding) -> History | None:
        began = time.monotonic()
        identity, workload = finding.identity, finding.workload
        self._read += 1
        try:
            return read_history(self.known.access, workload.kind, identity.namespace, workload.name)
        except ObjectNotFound:
            return None  # gone since, or of a kind that the cluster does not have
        except LeakwatchError as error:
            self._failures += 1
            text = f"revisions of {identity.namespace}/{workload.name} could not be read from the cluster: {error}"
            self.problems.append(Problem("kubernetes_rollouts_unread", text))
            return None
        finally:
            self._seconds += time.monotonic() - began


def _compared(batch: Batch, reading: Reading, rows: Ints, versions: Sequence[Version], kind: str) -> tuple[AtAge, ...]:
    known = {one: number for number, version in enumerate(versions) for one in version.hashes}

    def version_of(template_hash: str | None) -> int:
        if kind == _KEEPS_NAMES or template_hash is None:
            return _BY_BIRTH
        return known.get(template_hash, _OTHER)

    of_rows = np.array([version_of(batch.containers[row].template_hash) for row in rows], dtype=np.int64)
    starts = [float("nan") if one.began_at is None else one.began_at for one in versions]
    return compare_versions(reading.panel.take(rows), starts, of_rows)


def _called(batch: Batch, rows: Ints, version: Version, container: str) -> str:
    """What people call a version: as its pods in the window are told, else the image's tag, else its hash."""
    for row in rows:
        one = batch.containers[row]
        if one.template_hash in version.hashes and one.revision is not None:
            return str(one.revision)
    rollout = version.rollout
    tag: str | None = image_version(rollout.images.get(container))
    return tag or rollout.template_hash or str(rollout.number)
