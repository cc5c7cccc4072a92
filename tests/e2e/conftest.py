"""Pages of a real service in a real Chromium.

`visit` opens windows: `visit(Role.RESPONDER)`, `visit(Role.VIEWER, Look(360, "dark", script=False))`. A window that
complained in its console fails its test.
"""

from contextlib import ExitStack

import pytest

from app.domain.access import Role
from app.services.tokens import TokenService
from app.settings import load_settings
from app.storage.engine import make_engine
from app.storage.schema import upgrade
from tests.support.browser import USUAL, running_browser, visiting
from tests.support.service import running_service


@pytest.fixture(scope="session")
def browser():
    """One browser for all tests."""
    with running_browser() as found:
        yield found


@pytest.fixture(scope="module")
def data_engine(tmp_path_factory):
    """The database of the module's service: what a test writes there, the service reads."""
    engine = make_engine(load_settings(data_dir=tmp_path_factory.mktemp("data")))
    upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def tokens(data_engine):
    """The text of a token of each role."""
    service = TokenService(data_engine)
    return {role: service.create(f"{role.value}-ann", role, None, "test").text for role in Role}


@pytest.fixture(scope="module")
def service(browser, data_engine, tokens, tmp_path_factory):
    """A service on that database; it asks for tokens, and scans only when it is told to."""
    folder = tmp_path_factory.mktemp("service")
    with running_service(folder, data_dir=data_engine.url.database.rpartition("/")[0]) as running:
        yield running


@pytest.fixture
def visit(browser, service, tokens):
    """Open a window on the service, as somebody of a role (None: nobody)."""
    with ExitStack() as stack:
        opened = []

        def open_window(role=Role.RESPONDER, look=USUAL):
            visitor = stack.enter_context(visiting(browser, service.url, look, role and tokens[role]))
            opened.append(visitor)
            return visitor

        yield open_window
        assert [one.complaints for one in opened if one.complaints] == []
