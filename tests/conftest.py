"""What every test may use."""

import gc
import os
import signal
from pathlib import Path

import hypothesis
import pytest

from app.settings import load_settings
from app.storage.engine import make_engine
from tests.support.control_plane import running_control_plane
from tests.support.databases import copied, migrated_postgresql, migrated_sqlite, new_postgresql_url, sharing_statements
from tests.support.servers import running_postgresql

_REAL = tuple(Path(__file__).parent / name for name in ("integration", "e2e", "kubernetes", "deploy"))
_E2E = _REAL[1]

# The same examples each time: a change is judged by what it changes, not by luck.
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None)
hypothesis.settings.load_profile("steady")


def pytest_configure():
    """A shell's background job, as a CI may be, ignores SIGINT, and so would all that the tests start and interrupt."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items):
    """Only what runs real servers may use the network, and that only on this machine. Pages in a browser come last: its
    driver keeps an event loop in this thread, and who wants one of their own there could have none."""
    items.sort(key=lambda item: item.path.is_relative_to(_E2E))
    for item in items:
        allowed = any(item.path.is_relative_to(folder) for folder in _REAL)
        item.add_marker(pytest.mark.allow_hosts(["127.0.0.1"]) if allowed else pytest.mark.disable_socket)


def pytest_collection_finish():
    """What was collected stays to the end: no collection of garbage need go through it, which takes seconds."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _no_settings_of_the_machine(monkeypatch, tmp_path):
    """Tests see no setting of whoever runs them, and write nowhere but into their own folder."""
    for name in [name for name in os.environ if name.startswith("LEAKWATCH_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LEAKWATCH_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture(scope="session")
def postgresql():
    """A real PostgreSQL that tests share."""
    with running_postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def control_plane(tmp_path_factory):
    """A real Kubernetes control plane that tests share; each makes a namespace of its own in it."""
    with running_control_plane(tmp_path_factory.mktemp("control-plane")) as running:
        yield running


@pytest.fixture
def namespace(control_plane):
    """The name of a new, empty namespace of it."""
    return control_plane.new_namespace()


@pytest.fixture
def postgresql_url(postgresql):
    """The URL of a new, empty database of it."""
    return new_postgresql_url(postgresql)


@pytest.fixture(scope="session")
def migrated_in_postgresql(postgresql):
    """The name of a database of it that the migrations have made, to be copied."""
    return migrated_postgresql(postgresql)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory):
    """The file of a SQLite database that the migrations have made, to be copied."""
    return migrated_sqlite(tmp_path_factory.mktemp("migrated"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request):
    """Settings that lead to a new database, of each kind that there is: an empty one, or the one of `engine`."""
    if request.param == "sqlite":
        return load_settings()
    if "engine" not in request.fixturenames:
        return load_settings(database_url=request.getfixturevalue("postgresql_url"))
    template = request.getfixturevalue("migrated_in_postgresql")
    return load_settings(database_url=new_postgresql_url(request.getfixturevalue("postgresql"), template))


@pytest.fixture
def empty_engine(database):
    """An engine on a database without tables."""
    engine = make_engine(database)
    yield engine
    engine.dispose()


@pytest.fixture
def engine(database, request):
    """An engine on a database that the migrations have made."""
    on_file = database.database_url is None
    engine = copied(request.getfixturevalue("migrated_file")) if on_file else sharing_statements(make_engine(database))
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_engine(request):
    """The same where any database will do."""
    engine = copied(request.getfixturevalue("migrated_file"))
    yield engine
    engine.dispose()
