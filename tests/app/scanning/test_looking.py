"""A look at one container by the settings of the service."""

import pytest

from app.domain.finding import Identity
from app.errors import NotFound, ScanAbandoned, UsageError
from app.prometheus.recording.demo import demo_recording
from app.scanning.looking import make_look
from app.settings import load_settings


@pytest.fixture(scope="module")
def settings():
    return load_settings(recording=demo_recording())


def test_it_finds_what_the_container_shows(settings):
    seen = make_look(settings, 60.0)(Identity("", "shop", "image-resizer", "app"))
    assert seen.finding.identity.workload == "image-resizer"
    assert len(seen.pods[0].oom_kills) == 5
    assert seen.figures


def test_what_is_not_there_any_more_is_told(settings):
    with pytest.raises(UsageError, match="no workload shop/gone"):
        make_look(settings, 60.0)(Identity("", "shop", "gone", "app"))


def test_it_ends_when_its_time_is_up(settings):
    with pytest.raises(ScanAbandoned, match="out of time"):
        make_look(settings, 0.0)(Identity("", "shop", "cart", "app"))


def test_a_cluster_that_is_configured_no_more_is_told():
    clusters = ({"name": "eu-1", "prometheus_url": "http://127.0.0.1:9"},)
    with pytest.raises(NotFound, match="no cluster us-1"):
        make_look(load_settings(clusters=clusters), 60.0)(Identity("us-1", "shop", "cart", "app"))
