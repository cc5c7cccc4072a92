"""Options that the commands of rules share, and what they make of the settings."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.errors import UsageError

if TYPE_CHECKING:
    from alert_rules.pack import Accepted
    from app.rules.generate import Built
    from app.rules.settings_model import RuleSettings

_MADE_OF_ACCEPTED = "tuned"
# Something is not as it should be: the status of `scan --fail-on-leak`, too.
FOUND_STATUS = 3

SettingsFile = Annotated[
    Path | None,
    typer.Option(
        "--settings",
        metavar="FILE",
        help="Which packs, thresholds and labels; leakwatch-rules.yml in this folder if there is one, else the usual.",
    ),
]


def settings_of(path: Path | None) -> "tuple[RuleSettings, str]":
    """The settings, and what files that are made of them call their source. Raises SettingsError."""
    from app.rules.settings import FILE_NAME, load

    if path is None and Path(FILE_NAME).is_file():
        path = Path(FILE_NAME)
    return load(path), "the usual settings" if path is None else path.name


def built_of(settings: "RuleSettings") -> "tuple[Built, ...]":
    """All that the settings choose. Raises UsageError where that is nothing: more likely a mistake than a wish."""
    from app.rules.generate import build

    built = build(settings, accepted=_accepted_for(settings))
    if not any(one.rules["groups"] for one in built):
        raise UsageError("the settings choose no rule at all", "choose packs, and leave some alerts out of `disable`")
    return built


def _accepted_for(settings: "RuleSettings") -> "tuple[Accepted, ...]":
    """What people judged to be no leak, where a pack is chosen that is made of it. Raises StorageError."""
    if _MADE_OF_ACCEPTED not in (settings.packs or ()):
        return ()
    from app.commands.database import checked_engine
    from app.rules.accepted import accepted
    from app.storage.engine import reading

    with checked_engine() as engine, reading(engine) as session:
        return accepted(session)


def existing(folder: Path) -> Path:
    """A folder that must be there. Raises UsageError."""
    if not folder.is_dir():
        raise UsageError(f"--into: {folder} is no folder", "write it with `leakwatch rules build --into`")
    return folder


def note(text: str) -> None:
    """Say something that is not the output."""
    print(f"leakwatch: {text}", file=sys.stderr)  # noqa: T201 (a command speaks)
