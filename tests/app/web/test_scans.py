"""The pages on scans."""

import threading

import pytest

from app.domain.access import Role
from app.domain.scan import Problem, ScanState, ShardResult
from app.main import create_app
from app.settings import load_settings
from app.storage.engine import transaction
from fastapi.testclient import TestClient
from tests.app.web.conftest import Person
from tests.support.findings import report
from tests.support.scan_rows import keep_scan, keep_scans, of_clusters, seen
from tests.support.servers import wait_until

HOSTILE = "<img src=x onerror=alert(1)>"
PROBLEM = Problem("batch_unread", "48 containers could not be read")


def test_x(viewer, sqlite_engine):
    keep_scans(sqlite_engine, 60)
    a = viewer.get("/scans")
    assert a.status_code == 200
