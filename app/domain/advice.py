"""What to do now about a leak: each act with its reason and the commands for it, most useful first. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.domain.incident import Incident, IncidentState
from app.domain.kubectl import MIB, Target
from detectors.judgement import MemoryKind, Verdict
from detectors.words import amount, span

# A raised limit is to last over the next working days, whatever the day is.
_LASTS_HOURS = 7 * 24
_LIMIT_STEP_BYTES = 64 * MIB
# Beyond this many times the present limit, nodes are asked for memory that they were never planned to have.
_MOST_RAISE = 4
# Room for what is no leak, over what the largest pod holds now, where a first limit is set.
_FIRST_LIMIT = 2
_HOUR_SECONDS = 3600.0
_GITOPS = "Where Git rules the cluster (Argo CD, Flux), change it there: what is done by hand is undone."

_WHERE_TO_LOOK = {
    MemoryKind.ANON: (
        "Memory of the program itself grows: its heap, its stacks, what native libraries hold. Take a profile of the"
        " fullest pod before it restarts, and one an hour later: what stands in both and grew is the leak. Go: pprof's"
        " heap profile. JVM: jcmd GC.class_histogram, then GC.heap_dump; native memory by VM.native_memory. Node.js:"
        " two heap snapshots compared. Python: memray or tracemalloc. .NET: dotnet-gcdump. C, C++, Rust: heaptrack,"
        " or jemalloc's profile. smaps_rollup tells how much of the first process is anonymous memory."
    ),
    MemoryKind.KERNEL: (
        "The kernel holds most of the growth on the program's behalf, so a heap profile shows little. Look at sock"
        " (connections that are never closed or read), slab (open files, directory entries), kernel_stack (threads) and"
        " pagetables in memory.stat: the one that grows from one hour to the next names the cause."
    ),
    MemoryKind.PAGE_CACHE: (
        "Pages of files grow. The kernel takes those of disks back when it needs them; those of memory-backed volumes"
        " (shmem in memory.stat: /dev/shm, an emptyDir of medium Memory) it cannot. If shmem grows, look for files"
        " there that are never deleted; if not, look for logs and data that are written without end."
    ),
}
_WHAT_TO_READ = {
    MemoryKind.ANON: ("cat", "/proc/1/smaps_rollup"),
    MemoryKind.KERNEL: ("cat", "/sys/fs/cgroup/memory.stat"),
    MemoryKind.PAGE_CACHE: ("cat", "/sys/fs/cgroup/memory.stat"),
}


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to do: what and why in plain words, and commands to copy, in the order to run them in.

    before: unix seconds when it may be too late; None where it never is, or nobody knows.
    """

    title: str
    why: str
    commands: tuple[str, ...]
    before: float | None = None

    @property
    def headline(self) -> str:
        """What, and until when, of UTC."""
        return self.title if self.before is None else f"{self.title}, before {_moment(self.before)}"


@dataclass(frozen=True, slots=True)
class Advice:
    """Acts, most useful first; none for what does not leak."""

    acts: tuple[Act, ...]


@dataclass(frozen=True, slots=True)
class _Leak:
    """The figures that acts are reckoned from. Bytes, bytes/hour, unix seconds.

    growth: of one pod; fast_growth: the high end of its interval; level: what a pod holds now, or held when it was
    killed; grown: since the onset, None where that is unknown; full_at: when the limit may first be reached.
    """

    target: Target
    growth: float
    fast_growth: float
    level: float
    grown: float | None
    limit: float | None
    full_at: float | None
    killed_again_and_again: bool


def advice_of(finding: Mapping[str, Any], suspect: str | None, judged_at: float) -> Advice:
    """What to do about a finding, given as its document (app/output/document.py).

    suspect: the revision that is suspected to have brought it, None where none is; judged_at: unix seconds, the end of
    the window that was judged. Times to the limit count from there, not from when somebody reads it.
    """
    if finding["verdict"] != Verdict.LEAK:
        return Advice(())
    leak = _leak(finding, judged_at)
    acts = (
        _roll_back(leak.target, finding["revision"], suspect),
        _restart(leak),
        _first_limit(leak) if leak.limit is None else _higher_limit(leak, leak.limit),
        _find(leak.target, MemoryKind(finding["memory_kind"])),
    )
    return Advice(tuple(act for act in acts if act is not None))


def advice_for(incident: Incident) -> Advice:
    """What to do about an incident, by its last finding that leaked; nothing once it is over."""
    standing = incident.standing
    if standing.state is IncidentState.RESOLVED:
        return Advice(())
    return advice_of(incident.finding, standing.suspect, standing.last_leak_at)


def _leak(finding: Mapping[str, Any], judged_at: float) -> _Leak:
    growth = float(finding["growth_bytes_per_hour"])
    current, floor, onset = float(finding["current_bytes"]), finding.get("floor_bytes"), finding["onset_at"]
    until = finding["time_to_limit_seconds"]
    hours = None if onset is None else (judged_at - _seconds(onset)) / _HOUR_SECONDS
    grown = None if hours is None else growth * hours
    return _Leak(
        target=Target.of(finding),
        growth=growth,
        fast_growth=max(growth, float(finding["growth_interval"][1])),
        level=max(current, float(floor or 0.0)),
        # Growth that is told of several lives together began before the present one did.
        grown=grown if grown is not None and 0.0 < grown < current else None,
        limit=None if finding["limit_bytes"] is None else float(finding["limit_bytes"]),
        full_at=None if until is None else judged_at + until["p10"],
        killed_again_and_again=any(reason["code"] == "oom_loop" for reason in finding["reasons"]),
    )


def _roll_back(target: Target, revision: Mapping[str, Any], suspect: str | None) -> Act | None:
    """Not where no revision is suspected, nor where the one before it runs again and leaks: then it is older."""
    if suspect is None:
        return None
    previous = revision["previous"] if revision["suspect"] == suspect else None
    current = revision["current"]
    if previous is not None and current == previous:
        return None
    what = f"Roll back to the revision before {_shown(suspect)}" if previous is None else f"Roll back to {previous}"
    came = f"The leak came with {_shown(suspect)}."
    if not target.rolls_out:
        return Act(_shown(what), f"{came} {_without_rollout(target.kind)}", ())
    number = _number_before(revision, suspect)
    if number is not None:
        why = f"{came} Going back from it to {_named(previous)}, rollout {number}, should end it. {_GITOPS}"
        return Act(_shown(what), why, (*target.history(), *target.undo_to(number)))
    if current is not None and current != suspect:
        why = (
            f"{came} {_shown(current)} came after it, so that a plain undo may go back to what leaks: find the number"
            f" of {_named(previous)} in the history and put it in place of NUMBER. {_GITOPS}"
        )
        return Act(_shown(what), why, (*target.history(), *target.undo_to_number()))
    why = (
        f"{came} Going back from {_shown(suspect)} to {_named(previous)} should end it. See by the history that this is"
        f" the revision before; undo takes it back to that one. {_GITOPS}"
    )
    return Act(_shown(what), why, (*target.history(), *target.undo()))


def _number_before(revision: Mapping[str, Any], suspect: str) -> int | None:
    """The number of the rollout before the suspected one, where the cluster told of it."""
    rollout = revision.get("rollout") if revision["suspect"] == suspect else None
    before = rollout["previous"] if rollout is not None else None
    return None if before is None else int(before["number"])


def _named(previous: str | None) -> str:
    return "the revision before it" if previous is None else _shown(previous)


def _without_rollout(kind: str) -> str:
    if kind == "CronJob":
        return "A CronJob keeps no revisions: apply the manifest of before; the next run takes it."
    if kind in {"Job", "Pod"}:
        return f"A {kind} keeps no revisions: delete it, and create it from the manifest of before."
    return f"kubectl does not roll back a {_shown(kind)}: go back with what deployed it."


def _restart(leak: _Leak) -> Act | None:
    if leak.growth <= 0:
        return None
    told = ["It does not mend the leak, it only begins anew.", _gained(leak)]
    if leak.killed_again_and_again:
        told.append("OOM kills restart it already; a restart of your choosing lets it end its work.")
    told.append("Take a profile first: after it there is nothing to see.")
    if not leak.target.rolls_out:
        told.append(_restart_without_rollout(leak.target.kind))
    before = None if leak.killed_again_and_again else leak.full_at
    return Act("Restart it to gain time", " ".join(told), leak.target.restart(), before)


def _gained(leak: _Leak) -> str:
    """How long until it stands where it stands now, or at the limit."""
    if leak.limit is None:
        if leak.grown is None:
            return f"Memory comes back at {amount(leak.growth)}/h."
        return f"It frees about {amount(leak.grown)}, which is back in {span(leak.grown / leak.growth)}."
    if leak.grown is None:
        return f"It buys at most {span(leak.limit / leak.growth)} at {amount(leak.growth)}/h."
    start = leak.level - leak.grown
    hours = max(leak.limit - start, 0.0) / leak.growth
    return (
        f"It frees about {amount(leak.grown)} and buys about {span(hours)} until the limit at {amount(leak.growth)}/h."
    )


def _restart_without_rollout(kind: str) -> str:
    if kind == "CronJob":
        return "Each run of a CronJob begins anew by itself; delete the pod of the present one if it cannot wait."
    if kind == "Job":
        return "Delete its pod: the Job makes another, and the work begins again."
    if kind == "Pod":
        return "Nothing makes a bare pod anew: keep its manifest, delete it, and create it again."
    return f"Delete its pods one after another; the {_shown(kind)} makes them anew."


def _higher_limit(leak: _Leak, limit: float) -> Act | None:
    """Not where the limit of now lasts as long."""
    needed = _in_steps(leak.level + max(leak.fast_growth, 0.0) * _LASTS_HOURS)
    if needed <= limit:
        return None
    rate = f"at up to {amount(leak.fast_growth)}/h"
    if needed > _MOST_RAISE * limit:
        why = (
            f"To last 7 days {rate} it would have to be {amount(needed)} in place of {amount(limit)} for each pod,"
            " which nodes hardly have. A restart in time gains more."
        )
        return Act("Do not count on a higher limit", why, ())
    why = (
        f"{rate[0].upper()}{rate[1:]} that lasts about 7 days, in place of {amount(limit)}. It mends nothing: it buys"
        f" time, and {_takes_effect(leak.target.kind)} Requests may need the same, or a node may promise memory that it"
        f" does not have. {_GITOPS}"
    )
    return Act(f"Raise the limit to {amount(needed)}", why, leak.target.set_limit(needed))


def _first_limit(leak: _Leak) -> Act:
    limit = _in_steps(_FIRST_LIMIT * leak.level)
    why = (
        f"Without one it grows until the node runs out and its neighbours suffer; with one it ends in a restart of this"
        f" container alone. {amount(limit)} is about twice what its largest pod holds now, which leaves room for peaks;"
        f" {_takes_effect(leak.target.kind)} Requests may need the same. {_GITOPS}"
    )
    return Act(f"Set a limit of {amount(limit)}", why, leak.target.set_limit(limit))


def _takes_effect(kind: str) -> str:
    if kind == "CronJob":
        return "it takes effect with the next run."
    if kind in {"Job", "Pod"}:
        return f"it takes a new {kind}: delete it, and create it with the changed manifest."
    return "setting it restarts the pods."


def _find(target: Target, kind: MemoryKind) -> Act:
    read = target.read(*_WHAT_TO_READ[kind])
    told = [_WHERE_TO_LOOK[kind]]
    if read and target.rolls_out:
        told.append(f"kubectl looks into any one pod of {_shown(target.name)}: name the fullest in its place.")
    return Act("Find what leaks", " ".join(told), (*target.fullest_pods(), *read))


def _in_steps(size_bytes: float) -> int:
    return max(math.ceil(size_bytes / _LIMIT_STEP_BYTES), 1) * _LIMIT_STEP_BYTES


def _seconds(time: str) -> float:
    return datetime.fromisoformat(time).timestamp()


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%a %d %b %H:%M UTC")


def _shown(text: str) -> str:
    """Without characters that no screen shows or that turn the direction of writing."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
