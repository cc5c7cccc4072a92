"""The application with a database of its own and a scan that does as it is told."""

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import load_settings
from tests.support.findings import report


class ToldScan:
    """What the next scans do: return `report`, or raise `error`, once `released` where that is set."""

    def __init__(self):
        self.report = report()
        self.error = None
        self.released = None

    def __call__(self, control):
        if self.released is not None:
            assert self.released.wait(30)
        if self.error is not None:
            raise self.error
        return self.report


@pytest.fixture
def told():
    return ToldScan()


@pytest.fixture
def app(sqlite_engine, told):
    return create_app(load_settings(scan_on_start=False, insecure_no_auth=True), sqlite_engine, told)


@pytest.fixture
def client(app):
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client
