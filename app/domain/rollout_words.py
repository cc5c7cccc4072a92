"""What people are told of what a rollout changed, from its document as it is kept with a finding. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.domain.hiding import HIDDEN

# What most often brings a leak comes first; annotations, checksums most of them, tell least.
_ORDER = ("image", "env", "limits", "requests", "command", "args", "envFrom")
_IN_A_LINE = 3
# Of a value in a line that Grafana shows in a tooltip; of images the end tells them apart.
_LONGEST_IN_A_LINE = 60


def weightiest_first(changes: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The changes of a document: images, environment, limits, and so on; of one kind as they were."""
    return sorted(changes, key=_weight)


def change_words(change: Mapping[str, Any]) -> str:
    """One change: "image of app: cart:1 → cart:2"."""
    where = f" of {change['container']}" if change["container"] else ""
    if change["before"] == change["after"] == HIDDEN:
        return f"{change['what']}{where}: another value {HIDDEN}"
    before, after = (change[name] if change[name] is not None else "none" for name in ("before", "after"))
    return f"{change['what']}{where}: {before} → {after}"


def changes_line(rollout: Mapping[str, Any]) -> str:
    """In one line: "rollout 4 changed image of app: cart:1 → cart:2; and 5 more"; "" where nothing is known."""
    changes = weightiest_first(rollout["changes"])
    if not changes:
        return ""
    told = [change_words(_shortened(one)) for one in changes[:_IN_A_LINE]]
    more = len(changes) - len(told)
    return f"rollout {rollout['number']} changed {'; '.join([*told, *([f'and {more} more'] if more else [])])}"


def ran(rollout: Mapping[str, Any], container: str, revision: str) -> bool:
    """Whether pods whose container's revision is called so ran that rollout.

    They are called by the image's tag or digest, by the hash of their template, or by both: "v2@5d8f9c7b6".
    """
    name, _, told_hash = revision.rpartition("@")
    template_hash = rollout["template_hash"]
    if template_hash and told_hash == template_hash:
        return True
    image, _, digest = str(rollout["images"].get(container, "")).partition("@")
    return not name and (image.endswith(f":{revision}") or digest.removeprefix("sha256:")[:12] == revision)


def _shortened(change: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value if value is None else _short(value) for name, value in change.items()}


def _short(text: str) -> str:
    half = _LONGEST_IN_A_LINE // 2
    return text if len(text) <= _LONGEST_IN_A_LINE else f"{text[: half - 1]}…{text[-half:]}"


def _weight(change: Mapping[str, Any]) -> int:
    kind = str(change["what"]).partition(" ")[0].partition(".")[0]
    return _ORDER.index(kind) if kind in _ORDER else len(_ORDER)
