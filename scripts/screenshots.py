"""Takes the pictures of docs/screenshots: pages of `leakwatch run` on the demo cluster, in Chromium.

python scripts/screenshots.py [NAME...]

The service and the browser believe that it is a certain moment, so that a picture changes when its page does, and not
each time. PICTURES lists them; of addresses, {incident} and {workload} stand for those of shop/cart.
"""

import io
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import requests
from PIL import Image
from playwright.sync_api import Browser, sync_playwright
from playwright.sync_api import Error as PlaywrightError

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "screenshots"
LARGEST_BYTES = 150_000
_MOMENT = datetime(2026, 3, 5, 14, 2, tzinfo=UTC)
_WORKLOAD = "cart"
_ZONE, _LOCALE = "Europe/Berlin", "en-GB"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PATIENCE_SECONDS = 60.0
_COLOURS = (256, 128, 64, 32)
_DRAWN_AFTER_MILLISECONDS = 1000.0
_NARROW = 600
# Of 255 shades of a colour.
_SAME_SHADE = 12
# The command, with a clock that began at the moment when it did.
_AT_THAT_MOMENT = f"""
import time
real, began = time.time, time.time()
time.time = lambda: real() - began + {_MOMENT.timestamp()}
from app.cli import main
main()
"""


@dataclass(frozen=True, slots=True)
class Picture:
    """A page and how it is looked at. width, height: of the window in CSS pixels; a phone has two dots to each.

    wait: what must be there before it is taken.
    """

    name: str
    path: str
    width: int = 1440
    height: int = 900
    scheme: str = "light"
    wait: str = "h1"


_CHART = ".chart-canvas:not([hidden])"
PICTURES = (
    Picture("incidents-light", "/"),
    Picture("incidents-dark", "/", scheme="dark"),
    Picture("incidents-phone", "/", 390, 844),
    Picture("incident-light", "/incidents/{incident}", height=1100, wait=_CHART),
    Picture("incident-phone", "/incidents/{incident}", 390, 844, "dark", wait=_CHART),
    Picture("fleet-light", "/fleet"),
)


def take(names: Sequence[str]) -> list[str]:
    """Take these pictures, or all where none is named; what could not be taken, a line each."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = [one for one in PICTURES if not names or one.name in names]
    with _service() as url, _browser() as browser:
        places = _places(url)
        return [f"{one.name}: {why}" for one in wanted if (why := _taken(browser, url, one, places))]


def _taken(browser: Browser, url: str, picture: Picture, places: Mapping[str, str]) -> str:
    """Why a picture could not be taken; empty where it was."""
    context = browser.new_context(
        viewport={"width": picture.width, "height": picture.height},
        device_scale_factor=2 if picture.width < _NARROW else 1,
        color_scheme="dark" if picture.scheme == "dark" else "light",
        reduced_motion="reduce",
        timezone_id=_ZONE,
        locale=_LOCALE,
    )
    try:
        page = context.new_page()
        # Some seconds after all that was written when the service began. Timers run: charts are drawn by them.
        page.clock.set_fixed_time(_MOMENT.timestamp() + 20)
        path = picture.path.format_map(places)
        answer = page.goto(url + path)
        if answer is None or answer.status != requests.codes.ok:
            return f"{path} answers {'nothing' if answer is None else answer.status}"
        page.wait_for_selector(picture.wait)
        page.wait_for_timeout(_DRAWN_AFTER_MILLISECONDS)
        content = _small(page.screenshot(animations="disabled", caret="hide"))
    except PlaywrightError as error:
        return str(error).partition("\n")[0]
    finally:
        context.close()
    file = FOLDER / f"{picture.name}.png"
    if not (file.exists() and _looks_like(file.read_bytes(), content)):
        file.write_bytes(content)
    return "" if len(content) <= LARGEST_BYTES else f"has {len(content):,} bytes"


def _small(png: bytes) -> bytes:
    """The same picture with no more colours than fit into what a picture may weigh."""
    whole = Image.open(io.BytesIO(png)).convert("RGB")
    content = png
    for colours in _COLOURS:
        out = io.BytesIO()
        whole.quantize(colours, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        content = out.getvalue()
        if len(content) <= LARGEST_BYTES:
            break
    return content


def _looks_like(one: bytes, other: bytes) -> bool:
    """Whether nobody could tell two pictures apart: browsers draw edges a little differently each time."""
    first, second = (np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), dtype=np.int16) for png in (one, other))
    return first.shape == second.shape and int(np.abs(first - second).max()) <= _SAME_SHADE


def _places(url: str) -> dict[str, str]:
    found = requests.get(f"{url}/api/v1/incidents", {"workload": _WORKLOAD}, timeout=_PATIENCE_SECONDS).json()["items"]
    return {"incident": str(found[0]["id"]), "workload": str(found[0]["fingerprint"])}


@contextmanager
def _service() -> Iterator[str]:
    """`leakwatch run` with nothing configured; its URL."""
    with tempfile.TemporaryDirectory() as folder:
        settings = {name: value for name, value in os.environ.items() if not name.startswith("LEAKWATCH_")}
        settings |= {"LEAKWATCH_DATA_DIR": folder, "LEAKWATCH_PORT": "0", "LEAKWATCH_LOG_LEVEL": "error"}
        process = subprocess.Popen(
            [sys.executable, "-c", _AT_THAT_MOMENT, "run"],
            cwd=ROOT,
            env=settings | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield _greeted(process)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(_PATIENCE_SECONDS)


def _greeted(process: "subprocess.Popen[str]") -> str:
    said = []
    for line in process.stderr or ():
        said.append(line)
        found = re.search(r"leakwatch serves on (http://[\w.:]+)", line)
        if found:
            return found[1]
    raise SystemExit("".join(said) or "the service did not start")


@contextmanager
def _browser() -> Iterator[Browser]:
    program = next((found for name in _BROWSERS if (found := shutil.which(name))), None)
    if program is None:
        raise SystemExit("needs Chromium: scripts/servers.sh installs it where it may")
    with sync_playwright() as playwright:
        options: dict[str, Any] = {"executable_path": program, "args": ["--no-sandbox", "--font-render-hinting=none"]}
        browser = playwright.chromium.launch(**options)
        try:
            yield browser
        finally:
            browser.close()


if __name__ == "__main__":
    sys.exit("\n".join(take(sys.argv[1:])) or 0)
