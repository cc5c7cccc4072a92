"""What a change makes of an object, field by field."""

import copy

import pytest

from app.domain.mitigation.diff import MOST_CHANGES, changes_between
from tests.support.workload_objects import template, workload

TEMPLATE = "spec.template.spec.containers[app]"


def _changed(change):
    before = workload()
    after = copy.deepcopy(before)
    change(after, after["spec"]["template"]["spec"]["containers"][0])
    return {one.path: (one.before, one.after) for one in changes_between(before, after)}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param(
            lambda _, one: one.update(image="cart:v1"), {f"{TEMPLATE}.image": ("cart:v2", "cart:v1")}, id="an image"
        ),
        pytest.param(
            lambda _, one: one["resources"]["limits"].update(memory="1Gi"),
            {f"{TEMPLATE}.resources.limits.memory": ("256Mi", "1Gi")},
            id="a limit",
        ),
        pytest.param(
            lambda _, one: one["env"].append({"name": "MORE", "value": "1"}),
            {f"{TEMPLATE}.env[MORE].name": (None, "MORE"), f"{TEMPLATE}.env[MORE].value": (None, "1")},
            id="a variable that is new",
        ),
        pytest.param(
            lambda _, one: one["env"].insert(0, {"name": "DB_PASSWORD", "value": "hunter2"}),
            {
                f"{TEMPLATE}.env[DB_PASSWORD].name": (None, "DB_PASSWORD"),
                f"{TEMPLATE}.env[DB_PASSWORD].value": (None, "(hidden)"),
            },
            id="a secret, and nothing of what it moved",
        ),
        pytest.param(
            lambda _, one: one["env"].extend(
                [{"name": "DB_PASSWORD", "value": "hunter2"}, {"name": "DB_PASSWORD", "value": "hunter3"}]
            ),
            {
                f"{TEMPLATE}.env[DB_PASSWORD].name": (None, "DB_PASSWORD"),
                f"{TEMPLATE}.env[DB_PASSWORD].value": (None, "(hidden)"),
                f"{TEMPLATE}.env[DB_PASSWORD 2].name": (None, "DB_PASSWORD"),
                f"{TEMPLATE}.env[DB_PASSWORD 2].value": (None, "(hidden)"),
            },
            id="a secret that is there twice",
        ),
        pytest.param(
            lambda _, one: one.update(
                livenessProbe={"httpGet": {"httpHeaders": [{"name": "X-Api-Key", "value": "hunter2"}]}}
            ),
            {
                f"{TEMPLATE}.livenessProbe.httpGet.httpHeaders[X-Api-Key].name": (None, "X-Api-Key"),
                f"{TEMPLATE}.livenessProbe.httpGet.httpHeaders[X-Api-Key].value": (None, "(hidden)"),
            },
            id="a header of a probe",
        ),
        pytest.param(
            lambda whole, _: whole["metadata"].update(annotations={"example.com/api-token": "t", "token": "t"}),
            {
                "metadata.annotations[example.com/api-token]": (None, "(hidden)"),
                "metadata.annotations.token": (None, "(hidden)"),
            },
            id="annotations of a secret's name",
        ),
        pytest.param(
            lambda whole, _: whole["spec"]["template"]["spec"]["containers"].append(
                {"name": "auth", "image": "auth:v1"}
            ),
            {
                "spec.template.spec.containers[auth].name": (None, "auth"),
                "spec.template.spec.containers[auth].image": (None, "auth:v1"),
            },
            id="a container that is called like a secret",
        ),
        pytest.param(
            lambda _, one: one["env"][0].update(value="postgres://me:hunter2@db/x"),
            {f"{TEMPLATE}.env[MODE].value": ("fast", "postgres://(hidden)@db/x")},
            id="a password in a URL",
        ),
        pytest.param(
            lambda _, one: one.update(args=["--token", "hunter2"]),
            {f"{TEMPLATE}.args": (None, "--token (hidden)")},
            id="an argument behind a flag of a secret's name",
        ),
        pytest.param(
            lambda whole, _: whole["metadata"].update(annotations={"example.org/a.b": "c"}),
            {"metadata.annotations[example.org/a.b]": (None, "c")},
            id="an annotation",
        ),
        pytest.param(
            lambda whole, _: whole.update(status={"replicas": 9}, metadata=whole["metadata"] | {"generation": 9}),
            {},
            id="what the server keeps for itself",
        ),
        pytest.param(
            lambda whole, _: whole["spec"].update(paused=False), {"spec.paused": (None, "false")}, id="a flag"
        ),
    ],
)
def test_a_change_is_told_by_its_field(change, told):
    assert _changed(change) == told


def test_very_many_changes_are_cut():
    after = workload(spec={"template": template(**{f"label-{number}": "x" for number in range(MOST_CHANGES + 5)})})
    found = changes_between(workload(), after)
    assert len(found) == MOST_CHANGES + 1
    assert found[-1].path == "and 5 more fields"


def test_a_list_without_names_is_told_by_place():
    found = changes_between({"a": [{"x": 1}, {"x": 2}]}, {"a": [{"x": 1}, {"x": 3}]})
    assert [(one.path, one.before, one.after) for one in found] == [("a[1].x", "2", "3")]
