"""What is compiled once is kept for the next run of the tests."""

import pytest

from app.prometheus.compiled import keep_compiled


@pytest.fixture(scope="session", autouse=True)
def _compiled(tmp_path_factory):
    keep_compiled(tmp_path_factory.mktemp("compiled"))
