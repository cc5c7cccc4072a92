"""The manifests of deploy/gate, under the schemas of Argo Rollouts and Flagger on the real API server."""

import copy
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from tests.support.chart import ROOT, the
from tests.support.custom_resources import USED, is_published, path_of

FOLDER = Path(__file__).parents[2] / "deploy" / "gate"
MANIFESTS = {file.name: yaml.safe_load(file.read_text(encoding="utf-8")) for file in sorted(FOLDER.glob("*.yaml"))}
_STRICT = "?fieldManager=tests&force=true&dryRun=All&fieldValidation=Strict"
_PLURALS = {kind: (group, plural) for group, _, kind, plural in USED}


def _sent(cluster, namespace, manifest):
    """What the API server says of one, which it does not keep."""
    if not is_published(*_PLURALS[manifest["kind"]]):
        pytest.skip(f"the definition of {manifest['kind']} could not be had (`make control-plane` fetches it)")
    path = path_of(cluster, manifest, namespace) + _STRICT
    return cluster.call("PATCH", path, manifest, headers={"Content-Type": "application/apply-patch+yaml"})


@pytest.fixture(scope="module")
def there(cluster):
    """A namespace to try them in."""
    return cluster.new_namespace()


@pytest.mark.parametrize("name", MANIFESTS)
def test_each_is_accepted_without_a_warning(cluster, there, name):
    answer = _sent(cluster, there, MANIFESTS[name])
    assert answer.ok, answer.text
    assert "Warning" not in answer.headers, answer.headers["Warning"]


def _set(*path_and_value):
    """A change that puts a value at a path of keys and numbers."""
    *path, last, value = path_and_value

    def change(manifest):
        for step in path:
            manifest = manifest[step]
        manifest[last] = value

    return change


@pytest.mark.parametrize(
    ("name", "mistake", "named"),
    [
        pytest.param(
            "analysis-template.yaml",
            _set("spec", "metrics", 0, "successConditon", "true"),
            "successConditon",
            id="typo",
        ),
        pytest.param("analysis-template.yaml", _set("spec", "metrics", 0, "interval", 60), "interval", id="type"),
        pytest.param(
            "cluster-analysis-template.yaml",
            _set("spec", "metrics", 0, "provider", "web", "timeout", 10),
            "timeout",
            id="of the provider",
        ),
        pytest.param(
            "rollout.yaml",
            _set("spec", "strategy", "canary", "steps", 1, "analysis", "template", "leakwatch-gate"),
            "template",
            id="of a step",
        ),
        pytest.param(
            "flagger-canary.yaml", _set("spec", "analysis", "webhooks", 0, "type", "rolout"), "rolout", id="enum"
        ),
        pytest.param("flagger-canary.yaml", _set("spec", "analysis", "treshold", 3), "treshold", id="of the analysis"),
    ],
)
def test_a_mistake_in_one_would_be_refused(cluster, there, name, mistake, named):
    wrong = copy.deepcopy(MANIFESTS[name])
    mistake(wrong)
    answer = _sent(cluster, there, wrong)
    assert answer.status_code in {400, 422, 500}, answer.text
    assert named in answer.text


def test_both_templates_ask_the_same():
    one, other = MANIFESTS["analysis-template.yaml"], MANIFESTS["cluster-analysis-template.yaml"]
    assert one["spec"] == other["spec"]


def test_the_rollout_gives_the_template_what_it_asks_for():
    given = [
        one["name"] for one in MANIFESTS["rollout.yaml"]["spec"]["strategy"]["canary"]["steps"][1]["analysis"]["args"]
    ]
    asked = [one["name"] for one in MANIFESTS["analysis-template.yaml"]["spec"]["args"] if len(one) == 1]
    assert given == asked


_ASKING = [*sorted(FOLDER.glob("*-template.yaml")), FOLDER / "flagger-canary.yaml", ROOT / "docs" / "gate.md"]


@pytest.mark.parametrize("file", _ASKING, ids=lambda file: file.name)
def test_the_service_is_where_it_is_asked(rendered, file):
    service = the(rendered("as it is"), "Service")
    wanted = f"{service['metadata']['name']}.{service['metadata']['namespace']}", service["spec"]["ports"][0]["port"]
    urls = [
        urlsplit(url) for url in re.findall(r"http://[^\s\"`]*leakwatch[^\s\"`]*", file.read_text(encoding="utf-8"))
    ]
    assert urls
    assert {(url.hostname, url.port or 80) for url in urls} == {wanted}
