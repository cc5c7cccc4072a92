"""The chart, rendered once for each situation."""

from functools import cache

import pytest

from tests.support.chart import SITUATIONS, template


@pytest.fixture(scope="session")
def rendered(tmp_path_factory):
    """What renders a situation: its name to its objects, which are not to be changed."""

    @cache
    def render(name):
        return template(tmp_path_factory.mktemp("values"), SITUATIONS[name])

    return render
