"""Kustomize, Argo CD and Helmfile: each makes the same objects of an environment as helm does of its values."""

import os
import re
import subprocess

import pytest
import yaml

from scripts import chart_files, kustomize_files
from tests.support.chart import CHART, DEPLOY, ENVIRONMENTS, NAMESPACE, helm, template, values_of
from tests.support.control_plane import program

every_environment = pytest.mark.parametrize("environment", ENVIRONMENTS)


def by_key(objects):
    found = {kustomize_files.key_of(one): one for one in objects}
    assert len(found) == len(objects)
    return found


def rendered_by_helm(folder, environment):
    """Its objects, without the chart's test, which is helm's alone."""
    objects = template(folder, *values_of(environment))
    return by_key([one for one in objects if one["metadata"].get("annotations", {}).get("helm.sh/hook") != "test"])


def application(environment):
    """The source of the Application that Argo CD makes of the ApplicationSet for an environment."""
    spec = yaml.safe_load((DEPLOY / "argocd" / "applicationset.yaml").read_text())["spec"]
    [elements] = [one["list"]["elements"] for one in spec["generators"]]
    [element] = [one for one in elements if one["environment"] == environment]
    text = yaml.safe_dump(spec["template"])
    filled = re.sub(r"\{\{ \.(\w+) \}\}", lambda found: element[found[1]], text)
    assert "{{" not in filled
    return yaml.safe_load(filled)["spec"]


@every_environment
@pytest.mark.parametrize("tool", [("kustomize", "build"), ("kubectl", "kustomize")], ids=" ".join)
def test_kustomize_builds_what_helm_renders(tmp_path, environment, tool):
    name, command = tool
    built = subprocess.run(
        [program(name), command, DEPLOY / "kustomize" / "overlays" / environment],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert built.returncode == 0, built.stderr
    assert by_key(list(yaml.safe_load_all(built.stdout))) == rendered_by_helm(tmp_path, environment)


@every_environment
def test_the_applicationset_renders_the_same(tmp_path, environment):
    spec = application(environment)
    place = DEPLOY.parent / spec["source"]["path"]
    values = [(place / one).resolve() for one in spec["source"]["helm"]["valueFiles"]]
    assert (place, values) == (CHART, values_of(environment))
    assert spec["source"]["helm"].keys() == {"releaseName", "valueFiles"}
    assert (spec["source"]["helm"]["releaseName"], spec["destination"]["namespace"]) == ("leakwatch", NAMESPACE)


def test_each_environment_follows_a_branch_of_its_own():
    branches = {environment: application(environment)["source"]["targetRevision"] for environment in ENVIRONMENTS}
    assert branches == {"development": "development", "test": "test", "production": "main"}


def test_an_environment_names_no_image_of_its_own():
    """So that a merge of one branch into the next takes along what the one before has run."""
    named = [one for one in ENVIRONMENTS if "image" in yaml.safe_load(values_of(one)[-1].read_text())]
    assert named == []


def test_the_application_is_production():
    spec = yaml.safe_load((DEPLOY / "argocd" / "application.yaml").read_text())["spec"]
    assert spec["source"] == application("production")["source"]


def test_production_waits_for_a_person_to_sync():
    single = yaml.safe_load((DEPLOY / "argocd" / "application.yaml").read_text())["spec"]
    assert "automated" not in single["syncPolicy"]
    assert "automated" not in application("production")["syncPolicy"]
    several = yaml.safe_load((DEPLOY / "argocd" / "applicationset.yaml").read_text())["spec"]
    first, *_, last = several["templatePatch"].strip().splitlines()
    assert (first, last) == ('{{- if ne .environment "production" }}', "{{- end }}")


@every_environment
def test_helmfile_renders_the_same(tmp_path, environment):
    command = [program("helmfile"), *("--helm-binary", program("helm")), *("--file", DEPLOY / "helmfile.yaml")]
    rendered = subprocess.run(
        [*command, *("--environment", environment), "template", "--skip-deps", "--skip-tests"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        # What it would remember of a cluster or of charts is nobody's here.
        env=os.environ | {"HELMFILE_CACHE_HOME": str(tmp_path), "KUBECONFIG": os.devnull},
    )
    assert rendered.returncode == 0, rendered.stderr
    objects = [one for one in yaml.safe_load_all(rendered.stdout) if one]
    assert by_key(objects) == rendered_by_helm(tmp_path, environment)


@every_environment
def test_helmfile_names_the_release_and_where_it_goes(environment):
    """For `make test` without Helmfile: what it would be given."""
    _, document = yaml.safe_load_all((DEPLOY / "helmfile.yaml").read_text())
    [release] = yaml.safe_load(yaml.safe_dump(document).replace("{{ .Environment.Name }}", environment))["releases"]
    assert DEPLOY / release["chart"] == CHART
    assert [DEPLOY / one for one in release["values"]] == values_of(environment)
    assert (release["name"], release["namespace"]) == ("leakwatch", NAMESPACE)


def test_helmfile_knows_all_environments():
    environments, _ = yaml.safe_load_all((DEPLOY / "helmfile.yaml").read_text())
    assert set(environments["environments"]) == set(ENVIRONMENTS)


@every_environment
def test_the_values_are_good(environment):
    done = helm("lint", "--strict", CHART, *(part for one in values_of(environment) for part in ("--values", one)))
    assert done.returncode == 0, done.stdout


def test_argo_cd_takes_them(cluster):
    namespace = cluster.new_namespace()
    for name, plural in (("application", "applications"), ("applicationset", "applicationsets")):
        one = yaml.safe_load((DEPLOY / "argocd" / f"{name}.yaml").read_text())
        one["metadata"]["namespace"] = namespace
        path = f"/apis/argoproj.io/v1alpha1/namespaces/{namespace}/{plural}/leakwatch"
        query = "?fieldManager=tests&dryRun=All&fieldValidation=Strict"
        answer = cluster.call("PATCH", path + query, one, headers={"Content-Type": "application/apply-patch+yaml"})
        assert answer.ok, answer.text
        assert "Warning" not in answer.headers


def test_what_is_generated_is_what_would_be_generated_now():
    assert chart_files.present() == chart_files.built(), "run `make deploy-files`"
    assert kustomize_files.present() == kustomize_files.built(program("helm")), "run `make deploy-files`"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"a": 1}, {"a": 1}),
        ({"a": 1}, {"a": "1"}),
        ({"a": 1}, {}),
        ({}, {"a/b~c": {"d": [1]}}),
        ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}),
        ({"a": [1]}, {"a": [1, 2]}),
        ({"a": {"b": 1}}, {"a": None}),
        ({"a": True}, {"a": 1}),
    ],
)
def test_a_patch_makes_one_of_the_other(before, after):
    """As RFC 6902 has it."""
    found = {"root": before}
    for step in kustomize_files.patch(before, after, "/root"):
        *way, last = [part.replace("~1", "/").replace("~0", "~") for part in step["path"].split("/")[1:]]
        place = found
        for part in way:
            place = place[int(part)] if isinstance(place, list) else place[part]
        if step["op"] == "remove":
            del place[last]
        else:
            place[int(last) if isinstance(place, list) else last] = step["value"]
    assert repr(found["root"]) == repr(after)
