"""What the settings choose: packs, and the options that they are built with."""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from alert_rules.pack import Accepted, Options, Override, Pack, PackKind, Threshold
from alert_rules.registry import PACKS, USUAL
from alert_rules.rule import Alert, Group
from app.rules.located import Place
from app.rules.settings_model import RuleSettings
from app.rules.units import parse_threshold

_CLUSTER = "cluster"


class Misplaced(ValueError):
    """Something in the settings cannot be. place: where it stands; hint: the fix."""

    def __init__(self, place: Place, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.place = place
        self.hint = hint


def chosen_packs(settings: RuleSettings, known: Sequence[PackKind] = PACKS) -> tuple[PackKind, ...]:
    """The packs, in the order of the registry. Raises Misplaced where one does not exist, or none is chosen."""
    if settings.packs is None:
        return tuple(one for one in known if one.name in USUAL)
    names = [one.name for one in known]
    for index, name in enumerate(settings.packs):
        if name not in names:
            raise Misplaced(("packs", index), f"there is no pack {name!r}", _instead(name, names))
    if not settings.packs:
        raise Misplaced(("packs",), "no pack is chosen", f"choose some of {', '.join(names)}, or leave the key out")
    return tuple(one for one in known if one.name in settings.packs)


def options_of(settings: RuleSettings, known: Sequence[PackKind] = PACKS, accepted: Iterable[Accepted] = ()) -> Options:
    """What packs are built from. accepted: what people judged to be no leak. Raises Misplaced."""
    return Options(
        cadvisor=settings.selectors.cadvisor,
        kube_state_metrics=settings.selectors.kube_state_metrics,
        backups=settings.selectors.backups,
        thresholds=dict(_thresholds(settings.thresholds, ("thresholds",), known)),
        overrides=tuple(_overrides(settings, known)),
        accepted=tuple(accepted),
    )


def build_pack(kind: PackKind, options: Options, disabled: Iterable[str] = ()) -> Pack:
    """A pack without the alerts that are not wanted, and without what tests them."""
    pack, unwanted = kind.build(options), frozenset(disabled)
    groups = tuple(_without(group, unwanted) for group in pack.groups)
    return Pack(
        tuple(group for group in groups if group.rules),
        tuple(one for one in pack.situations if one.alert not in unwanted),
    )


def check_disabled(settings: RuleSettings, known: Sequence[PackKind] = PACKS) -> None:
    """Raises Misplaced where an alert that is to be left out is none of ours."""
    if not settings.disable:
        return
    names = [alert.name for kind in known for alert in kind.build(Options()).alerts]
    for index, name in enumerate(settings.disable):
        if name not in names:
            raise Misplaced(("disable", index), f"there is no alert {name!r}", _instead(name, names))


def check_labels(settings: RuleSettings, known: Sequence[PackKind] = PACKS) -> None:
    """Raises Misplaced where a label of every alert would take the place of one that an alert has of its own.

    What alerts have is seen in the situations that raise them. `cluster` may be set: one Prometheus is often of one.
    """
    if not settings.labels.keys() - {_CLUSTER}:
        return
    for kind in chosen_packs(settings, known):
        for situation in kind.build(Options()).situations:
            for name in settings.labels.keys() & {name for fired in situation.fires for name in fired.labels}:
                if name != _CLUSTER:
                    message = f"is a label that {situation.alert} has of its own"
                    raise Misplaced(("labels", name), message, "give the label another name")


def _overrides(settings: RuleSettings, known: Sequence[PackKind]) -> Iterator[Override]:
    seen: set[tuple[str, str | None, Threshold]] = set()
    for index, one in enumerate(settings.overrides):
        place = ("overrides", index, "thresholds")
        for threshold, value in _thresholds(one.thresholds, place, known):
            where = (*place, threshold.pack, threshold.name)
            if not threshold.per_workload:
                raise Misplaced(where, "is one for all workloads", f"set it as thresholds.{threshold.pack}")
            key = (one.namespace, one.workload, threshold)
            if key in seen:
                raise Misplaced(where, "is set twice for the same workload", "keep one of them")
            seen.add(key)
            yield Override(one.namespace, one.workload, threshold, value)


def _thresholds(
    written: Mapping[str, Mapping[str, str | int | float]], place: Place, known: Sequence[PackKind]
) -> Iterator[tuple[Threshold, float]]:
    kinds = {one.name: one for one in known}
    for pack, values in written.items():
        if pack not in kinds:
            raise Misplaced((*place, pack), f"there is no pack {pack!r}", _instead(pack, list(kinds)))
        thresholds = {one.name: one for one in kinds[pack].thresholds}
        for name, value in values.items():
            where = (*place, pack, name)
            if name not in thresholds:
                raise Misplaced(where, f"{pack} has no such threshold", _instead(name, list(thresholds)))
            try:
                yield thresholds[name], parse_threshold(thresholds[name], value)
            except ValueError as error:
                raise Misplaced(where, str(error)) from None


def _without(group: Group, unwanted: frozenset[str]) -> Group:
    return replace(
        group, rules=tuple(one for one in group.rules if not (isinstance(one, Alert) and one.name in unwanted))
    )


def _instead(name: str, names: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, names, 1)
    if close:
        return f"write {close[0]}"
    return f"there are {', '.join(names)}" if names else "leave it out"
