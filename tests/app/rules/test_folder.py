"""A folder of generated files, and files in it that are not ours."""

import os
import stat
from pathlib import Path

import pytest

from app.errors import LeakwatchError, UsageError
from app.rules.folder import changes, write


def _ours(text):
    return text.startswith("# ours")


def _planned(folder, files):
    return {one.name: one.verb for one in changes(folder, files, _ours)}


def _build(folder, files):
    write(folder, changes(folder, files, _ours))
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_a_new_folder_is_made_and_filled(tmp_path):
    folder = tmp_path / "a" / "b"
    assert _build(folder, {"x.yml": "# ours 1\n"}) == {"x.yml": "# ours 1\n"}
    assert stat.S_IMODE((folder / "x.yml").stat().st_mode) == 0o644


def test_what_is_as_it_should_be_is_not_written_again(tmp_path):
    _build(tmp_path, {"x.yml": "# ours 1\n"})
    before = (tmp_path / "x.yml").stat().st_ino
    assert _planned(tmp_path, {"x.yml": "# ours 1\n"}) == {"x.yml": "unchanged"}
    _build(tmp_path, {"x.yml": "# ours 1\n"})
    assert (tmp_path / "x.yml").stat().st_ino == before


def test_own_files_are_changed_added_and_removed(tmp_path):
    _build(tmp_path, {"x.yml": "# ours 1\n", "y.yml": "# ours 1\n"})
    wanted = {"x.yml": "# ours 2\n", "z.yml": "# ours 1\n"}
    assert _planned(tmp_path, wanted) == {"x.yml": "changed", "y.yml": "removed", "z.yml": "new"}
    assert _build(tmp_path, wanted) == wanted


def test_files_of_others_stay(tmp_path):
    (tmp_path / "theirs.yml").write_text("groups: []\n")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\xff")
    (tmp_path / "below").mkdir()
    write(tmp_path, changes(tmp_path, {"x.yml": "# ours 1\n"}, _ours))
    assert (tmp_path / "theirs.yml").read_text() == "groups: []\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["below", "picture.png", "theirs.yml", "x.yml"]


def _others(folder):
    (folder / "x.yml").write_text("groups: []\n")


def _link(folder):
    (folder.parent / "elsewhere.yml").write_text("# ours\n")
    (folder / "x.yml").symlink_to(folder.parent / "elsewhere.yml")


def _folder(folder):
    (folder / "x.yml").mkdir()


@pytest.mark.parametrize("make", [_others, _link, _folder])
def test_a_name_that_something_of_others_has_stops_all_of_it(tmp_path, make):
    folder = tmp_path / "rules"
    folder.mkdir()
    make(folder)
    with pytest.raises(UsageError, match=r"x\.yml: is not a file that leakwatch wrote") as caught:
        write(folder, changes(folder, {"a.yml": "# ours\n", "x.yml": "# ours\n"}, _ours))
    assert caught.value.exit_status == 2
    assert [path.name for path in folder.iterdir()] == ["x.yml"]


def test_a_file_for_a_folder_is_refused(tmp_path):
    (tmp_path / "rules").write_text("a")
    with pytest.raises(UsageError, match="is a file"):
        changes(tmp_path / "rules", {}, _ours)


def test_a_disk_that_is_full_at_the_second_file_leaves_all_as_it_was(tmp_path, monkeypatch):
    before = {"x.yml": "# ours 1\n", "y.yml": "# ours 1\n", "z.yml": "# ours 1\n"}
    _build(tmp_path, before)
    calls = iter([None, OSError(28, "No space left on device")])

    def full(*_):
        if (error := next(calls)) is not None:
            raise error

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(LeakwatchError, match="No space left") as caught:
        write(tmp_path, changes(tmp_path, {"x.yml": "# ours 2\n", "y.yml": "# ours 2\n"}, _ours))
    assert caught.value.exit_status == 1
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == before


def test_a_folder_that_cannot_be_made_is_refused_with_the_fix():
    folder = Path("/proc/rules")
    with pytest.raises(UsageError, match="/proc/rules: cannot be written") as caught:
        write(folder, changes(folder, {"x.yml": "# ours\n"}, _ours))
    assert caught.value.hint == "choose another folder with --into"
