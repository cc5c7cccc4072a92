"""Where pages lead back to."""

import pytest

from app.web.links import safe_path


@pytest.mark.parametrize("path", ["/", "/incidents/7", "/?q=a%20b&state=all", "/a//b", "/?next=https://x.test"])
def test_paths_of_ours(path):
    assert safe_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        *(None, "", "x", "https://evil.test/", "//evil.test", "/\\evil.test", "/\n/evil.test", "/\x00", "//["),
        *("javascript:alert(1)", " /", "/" + "a" * 2000, "///evil.test"),
    ],
)
def test_all_else_leads_home(path):
    assert safe_path(path) == "/"
