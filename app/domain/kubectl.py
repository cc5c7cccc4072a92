"""Commands for a workload, to be copied into a shell. Names are whatever a label said: each is quoted. Pure."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MIB = 2**20
# What keeps a history of its pod template, so that it can go back, and starts its pods anew in turn.
_ROLLED_OUT = {"Deployment": "deployment", "StatefulSet": "statefulset", "DaemonSet": "daemonset"}
_WITH_TEMPLATE = _ROLLED_OUT | {"CronJob": "cronjob"}
_WITH_PODS = _ROLLED_OUT | {"Job": "job", "Pod": "pod"}


@dataclass(frozen=True, slots=True)
class Target:
    """A workload's container as kubectl is told of it.

    A name with characters that no screen shows gets no command at all: what is copied must be what is seen.
    """

    kind: str
    namespace: str
    name: str
    container: str

    @classmethod
    def of(cls, finding: Mapping[str, Any]) -> "Target":
        """That of a finding's document."""
        workload = finding["workload"]
        return cls(workload["kind"], finding["namespace"], workload["name"], finding["container"])

    @property
    def rolls_out(self) -> bool:
        """Whether `kubectl rollout` can take it back and restart it."""
        return self.kind in _ROLLED_OUT

    def history(self) -> tuple[str, ...]:
        """What revisions of it there are; nothing where it keeps none."""
        return self._said("rollout", "history", _reference(_ROLLED_OUT, self))

    def undo(self) -> tuple[str, ...]:
        """Back to the revision before the present one."""
        return self._said("rollout", "undo", _reference(_ROLLED_OUT, self))

    def undo_to_number(self) -> tuple[str, ...]:
        """Back to a revision of the history; kubectl refuses it until NUMBER is put in."""
        return self._said("rollout", "undo", _reference(_ROLLED_OUT, self), "--to-revision=NUMBER")

    def undo_to(self, number: int) -> tuple[str, ...]:
        """Back to that revision of the history."""
        return self._said("rollout", "undo", _reference(_ROLLED_OUT, self), f"--to-revision={number}")

    def restart(self) -> tuple[str, ...]:
        """All pods anew, one after another."""
        return self._said("rollout", "restart", _reference(_ROLLED_OUT, self))

    def set_limit(self, limit_bytes: int) -> tuple[str, ...]:
        """A memory limit of whole MiB for the container; nothing where the pod's resources cannot be changed."""
        limit = f"--limits=memory={limit_bytes // MIB}Mi"
        return self._said("set", "resources", _reference(_WITH_TEMPLATE, self), "-c", self.container, limit)

    def fullest_pods(self) -> tuple[str, ...]:
        """The namespace's pods by memory: to find the fullest of a workload, which is the one to look into."""
        return self._said("top", "pod", "--containers", "--sort-by=memory")

    def read(self, *command: str) -> tuple[str, ...]:
        """What a command prints in the container, in whichever of the pods kubectl takes."""
        return self._said("exec", _reference(_WITH_PODS, self), "-c", self.container, "--", *command)

    def _said(self, *words: str | None) -> tuple[str, ...]:
        known = [word for word in words if word is not None]
        if len(known) < len(words) or not all(word.isprintable() for word in (self.namespace, *known)):
            return ()
        return (shlex.join(("kubectl", "-n", self.namespace, *known)),)


def _reference(kinds: Mapping[str, str], target: Target) -> str | None:
    kind = kinds.get(target.kind)
    return None if kind is None else f"{kind}/{target.name}"
