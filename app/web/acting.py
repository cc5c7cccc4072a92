"""What is done to several incidents at once, and how each of it is taken back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.api.services import Services
from app.domain.incident import Incident, IncidentState
from app.errors import Conflict, NotFound
from app.services.acts import ActService, By

# How an incident stood before, behind its number in what is kept to undo.
_STOOD = {IncidentState.OPEN: "o", IncidentState.ACKNOWLEDGED: "a", IncidentState.RESOLVED: "r"}
_UNDOING = "taken back"


@dataclass(frozen=True, slots=True)
class Words:
    """What comes with an act: why, and for how long (a silence alone)."""

    comment: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class ActKind:
    """done: what is told of it; words: whether it must be said why; spans: whether for how long."""

    label: str
    done: str
    words: bool = False
    spans: bool = False
    can_undo: bool = True
    explains: str = ""


KINDS: dict[str, ActKind] = {
    "acknowledge": ActKind("Acknowledge", "Acknowledged"),
    "unacknowledge": ActKind("Unacknowledge", "Took the acknowledgement back of"),
    "silence": ActKind(
        *("Silence", "Silenced"),
        words=True,
        spans=True,
        explains="Nobody is told of it until then. Its state stays what it is.",
    ),
    "unsilence": ActKind("End silence", "Ended the silence of", can_undo=False),
    "resolve": ActKind(
        *("Resolve", "Resolved"),
        words=True,
        explains="It is over. Only a leak that data of two hours later still show opens it again, or a worse one.",
    ),
    "reopen": ActKind("Reopen", "Reopened"),
    "not-a-leak": ActKind(
        *("Not a leak", "Accepted as no leak:"),
        words=True,
        explains="What it shows now is accepted: it is told again only when it clearly exceeds that.",
    ),
    "is-a-leak": ActKind("It is a leak", "Withdrew what was accepted of", can_undo=False),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """changed: the incidents that the act changed, as they stood before; refused: why, of each it could not."""

    kind: str
    changed: tuple[Incident, ...]
    unchanged: int
    refused: tuple[str, ...]

    @property
    def targets(self) -> list[str]:
        """What undo needs to know. One that was silenced already is not made loud, and so not named."""
        those = [one for one in self.changed if self.kind != "silence" or one.silenced_until is None]
        return [f"{one.id}{_STOOD[one.standing.state]}" for one in those]


def act(services: Services, kind: str, ids: Sequence[int], actor: str, words: Words) -> Outcome:
    """Do it to each by itself: what cannot be done to one does not keep it from the others.

    Raises UsageError for words that cannot be kept, StorageError.
    """
    do = _acts(services)[kind]
    before = services.incidents.some(ids)
    changed, refused, unchanged = [], [], 0
    for number in ids:
        try:
            acted = do(number, By(actor), words)
        except (Conflict, NotFound) as error:
            refused.append(f"{error}; {error.hint}" if error.hint else str(error))
            continue
        if acted and number in before:
            changed.append(before[number])
        else:
            unchanged += 1
    return Outcome(kind, tuple(changed), unchanged, tuple(refused))


def undo(services: Services, kind: str, targets: Sequence[str], actor: str) -> Outcome:
    """Take an act back from each target: all are as they were before it. Raises KeyError, StorageError."""
    done: list[Outcome] = []
    for reverse, stood in _BACK[kind]:
        ids = [int(one[:-1]) for one in targets if one[-1] in stood]
        done.append(act(services, reverse, ids, actor, Words(_UNDOING)))
        if done[-1].refused:
            return done[-1]
    return done[0]


_BACK: dict[str, tuple[tuple[str, str], ...]] = {
    "acknowledge": (("unacknowledge", "oar"),),
    "unacknowledge": (("acknowledge", "oar"),),
    "silence": (("unsilence", "oar"),),
    "resolve": (("reopen", "oa"), ("acknowledge", "a")),
    "reopen": (("resolve", "r"),),
    "not-a-leak": (("is-a-leak", "oar"), ("reopen", "oa"), ("acknowledge", "a")),
}
_Do = Callable[[int, By, Words], bool]


def _unsilence(acts: ActService, number: int, by: By, words: Words) -> bool:
    """End the silence of that incident alone. Raises Conflict where another keeps it quiet all the same."""
    done = acts.unsilence(number, by, words.comment)
    if done.detail.incident.silenced_until is not None:
        workload = done.detail.incident.identity.workload
        raise Conflict(f"a silence with matchers keeps {workload} quiet", "end or change that one: see Silences")
    return done.changed


def _acts(services: Services) -> dict[str, _Do]:
    """Each act by its name; whether it changed anything."""
    acts, feedback = services.acts, services.feedback
    return {
        "acknowledge": lambda number, by, words: acts.acknowledge(number, by, words.comment).changed,
        "unacknowledge": lambda number, by, words: acts.unacknowledge(number, by, words.comment).changed,
        "resolve": lambda number, by, words: acts.resolve(number, by, words.comment).changed,
        "reopen": lambda number, by, words: acts.reopen(number, by, words.comment).changed,
        "silence": lambda number, by, words: (
            acts.silence(number, by, acts.now() + words.seconds, words.comment).changed
        ),
        "unsilence": lambda number, by, words: _unsilence(acts, number, by, words),
        "not-a-leak": lambda number, by, words: feedback.not_a_leak(number, by.actor, words.comment).changed,
        "is-a-leak": lambda number, by, words: feedback.is_a_leak(number, by.actor, words.comment).changed,
    }
