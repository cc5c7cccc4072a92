"""What every test may use."""

import os

import pytest


@pytest.fixture(autouse=True)
def _no_settings_of_the_machine(monkeypatch, tmp_path):
    """Tests see no setting of whoever runs them, and write nowhere but into their own folder."""
    for name in [name for name in os.environ if name.startswith("LEAKWATCH_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LEAKWATCH_DATA_DIR", str(tmp_path / "data"))
