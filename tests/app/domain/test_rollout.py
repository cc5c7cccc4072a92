"""What changed between two revisions, and what of it is not shown."""

import copy

import pytest

from app.domain.hiding import HIDDEN
from app.domain.rollout import Rollout, TemplateChange, changes, images_of, is_only_a_restart
from tests.support.kubernetes_objects import template


def _rollout(pod_template):
    return Rollout(1, "cart-1", 0.0, "h", pod_template, images_of(pod_template))


def _changes(before, after):
    kept = copy.deepcopy((before, after))
    found = changes(_rollout(before), _rollout(after))
    assert (before, after) == kept
    return [(one.container, one.what, one.before, one.after) for one in found]


def _env(*pairs):
    return template(env=[{"name": name, "value": value} for name, value in pairs])


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (template(), template(), []),
        (template("a:1"), template("a:2"), [("app", "image", "a:1", "a:2")]),
        (
            template(resources={"limits": {"memory": "1Gi"}}),
            template(resources={"limits": {"memory": "2Gi", "cpu": 2}, "requests": {"memory": "1Gi"}}),
            [
                ("app", "limits.cpu", None, "2"),
                ("app", "limits.memory", "1Gi", "2Gi"),
                ("app", "requests.memory", None, "1Gi"),
            ],
        ),
        (_env(("MODE", "a")), _env(("MODE", "b")), [("app", "env MODE", "a", "b")]),
        (_env(("MODE", "a"), ("B", "1")), _env(("B", "1")), [("app", "env MODE", "a", None)]),
        (
            template(command=["run"], args=["-v"]),
            template(command=["run", "--fast"]),
            [("app", "command", "run", "run --fast"), ("app", "args", "-v", None)],
        ),
        (
            template(annotations={"checksum/config": "1"}),
            template(annotations={"checksum/config": "2"}),
            [("", "annotation checksum/config", "1", "2")],
        ),
        (
            template(env=[{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "c", "key": "k"}}}]),
            template(env=[{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]),
            [("app", "env A", "configMapKeyRef c/k", "secretKeyRef s/k")],
        ),
        (
            template(envFrom=[{"configMapRef": {"name": "a"}}]),
            template(envFrom=[{"prefix": "X_", "configMapRef": {"name": "b"}}]),
            [("app", "envFrom 1", "configMapRef a", "configMapRef b")],
        ),
    ],
)
def test_what_changed(before, after, found):
    assert _changes(before, after) == found


def test_a_container_that_came_and_one_that_went():
    before, after = template(), template()
    after["spec"]["containers"] = [{"name": "proxy", "image": "p:1"}]
    after["spec"]["initContainers"] = [{"name": "init", "image": "i:1"}]
    assert _changes(before, after) == [
        ("proxy", "image", None, "p:1"),
        ("init", "image", None, "i:1"),
        ("app", "image", "shop/cart:1", None),
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DB_PASSWORD", "hunter2"),
        ("API_TOKEN", "hunter2"),
        ("apiKey", "hunter2"),
        ("SIGNING_KEY", "hunter2"),
        ("AWS_ACCESS_KEY_ID", "hunter2"),
        ("SENTRY_DSN", "https://hunter2@sentry.example.org/1"),
        ("DATABASE_URL", "postgresql://shop:hunter2@db/shop"),
        ("HEADERS", "Authorization: Bearer hunter2"),
        ("JAVA_OPTS", "-Ddb.password=hunter2 -Xmx1g"),
        ("CONFIG", '{"secret": "hunter2"}'),
        ("OPTIONS", "token='hunter2 x'"),
        ("PEM", "-----BEGIN PRIVATE KEY----- hunter2"),
        ("GITHUB", "ghp_hunter2hunter2hunter2hunter2"),
    ],
)
def test_a_value_that_may_be_a_secret_is_not_shown(name, value):
    found = changes(_rollout(_env((name, value))), _rollout(_env((name, f"{value}3"))))
    assert len(found) == 1
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("JAVA_OPTS", "-Xmx1g -XX:+UseG1GC"),
        ("CACHE_SIZE", "5000"),
        ("URL", "https://shop.example.org/a"),
        ("KEYS", "5"),
    ],
)
def test_what_is_no_secret_is_shown(name, value):
    assert _changes(_env((name, "")), _env((name, value))) == [("app", f"env {name}", "", value)]


def test_an_argument_after_a_flag_for_a_secret_is_not_shown():
    found = _changes(template(args=["--user", "me"]), template(args=["--user", "me", "--password", "hunter2", "--v"]))
    assert found == [("app", "args", "--user me", f"--user me --password {HIDDEN} --v")]


def test_a_restart_is_told_from_a_change():
    restarted = template(annotations={"kubectl.kubernetes.io/restartedAt": "now"})
    assert is_only_a_restart(changes(_rollout(template()), _rollout(restarted)))
    assert not is_only_a_restart(changes(_rollout(template()), _rollout({**restarted, **template("b:2")})))


@pytest.mark.parametrize("odd", [{}, {"spec": None}, {"spec": {"containers": "x"}}, {"spec": {"containers": [1, {}]}}])
def test_odd_templates_are_no_error(odd):
    assert isinstance(_changes(odd, template()), list)
    assert isinstance(_changes(template(), odd), list)


def test_what_is_shown_is_one_short_line():
    (change,) = changes(_rollout(_env(("A", ""))), _rollout(_env(("A", "x\x1b[31m\n" + "y" * 5000))))
    assert isinstance(change, TemplateChange)
    assert change.after.isprintable()
    assert len(change.after) <= 200


def test_no_more_changes_than_can_be_read():
    many = _env(*((f"A{number}", "x") for number in range(500)))
    assert len(changes(_rollout(template()), _rollout(many))) == 200
