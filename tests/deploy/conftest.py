"""The chart, rendered once for each situation, and a cluster that knows the custom resources in it."""

from functools import cache

import pytest

from tests.support.chart import SITUATIONS, template
from tests.support.custom_resources import define


@pytest.fixture(scope="session")
def rendered(tmp_path_factory):
    """What renders a situation: its name to its objects, which are not to be changed."""

    @cache
    def render(name):
        return template(tmp_path_factory.mktemp("values"), SITUATIONS[name])

    return render


@pytest.fixture(scope="session")
def cluster(control_plane):
    """The real control plane, with the definitions of custom resources."""
    define(control_plane)
    return control_plane
