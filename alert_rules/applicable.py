"""Which situations still tell something, where a pack is built with settings of somebody's own. Pure.

Situations are written for the usual thresholds and selectors: 0.95 of a disk says nothing where 0.97 is allowed.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from alert_rules.pack import Options, Pack, PackKind, Situation
from alert_rules.rule import Alert, Recording

_NAME = re.compile(r"[a-zA-Z_:][\w:]*", re.ASCII)
_MATCHER = re.compile(r'(?P<label>[A-Za-z_]\w*)\s*(?P<operator>=~|!~|!=|=)\s*["\'](?P<value>(?:[^"\'\\]|\\.)*)["\']')
_PLAIN = re.compile(r"[\w./:-]+", re.ASCII)
_SERIES = re.compile(r"(?P<name>[a-zA-Z_:][\w:]*)(?:\{(?P<labels>.*)\})?", re.DOTALL)
_CADVISOR, _KUBE_STATE_METRICS = "container_", "kube_"


@dataclass(frozen=True, slots=True)
class Applicable:
    """A pack's situations. held: those that the pack, as it is built, must meet; usual: those that only the pack with
    its usual thresholds and selectors meets."""

    held: tuple[Situation, ...]
    usual: tuple[Situation, ...]


def applicable(kind: PackKind, options: Options) -> Applicable:
    """The situations of a pack that is built with these options."""
    plain = Options()
    usual = kind.build(plain)
    # Selectors are met by giving the series the labels that are selected by; thresholds by nothing.
    same_selectors = replace(options, cadvisor=plain.cadvisor, kube_state_metrics=plain.kube_state_metrics)
    changed = _changed(kind.build(same_selectors), usual)
    held, left = [], []
    for situation in kind.build(options).situations:
        labelled = _selected(situation, options, plain)
        if labelled is None or (situation.alert in changed and situation in usual.situations):
            left.append(situation)
        else:
            held.append(labelled)
    return Applicable(tuple(held), tuple(one for one in left if one in usual.situations))


def _changed(pack: Pack, usual: Pack) -> frozenset[str]:
    """The alerts that are not as usual, or that rest on a recording that is not."""
    before, now = _rules(usual), _rules(pack)
    different = {name for name, rule in now.items() if before.get(name) != rule}
    while True:
        resting = {name for name, rule in now.items() if different & set(_NAME.findall(rule.expr))}
        if resting <= different:
            return frozenset(name for name in different if isinstance(now[name], Alert))
        different |= resting


def _rules(pack: Pack) -> dict[str, Alert | Recording]:
    return {rule.name: rule for group in pack.groups for rule in group.rules}


def _selected(situation: Situation, options: Options, plain: Options) -> Situation | None:
    """The situation, with the labels that the selectors want; None where its series have others."""
    wanted = {
        _CADVISOR: _labels(options.cadvisor) if options.cadvisor != plain.cadvisor else {},
        _KUBE_STATE_METRICS: _labels(options.kube_state_metrics),
    }
    series: dict[str, str] = {}
    for name, values in situation.series.items():
        labelled = _labelled(name, next((wanted[one] for one in wanted if name.startswith(one)), {}))
        if labelled is None:
            return None
        series[labelled] = values
    return replace(situation, series=series)


def _labels(matchers: str) -> dict[str, str]:
    """Labels that meet the matchers: of each the value that it names first; none for those that rule something out."""
    found = {}
    for match in _MATCHER.finditer(matchers):
        value = match["value"].split("|")[0]
        if match["operator"] in {"=", "=~"} and _PLAIN.fullmatch(value):
            found[match["label"]] = value
    return found


def _labelled(series: str, wanted: Mapping[str, str]) -> str | None:
    match = _SERIES.fullmatch(series)
    if not wanted or match is None:
        return series
    inside = match["labels"] or ""
    has = {one["label"]: one["value"] for one in _MATCHER.finditer(inside)}
    if any(has.get(label, value) != value for label, value in wanted.items()):
        return None
    return f"{match['name']}{{{','.join(_parts(inside, has, wanted))}}}"


def _parts(inside: str, has: Iterable[str], wanted: Mapping[str, str]) -> list[str]:
    added = [f'{label}="{value}"' for label, value in wanted.items() if label not in has]
    return [*([inside] if inside else []), *added]
