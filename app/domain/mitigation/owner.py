"""What to do about a workload that Helm, Argo CD or Flux keeps: the exact commands, to be run by a person. Pure.

Names are whatever a label said: each word is quoted, and one that no screen shows, or that would be taken for an
option, gets no command at all.
"""

import re
import shlex
from dataclasses import dataclass

from app.domain.mitigation.model import ActKind, Owner

_SHORT = 12
_OPTION = re.compile(r"-n|--(no-edit|with-source|kind|resource-name|namespace|to-revision=\d+)")


@dataclass(frozen=True, slots=True)
class Advised:
    """What a person would do. summary: in words; commands: in their order."""

    summary: str
    commands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HelmTarget:
    """The revision of a release to go back to. number None: it is not sure which; chart: its name and version."""

    number: int | None
    chart: str = ""


@dataclass(frozen=True, slots=True)
class ArgoTarget:
    """The deployment of Argo CD's history to go back to. id None: it is not sure which.

    revision: of Git; repository: where; auto_sync: whether Argo CD would undo what is done by hand; brought: the Git
    revision that is to be undone, "" where it is not sure which
    """

    id: int | None
    revision: str = ""
    repository: str = ""
    auto_sync: bool | None = None
    brought: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """The workload, as kubectl is told of it. revision: the number to go back to, None for the one before."""

    namespace: str
    kind: str
    name: str
    revision: int | None = None


def by_helm(act: ActKind, owner: Owner, workload: Reference, target: HelmTarget | None) -> Advised:
    """What to run of Helm's. target None: no earlier release has another template."""
    if act is ActKind.RESTART:
        return _restart(owner, workload)
    if act is ActKind.RAISE_LIMIT:
        summary = f"Change the limit in the values of release {owner.name}, and upgrade it"
        return Advised(summary, _said(("helm", "get", "values", owner.name, "-n", owner.namespace)))
    history = ("helm", "history", owner.name, "-n", owner.namespace)
    if target is None:
        return Advised(f"No earlier release of {owner.name} has another template of it", _said(history))
    if target.number is None:
        summary = f"Roll the release {owner.name} back to the one before it: see by the history which that is"
        return Advised(summary, _said(history, ("helm", "rollback", owner.name, "-n", owner.namespace)))
    chart = f" ({target.chart})" if target.chart else ""
    return Advised(
        f"Roll the release {owner.name} back to its revision {target.number}{chart}",
        _said(("helm", "rollback", owner.name, str(target.number), "-n", owner.namespace)),
    )


def by_argocd(
    act: ActKind, owner: Owner, workload: Reference, target: ArgoTarget | None, commit: str | None
) -> Advised:
    """What to run of Argo CD's and of Git's. commit: what the present revision was made of, None where that is unknown.

    A rollback is refused by Argo CD while auto-sync is on, and the Git revert is what holds in any case.
    """
    if act is ActKind.RESTART:
        resource = ("--kind", workload.kind, "--resource-name", workload.name, "--namespace", workload.namespace)
        command = ("argocd", "app", "actions", "run", owner.name, "restart", *resource)
        return Advised(f"Let Argo CD restart it, as an action of application {owner.name}", _said(command))
    if act is ActKind.RAISE_LIMIT:
        where = f" ({owner.where})" if owner.where else ""
        return Advised(f"Change the limit in the Git repository of application {owner.name}{where}", ())
    revert = _revert(commit or "")
    if target is None or target.id is None or target.auto_sync:
        why = "; Argo CD takes no rollback while auto-sync is on" if target is not None and target.auto_sync else ""
        history = ("argocd", "app", "history", owner.name)
        commands = _said(*revert) if revert else _said(history)
        return Advised(f"Revert the change in the Git repository of application {owner.name}{why}", commands)
    to = f", Git revision {target.revision[:_SHORT]}" if target.revision else ""
    return Advised(
        f"Roll application {owner.name} back to its deployment {target.id}{to}, and revert the change in Git",
        _said(("argocd", "app", "rollback", owner.name, str(target.id)), *revert),
    )


def by_flux(act: ActKind, owner: Owner, workload: Reference, commit: str | None) -> Advised:
    """What to run of Git's and Flux's."""
    if act is ActKind.RESTART:
        return _restart(owner, workload)
    if act is ActKind.RAISE_LIMIT:
        return Advised(f"Change the limit in the Git repository that Flux applies as {owner.name}", ())
    kind = "helmrelease" if owner.where.startswith("HelmRelease") else "kustomization"
    its = (kind, owner.name, "-n", owner.namespace)
    summary = f"Revert the change in the Git repository that Flux applies as {owner.name}"
    if commit:
        return Advised(summary, _said(*_revert(commit), ("flux", "reconcile", *its, "--with-source")))
    # Nothing says which commit: that takes a person some time, and until then Flux would undo what is done by hand.
    until = "; until then suspend it, and go back by hand, and resume it once Git has the revert"
    return Advised(summary + until, _said(("flux", "suspend", *its), _undo(workload), ("flux", "resume", *its)))


def _restart(owner: Owner, workload: Reference) -> Advised:
    summary = f"Restart it by hand: {owner.kind} keeps the workload, and takes no note of a restart"
    return Advised(summary, _said(_kubectl(workload, "restart")))


def _undo(workload: Reference) -> tuple[str, ...]:
    to = () if workload.revision is None else (f"--to-revision={workload.revision}",)
    return (*_kubectl(workload, "undo"), *to)


def _kubectl(workload: Reference, what: str) -> tuple[str, ...]:
    if workload.kind == "Rollout":
        return ("kubectl", "argo", "rollouts", what, workload.name, "-n", workload.namespace)
    return ("kubectl", "rollout", what, f"{workload.kind.lower()}/{workload.name}", "-n", workload.namespace)


def _revert(commit: str) -> tuple[tuple[str, ...], ...]:
    return (("git", "revert", "--no-edit", commit), ("git", "push")) if commit else ()


def _said(*commands: tuple[str, ...]) -> tuple[str, ...]:
    plain = [words for words in commands if all(_is_fit(word) for word in words)]
    return tuple(shlex.join(words) for words in plain) if len(plain) == len(commands) else ()


def _is_fit(word: str) -> bool:
    return bool(word) and word.isprintable() and (not word.startswith("-") or _OPTION.fullmatch(word) is not None)
