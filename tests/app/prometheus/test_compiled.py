"""Machine code is kept where it can be, and made anew where it cannot."""

import shutil
from pathlib import Path

import numba
import numpy as np
import pytest

from app.prometheus import compiled
from app.prometheus.compiled import keep_compiled, kernel, part


@part
def _twice(value: int) -> int:
    return 2 * value


@pytest.fixture
def add(monkeypatch, tmp_path):
    """A compiled function that nobody has called, alone in the world."""
    monkeypatch.setattr(compiled, "_kernels", [])
    monkeypatch.setattr(compiled, "_BESIDE", tmp_path / "package")
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")

    def _add(values: "np.ndarray", more: int) -> int:
        return int(values.sum()) + _twice(more)

    def make():
        return kernel(_add)

    return make


@pytest.fixture
def nowhere(monkeypatch):
    """No folder can be written."""
    monkeypatch.setattr(compiled, "_is_writable", lambda folder: False)


@pytest.fixture
def only_the_data_folder(monkeypatch, tmp_path):
    """The package cannot be written, as in an image."""
    real = compiled._is_writable
    monkeypatch.setattr(
        compiled, "_is_writable", lambda folder: folder.is_relative_to(tmp_path / "data") and real(folder)
    )


def _files(folder):
    return sorted(path for path in folder.rglob("*.nb?"))


def test_code_is_kept_and_used_again(add, only_the_data_folder, tmp_path):
    first = add()
    folder = keep_compiled(tmp_path / "data")
    assert first(np.arange(3), 1) == 5
    assert folder.is_relative_to(tmp_path / "data")
    assert len(_files(folder)) == 2
    again = add()
    keep_compiled(tmp_path / "data")
    assert again(np.arange(3), 1) == 5
    assert sum(again.stats.cache_hits.values()) == 1


def test_damaged_code_is_made_anew(add, only_the_data_folder, tmp_path):
    first = add()
    folder = keep_compiled(tmp_path / "data")
    first(np.arange(3), 1)
    for file in _files(folder):
        file.write_bytes(file.read_bytes()[:20])
    again = add()
    keep_compiled(tmp_path / "data")
    assert again(np.arange(3), 1) == 5


def test_nowhere_to_keep_it_only_costs_time(add, nowhere, tmp_path):
    function = add()
    assert keep_compiled(tmp_path / "data") is None
    assert function(np.arange(3), 1) == 5
    assert not list(tmp_path.iterdir())


def test_a_folder_that_vanishes_only_costs_time(add, only_the_data_folder, tmp_path):
    function = add()
    folder = keep_compiled(tmp_path / "data")
    shutil.rmtree(folder)
    folder.write_text("in the way")
    assert function(np.arange(3), 1) == 5


def test_what_an_installation_made_is_taken_along(monkeypatch, tmp_path):
    installed = tmp_path / "installed" / compiled._name()
    installed.mkdir(parents=True)
    (installed / "code").write_text("made at install")
    compiled._copy(installed, tmp_path / "data" / compiled._name())
    assert (tmp_path / "data" / compiled._name() / "code").read_text() == "made at install"
    assert [path.name for path in (tmp_path / "data").iterdir()] == [compiled._name()]


def test_other_code_is_kept_elsewhere(monkeypatch, tmp_path):
    file = tmp_path / "source.py"
    monkeypatch.setattr(compiled, "_HERE", tmp_path)
    file.write_text("one")
    before = compiled._name()
    file.write_text("another")
    assert compiled._name() != before


def test_whoever_names_a_folder_has_it(monkeypatch, tmp_path):
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "mine"))
    monkeypatch.setattr(compiled, "_kernels", [])
    assert keep_compiled(tmp_path / "data") is None
    assert not Path(tmp_path / "data").exists()
