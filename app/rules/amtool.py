"""Asking amtool where an alert goes. `app/rules/tools.py` has the rest of it."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from alert_rules.alertmanager.tree import Matcher
from app.errors import LeakwatchError

_SECONDS = 60.0
# What it says, after the receivers, where they are not those that were wanted.
_WARNING = "WARNING:"


def receivers_match(configuration: Path, labels: Mapping[str, str], wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Who is told, by `amtool config routes test --verify.receivers`: `wanted`, where amtool says so.

    Raises LeakwatchError where amtool does not run, or does not read the configuration.
    """
    program = shutil.which("amtool")
    if program is None:
        raise LeakwatchError("amtool is not installed", "install it; it comes with Alertmanager")
    command = [
        program,
        *("config", "routes", "test", f"--config.file={configuration}", f"--verify.receivers={','.join(wanted)}"),
        *(str(Matcher(label, "=", value)) for label, value in labels.items()),
    ]
    try:
        done = subprocess.run(  # noqa: S603 (the tool's own path, and quoted labels)
            command, capture_output=True, text=True, errors="replace", timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LeakwatchError(f"amtool cannot be run: {error}") from error
    if done.returncode == 0:
        return wanted
    said, _, _ = done.stdout.partition(_WARNING)
    if _WARNING not in done.stdout + done.stderr or not said.strip():
        raise LeakwatchError(f"amtool cannot test routes: {' '.join((done.stdout + done.stderr).split())}")
    return tuple(said.strip().split(","))
