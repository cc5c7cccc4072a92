"""What a rollout changed, in words."""

import pytest

from app.domain.rollout_words import change_words, changes_line, ran, weightiest_first

SHA = "sha256:0123456789abcdef0123456789abcdef"


def change(what="image", before="cart:1", after="cart:2", container="app"):
    return {"container": container, "what": what, "before": before, "after": after}


def rollout(*changes, template_hash="5d8f9c7b6", image="registry.example.org:5000/cart:v2"):
    return {"number": 4, "changes": list(changes), "template_hash": template_hash, "images": {"app": image}}


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (change(), "image of app: cart:1 → cart:2"),
        (change("env DEBUG", None, "1"), "env DEBUG of app: none → 1"),
        (change("env DEBUG", "1", None), "env DEBUG of app: 1 → none"),
        (change("annotation checksum/config", "a", "b", ""), "annotation checksum/config: a → b"),
        (change("env DB_PASSWORD", "(hidden)", "(hidden)"), "env DB_PASSWORD of app: another value (hidden)"),
        (change("env DB_PASSWORD", None, "(hidden)"), "env DB_PASSWORD of app: none → (hidden)"),
    ],
)
def test_a_change_is_said_in_a_line(one, said):
    assert change_words(one) == said


def test_what_weighs_most_comes_first():
    kinds = ("annotation a", "envFrom 1", "args", "command", "requests.cpu", "limits.memory", "env B", "env A", "image")
    ordered = [one["what"] for one in weightiest_first([change(kind) for kind in kinds])]
    assert ordered == [
        *("image", "env B", "env A", "limits.memory", "requests.cpu", "command", "args", "envFrom 1", "annotation a")
    ]


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ([], ""),
        ([change()], "rollout 4 changed image of app: cart:1 → cart:2"),
        (
            [change(f"env {name}", "0", "1") for name in "ABCDE"],
            "rollout 4 changed env A of app: 0 → 1; env B of app: 0 → 1; env C of app: 0 → 1; and 2 more",
        ),
        (
            [change(before=f"{'r' * 70}:v1", after=f"{'r' * 70}:v2")],
            f"rollout 4 changed image of app: {'r' * 29}…{'r' * 27}:v1 → {'r' * 29}…{'r' * 27}:v2",
        ),
    ],
    ids=["nothing", "one", "more than fit", "long values"],
)
def test_all_is_said_in_one_line(changes, line):
    assert changes_line(rollout(*changes)) == line


@pytest.mark.parametrize(
    ("revision", "image", "is_it"),
    [
        ("v2", "registry.example.org:5000/cart:v2", True),
        ("v2", f"registry.example.org:5000/cart:v2@{SHA}", True),
        ("v1", "registry.example.org:5000/cart:v2", False),
        ("0123456789ab", f"cart@{SHA}", True),
        ("5d8f9c7b6", "cart", True),
        ("v2@5d8f9c7b6", "cart:v2", True),
        # The same tag under another template is another revision.
        ("v2@77c6bd9f4", "cart:v2", False),
        ("v2", "", False),
    ],
)
def test_pods_are_told_to_have_run_it_by_what_their_revision_is_called(revision, image, is_it):
    assert ran(rollout(image=image), "app", revision) is is_it
