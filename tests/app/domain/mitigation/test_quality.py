"""Which pods are of QoS class Guaranteed."""

import pytest

from app.domain.mitigation.quality import is_guaranteed

BOTH = {"cpu": "1", "memory": "256Mi"}


@pytest.mark.parametrize(
    ("resources", "guaranteed"),
    [
        pytest.param([{"limits": BOTH}], True, id="limits alone"),
        pytest.param([{"limits": BOTH, "requests": {"cpu": "1000m", "memory": "268435456"}}], True, id="the same"),
        pytest.param([{"limits": BOTH, "requests": {"memory": "64Mi"}}], False, id="a lower request"),
        pytest.param([{"limits": {"memory": "256Mi"}}], False, id="no limit of CPU"),
        pytest.param([{"limits": BOTH}, {}], False, id="another container without any"),
        pytest.param([{"limits": BOTH | {"cpu": "odd"}}], True, id="an amount that is none"),
        pytest.param([], False, id="no container"),
    ],
)
def test_which_are(resources, guaranteed):
    containers = [{"name": str(at), "resources": one} for at, one in enumerate(resources)]
    assert is_guaranteed({"spec": {"template": {"spec": {"containers": containers}}}}) is guaranteed
