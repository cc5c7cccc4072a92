"""What to do about a leak, with the commands for it. Pure: no clock, no network."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_ROLLED_OUT = {"Deployment": "deployment", "StatefulSet": "statefulset", "DaemonSet": "daemonset"}


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to do: what, why, and the commands; every value in those is quoted for a shell."""

    title: str
    why: str
    commands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do, the most helpful first."""

    acts: tuple[Act, ...]


def advice_of(finding: Mapping[str, Any], suspect: str | None, judged_at: float) -> Advice:
    """What helps against the leak of a finding (its document). suspect: who brought it; judged_at: unix seconds."""
    workload = finding["workload"]
    kind = _ROLLED_OUT.get(workload["kind"])
    if kind is None:
        return Advice((Act("Look at it", "it is not rolled out by revisions", ()),))
    target = f"-n {shlex.quote(finding['namespace'])} {kind}/{shlex.quote(workload['name'])}"
    until = finding["time_to_limit_seconds"]
    end = f"{judged_at + until['p50']:.0f}" if until else "never"
    restart = Act(
        "Restart it in time", f"memory begins anew; it would run out at {end}", (f"kubectl rollout restart {target}",)
    )
    if suspect is None:
        return Advice((restart,))
    undo = Act("Roll back", f"it leaks since {suspect}", (f"kubectl rollout undo {target}",))
    return Advice((undo, restart))
