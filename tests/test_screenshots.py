"""The pictures of pages that docs show: small, and all made by the script."""

import re
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="needs the package playwright")

from scripts.screenshots import FOLDER, LARGEST_BYTES, PICTURES

README = Path(__file__).resolve().parents[1] / "README.md"
FILES = sorted(FOLDER.glob("*.png"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_picture_is_small_and_is_made_by_the_script(path):
    assert path.stem in {one.name for one in PICTURES}
    assert path.stat().st_size <= LARGEST_BYTES


def test_each_has_a_name_of_its_own():
    assert len({one.name for one in PICTURES}) == len(PICTURES)


def test_those_that_the_readme_shows_are_there():
    shown = re.findall(r"docs/screenshots/([\w-]+)\.png", README.read_text(encoding="utf-8"))
    assert set(shown) <= {path.stem for path in FILES}
