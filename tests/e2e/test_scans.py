"""The pages on scans, and one begun from there."""

import contextlib
import threading

import pytest
import uvicorn

from app.domain.access import Role
from app.domain.scan import Problem, ScanState, ShardResult
from app.main import create_app
from app.services.scans import ScanService
from app.settings import load_settings
from app.storage.engine import make_engine
from app.storage.schema import upgrade
from tests.support.browser import SCHEMES, WIDTHS, Look, visiting
from tests.support.findings import report
from tests.support.scan_rows import keep_scan, keep_scans, of_clusters, seen
from tests.support.servers import free_port, wait_until

HOSTILE = "<img src=x onerror=alert(1)>"
NO_SCRIPT = Look(script=False)


@pytest.fixture(scope="module")
def ids(data_engine):
    """Some scans of the module's service, by what is of note in them."""
    keep_scans(data_engine, 18)
    problem = Problem("batch_unread", f"48 containers could not be read: {HOSTILE}")
    clusters = of_clusters(
        ShardResult("eu-1", seen(cluster="eu-1")), ShardResult(HOSTILE, None, "cannot connect: connection refused")
    )
    return {
        "hostile": keep_scan(data_engine, seen(problems=[problem]), ago=180),
        "failed": keep_scan(data_engine, "cannot connect: is it up?", state=ScanState.FAILED, ago=120),
        "clusters": keep_scan(data_engine, clusters, ago=60),
    }


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_pages_fit_and_can_be_read_by_all(visit, ids, width, scheme):
    visitor = visit(Role.RESPONDER, Look(width, scheme))
    for path in ("/scans", f"/scans/{ids['clusters']}"):
        visitor.open(path)
        assert visitor.overflow <= 0
        assert visitor.violations() == []


@pytest.mark.parametrize("script", [True, False])
def test_a_hostile_problem_and_cluster_are_words(visit, ids, script):
    visitor = visit(Role.VIEWER, Look(360, script=script))
    visitor.page.on("dialog", lambda dialog: pytest.fail("it ran"))
    for path in ("/scans", f"/scans/{ids['hostile']}", f"/scans/{ids['clusters']}"):
        visitor.open(path)
        assert HOSTILE in visitor.page.inner_text("main")
        assert visitor.page.locator("main img").count() == 0
        assert visitor.overflow <= 0


@contextlib.contextmanager
def halfway(folder):
    """A service without sign-in whose scans stay half way until they are let go; where it is, and what lets them go."""
    engine, go, port = make_engine(load_settings(data_dir=folder)), threading.Event(), free_port()
    upgrade(engine)

    def perform(control):
        control.progress(210, 4200)
        assert go.wait(60)
        control.progress(4200, 4200)
        return report()

    app = create_app(load_settings(data_dir=folder, insecure_no_auth=True, scan_on_start=False), engine, perform)
    server = uvicorn.Server(uvicorn.Config(app, port=port, ws="none", log_config=None, timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_until(lambda: server.started, "the service is up")
        yield f"http://127.0.0.1:{port}", ScanService(engine, app.state.services.scans.schedule), go
    finally:
        go.set()
        app.state.events.stop()
        server.should_exit = True
        thread.join(15)
        engine.dispose()


def test_a_scan_begun_here_shows_how_far_it_has_come_and_how_it_ended(browser, tmp_path):
    with halfway(tmp_path) as (url, scans, go), visiting(browser, url, Look()) as visitor:
        visitor.open("/scans")
        assert visitor.page.inner_text(".empty h2") == "No scan yet"
        visitor.page.wait_for_selector("html[data-listening]")
        visitor.page.click("text=Scan now")
        visitor.page.wait_for_selector(".told >> text=Scan 1 has begun.")
        visitor.page.wait_for_selector("text=210 of 4,200 containers read and judged")
        assert visitor.page.locator("progress").evaluate("one => one.position") == pytest.approx(0.05)
        assert visitor.page.get_by_role("button", name="Scan now").count() == 0
        assert visitor.violations() == []
        go.set()
        visitor.page.wait_for_selector("tbody tr >> text=succeeded")
        visitor.page.wait_for_selector("text=Scan now")
        assert visitor.complaints == []
        assert scans.one(1).trigger == "api"


def test_without_script_too(browser, tmp_path):
    with halfway(tmp_path) as (url, _, go), visiting(browser, url, NO_SCRIPT) as visitor:
        visitor.open("/scans")
        visitor.follow("text=Scan now")
        assert "Scan 1 has begun." in visitor.page.inner_text(".told")
        assert visitor.page.locator("noscript a[href='/scans']").is_visible()
        assert visitor.page.locator("progress").count() == 1
        go.set()
        # The page asks again by itself.
        visitor.page.wait_for_selector("tbody tr >> text=succeeded")


def test_an_open_page_says_so_when_the_service_is_gone_and_when_it_is_back(browser, tmp_path):
    with halfway(tmp_path) as (url, _, go), visiting(browser, url, Look()) as visitor:
        visitor.open("/scans")
        page, ask_again = visitor.page, "document.dispatchEvent(new Event('visibilitychange'))"
        page.route("**/scans", lambda route: route.abort())
        page.evaluate(ask_again)
        page.wait_for_selector(".away >> text=leakwatch does not answer.")
        page.unroute("**/scans")
        page.route("**/scans", lambda route: route.fulfill(status=503, body="<h1>Not just now</h1>"))
        page.evaluate(ask_again)
        page.wait_for_selector(".away >> text=Not just now")
        assert visitor.violations() == []
        page.unroute("**/scans")
        page.evaluate(ask_again)
        page.wait_for_selector(".away", state="detached")
        go.set()
