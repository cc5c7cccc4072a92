"""Which rollout is suspected, from when a leak began and what each version did beside the one before."""

import pytest

from app.domain.rollout import Rollout, TemplateChange, images_of
from app.domain.suspicion import suspicion, versions_of
from detectors.at_age import NOT_COMPARED, AtAge
from tests.support.kubernetes_objects import template

RESTART = {"kubectl.kubernetes.io/restartedAt": "now"}
GREW, DIFFERS = AtAge(5.0, 6.0, (1.0, 9.0), False), AtAge(0.0, 6.0, (1.0, 9.0), True)


def _rollout(number, created_at, image=None, annotations=None):
    pod_template = template(image or f"cart:{number}", annotations=annotations)
    return Rollout(number, f"cart-{number}", created_at, f"h{number}", pod_template, images_of(pod_template))


THREE = [_rollout(1, 100.0), _rollout(2, 200.0), _rollout(3, 300.0)]


def _suspect(onset, compared, rollouts=THREE, first_pods=None):
    found = suspicion(versions_of(rollouts, first_pods or {}), onset, lambda: compared)
    return found and (found.version.rollout.number, found.previous and found.previous.rollout.number, found.confirmed)


@pytest.mark.parametrize(
    ("onset", "compared", "suspect"),
    [
        ((310.0, 320.0), [DIFFERS, DIFFERS], (3, 2, True)),
        ((250.0, 260.0), [DIFFERS, NOT_COMPARED], (2, 1, True)),
        ((290.0, 305.0), [NOT_COMPARED, DIFFERS], (3, 2, True)),
        ((310.0, 320.0), [NOT_COMPARED, NOT_COMPARED], (3, 2, None)),
        ((310.0, 320.0), [DIFFERS, GREW], (2, 1, True)),
        ((310.0, 320.0), [NOT_COMPARED, GREW], (2, 1, None)),
        ((310.0, 320.0), [GREW, GREW], None),
        ((150.0, 160.0), [DIFFERS, DIFFERS], (1, None, None)),
        ((50.0, 60.0), [DIFFERS, DIFFERS], None),
        ((float("-inf"), 60.0), [DIFFERS, DIFFERS], None),
    ],
    ids=[
        "the newest, and the one before was calm",
        "one in the middle",
        "as well as the onset is known",
        "nothing can be compared",
        "the one before grew alike, and the one before that was calm",
        "the one before grew alike, and nothing is known of the one before that",
        "all that are kept grew",
        "the very first",
        "before all of them",
        "it may be older than the window",
    ],
)
def test_who_is_suspected(onset, compared, suspect):
    assert _suspect(onset, compared) == suspect


def test_a_first_revision_that_is_not_number_one_has_one_before_that_is_not_kept():
    assert _suspect((250.0, 260.0), [NOT_COMPARED], [_rollout(7, 100.0), _rollout(8, 300.0)]) is None


def test_a_restart_brings_nothing():
    rollouts = [_rollout(1, 100.0), _rollout(2, 200.0), _rollout(3, 300.0, "cart:2", RESTART)]
    assert _suspect((310.0, 320.0), [DIFFERS], rollouts) == (2, 1, True)
    (_, version) = versions_of(rollouts, {})
    assert (version.began_at, version.hashes) == (200.0, {"h2", "h3"})


def test_a_revision_that_was_taken_up_again_began_when_its_first_pod_did():
    rollouts = [_rollout(2, 200.0), _rollout(3, 100.0, "cart:1")]
    assert [one.began_at for one in versions_of(rollouts, {"h3": 400.0})] == [200.0, 400.0]
    assert _suspect((410.0, 420.0), [DIFFERS], rollouts, {"h3": 400.0}) == (3, 2, True)


def test_one_that_was_taken_up_again_nobody_knows_when_is_not_suspected():
    rollouts = [_rollout(2, 200.0), _rollout(3, 100.0, "cart:1")]
    assert [one.began_at for one in versions_of(rollouts, {})] == [200.0, None]
    assert _suspect((410.0, 420.0), [DIFFERS], rollouts) is None


def test_what_is_new_in_it():
    found = suspicion(versions_of(THREE, {}), (310.0, 320.0), lambda: [DIFFERS, DIFFERS])
    assert found.changes == (TemplateChange("app", "image", "cart:2", "cart:3"),)


def test_nothing_is_compared_where_there_is_nobody_to_suspect():
    def never():
        raise AssertionError("compared")

    assert suspicion(versions_of(THREE, {}), (50.0, 60.0), never) is None
    assert suspicion((), (50.0, 60.0), never) is None
