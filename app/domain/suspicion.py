"""Which rollout brought a leak: the nearest before it began, borne out by what the version before did. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from app.domain.rollout import Rollout, TemplateChange, changes, is_only_a_restart
from detectors.at_age import NOT_COMPARED, AtAge


@dataclass(frozen=True, slots=True)
class Version:
    """One pod template, and the rollouts of it: the first, and restarts, in which nothing is new.

    began_at: when it was first rolled out, unix seconds; None where an old revision was taken up again, and no pod is
    left that tells when; hashes: what its pods are labelled with
    """

    rollouts: tuple[Rollout, ...]
    began_at: float | None

    @property
    def rollout(self) -> Rollout:
        """The one that brought it."""
        return self.rollouts[0]

    @property
    def hashes(self) -> frozenset[str]:
        """The labels of its pods."""
        return frozenset(one.template_hash for one in self.rollouts if one.template_hash)


@dataclass(frozen=True, slots=True)
class Suspicion:
    """The version that is suspected; previous: the one before it, None where none is kept.

    onset: between when the growth began, unix seconds; compared: what the two did; confirmed: True where only the
    suspected one grew, None where that could not be told.
    """

    version: Version
    previous: Version | None
    onset: tuple[float, float]
    compared: AtAge = NOT_COMPARED

    @property
    def confirmed(self) -> bool | None:
        """Whether what was compared bears it out."""
        return self.compared.differs

    @property
    def changes(self) -> tuple[TemplateChange, ...]:
        """What is new in it."""
        return () if self.previous is None else changes(self.previous.rollout, self.version.rollout)


def versions_of(rollouts: Sequence[Rollout], first_pods: Mapping[str, float]) -> tuple[Version, ...]:
    """A workload's versions, oldest first. rollouts: in order of their numbers; first_pods: when the oldest pod that is
    there of each template hash was made, unix seconds.

    The number of a revision that is rolled out again becomes the newest, and its time of creation stays: one that is
    older than those before it was taken up again, and began when its first pod did, as far as that is still there.
    """
    versions: list[Version] = []
    newest = float("-inf")
    for one in rollouts:
        if versions and is_only_a_restart(changes(versions[-1].rollout, one)):
            versions[-1] = Version((*versions[-1].rollouts, one), versions[-1].began_at)
        elif one.created_at < newest:
            versions.append(Version((one,), first_pods.get(one.template_hash or "")))
        else:
            versions.append(Version((one,), one.created_at))
        newest = max(newest, one.created_at)
    return tuple(versions)


def suspicion(
    versions: Sequence[Version], onset: tuple[float, float], compare: Callable[[], Sequence[AtAge]]
) -> Suspicion | None:
    """The version that is suspected to have brought a leak; None where it is older than all that is kept.

    onset: between when it began, unix seconds; compare: what each version but the first did beside the one before it.
    Begins with the version that was rolled out last before the growth may have begun, and goes back for as long as the
    version before grew alike.
    """
    begun = [(one.began_at, number) for number, one in enumerate(versions) if one.began_at is not None]
    before = [number for at, number in sorted(begun) if at <= onset[1]]
    if not before:
        return None
    number = before[-1]
    if number == 0:  # nothing was there before it, or nothing that is kept
        return Suspicion(versions[0], None, onset) if versions[0].rollout.number == 1 else None
    compared = compare()
    while number > 0 and compared[number - 1].differs is False:
        number -= 1
    if number == 0:
        return None
    return Suspicion(versions[number], versions[number - 1], onset, compared[number - 1])
