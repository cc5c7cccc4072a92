"""A real Chromium for the pages: the one that is installed, driven by playwright."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

WIDTHS = (360, 1280, 2560)
SCHEMES = ("light", "dark")
_HEIGHTS = {360: 740, 1280: 900, 2560: 1300}
_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PATIENCE_MS = 10_000


def chromium() -> str:
    """Where it is; skips the test where there is none."""
    for name in _PROGRAMS:
        found = shutil.which(name)
        if found is not None:
            return found
    pytest.skip("needs Chromium: scripts/servers.sh installs it where it may")


@contextmanager
def running_browser() -> Iterator[Any]:
    """A browser without windows; skips the test where it or its driver is missing."""
    driver = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
    program = chromium()
    with driver.sync_playwright() as playwright:
        # Its sandbox needs what containers and root have not; it sees no page but ours.
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@dataclass(frozen=True)
class Look:
    """How a page is looked at. script: whether it may run; zone: where its reader is."""

    width: int = 1280
    scheme: str = "light"
    script: bool = True
    zone: str = "Europe/Berlin"

    def options(self) -> dict[str, Any]:
        """What a browser context is made with."""
        return {
            "viewport": {"width": self.width, "height": _HEIGHTS.get(self.width, 900)},
            "color_scheme": self.scheme,
            "java_script_enabled": self.script,
            "timezone_id": self.zone,
            "locale": "en-GB",
        }


USUAL = Look()


@dataclass
class Visitor:
    """A browser window of one person on one service; notes what its console complains of."""

    page: Any
    url: str
    look: Look = USUAL
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str = "/") -> Any:
        """Open a page of the service, and give the answer."""
        return self.page.goto(self.url + path)

    def follow(self, selector: str) -> None:
        """Press what leads to another page, and wait for that."""
        with self.page.expect_navigation():
            self.page.click(selector)

    def violations(self) -> list[str]:
        """What axe finds of the page that is serious or worse, in a line each."""
        if not self.look.script:
            raise RuntimeError("axe waits for ever where no script may run")
        axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python")
        # Copies of style sheets, which it makes beforehand, are refused by the policy of a page, and complained of.
        options = {"resultTypes": ["violations"], "preload": False}
        found = axe.Axe().run(self.page, options=options).response["violations"]
        return [
            f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]}"
            for one in found
            if one["impact"] in {"serious", "critical"}
        ]

    @property
    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - innerWidth"))


@contextmanager
def visiting(browser: Any, url: str, look: Look, token: str | None = None) -> Iterator[Visitor]:
    """A window of somebody's, signed in where there is a token to do so with."""
    context = browser.new_context(**look.options())
    context.set_default_timeout(_PATIENCE_MS)
    visitor = Visitor(context.new_page(), url, look)
    visitor.page.on("console", lambda said: visitor.complaints.append(said.text) if said.type == "error" else None)
    visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
    try:
        if token is not None:
            visitor.open("/sign-in")
            visitor.page.fill("#token", token)
            visitor.follow("main button")
        yield visitor
    finally:
        context.close()
