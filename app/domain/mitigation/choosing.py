"""Which revision to go back to. Pure."""

from collections.abc import Sequence

from app.domain.acts import ActRefused
from app.domain.rollout import Rollout


def revision_to(
    rollouts: Sequence[Rollout], current: Rollout, wanted: int | None, suspect: str | None, container: str
) -> Rollout:
    """The one that is asked for, or the one before the suspect, or the second highest, as kubectl has it.

    rollouts: oldest first; wanted: its number; suspect: as incidents call it, None where none is suspected. Raises
    ActRefused where there is none, or where the suspect does not run any more and a person must say which.
    """
    if wanted is not None:
        found = next((one for one in rollouts if one.number == wanted), None)
        if found is None:
            there = ", ".join(str(one.number) for one in rollouts[-10:])
            raise ActRefused(f"there is no revision {wanted}", f"there are {there}")
        if found.template == current.template:
            raise ActRefused(f"revision {wanted} is what runs already", "choose another: this one would change nothing")
        return found
    suspected = suspected_of(rollouts, suspect, container)
    check_not_gone_back(current, suspected)
    newest = current if suspected is None else suspected
    earlier = [one for one in rollouts if one.number < newest.number and one.template != current.template]
    if not earlier:
        which = "the suspected one" if suspected is not None else "the present one"
        raise ActRefused(f"no revision before {which} is kept", "deploy an earlier version anew")
    return max(earlier, key=lambda one: one.number)


def suspected_of(rollouts: Sequence[Rollout], suspect: str | None, container: str) -> Rollout | None:
    """The newest revision that incidents call so; None where none is suspected, or it is not kept any more."""
    called = _called(rollouts, suspect, container)
    return called[-1] if called else None


def present_one(rollouts: Sequence[Rollout], current: Rollout) -> Rollout | None:
    """The one that runs, where it was rolled out when it was made; None where it was gone back to later."""
    was_left = any(one.number < current.number and one.created_at > current.created_at for one in rollouts)
    return None if was_left else current


def check_not_gone_back(current: Rollout, suspected: Rollout | None) -> None:
    """Raise ActRefused where the suspect was rolled back already."""
    if suspected is not None and current.number > suspected.number and current.created_at < suspected.created_at:
        # A revision that is gone back to gets a new number, and keeps the time of when it was made.
        raise ActRefused(
            f"revision {suspected.number}, which is suspected, does not run any more: it was rolled back already",
            "give a revision to go back to, where this one leaks, too",
        )


def check_suspect_runs(rollouts: Sequence[Rollout], current: Rollout, suspect: str | None, container: str) -> None:
    """Raise ActRefused unless it is sure that what runs is the suspect: what came after it may be a person's fix."""
    called = _called(rollouts, suspect, container)
    by_a_person = "let a person decide"
    if not called:
        raise ActRefused(
            f"whether revision {current.number}, which runs, is the suspected one is not known", by_a_person
        )
    if len(called) > 1:
        numbers = ", ".join(str(one.number) for one in called)
        raise ActRefused(f"which of the revisions {numbers} is the suspected one is not known", by_a_person)
    if all(one.number != current.number for one in called):
        raise ActRefused(
            f"revision {current.number} runs, and not {called[-1].number}, which is suspected", by_a_person
        )


def _called(rollouts: Sequence[Rollout], suspect: str | None, container: str) -> list[Rollout]:
    """Those that incidents call so: by the template's hash, the image's version, or version@hash; oldest first."""
    found = []
    for one in rollouts:
        version = _version(one.images.get(container, ""))
        if suspect in {one.name, one.template_hash, version, f"{version}@{one.template_hash}"} - {"", None}:
            found.append(one)
    return found


def _version(image: str) -> str:
    """As incidents tell it: the tag, else the first digits of the digest; "" for neither, and for `latest`."""
    name, _, digest = image.partition("@")
    _, _, tag = name.rpartition("/")[2].partition(":")
    return tag if tag and tag != "latest" else digest.removeprefix("sha256:")[:12]
