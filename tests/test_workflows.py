"""The workflows of continuous integration: valid, pinned, with no more rights and time than each job needs."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from scripts import release_version
from tests.support.control_plane import program

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
WORKFLOWS = {file.name: yaml.safe_load(file.read_text(encoding="utf-8")) for file in FILES}
JOBS = {f"{name}: {job}": content for name, flow in WORKFLOWS.items() for job, content in flow["jobs"].items()}
# A job either has steps or is a workflow of ours that is called.
STEPS = [(where, step) for where, job in JOBS.items() for step in job.get("steps", ())]
RUNS = [(where, step["run"]) for where, step in STEPS if "run" in step]
# What each job may do beyond reading the repository.
RIGHTS = {
    "image.yml: image": {"packages", "id-token"},
    "promote.yml: propose": {"pull-requests"},
    "release.yml: image": {"packages", "id-token"},
    "release.yml: chart": {"packages", "id-token"},
    "release.yml: release": {"contents", "id-token"},
}
LONGEST_MINUTES = 120


def _on(flow):
    """YAML 1.1, which PyYAML reads, takes a bare `on` for true."""
    return flow[True]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_actionlint_is_content(file):
    # What else is installed where the tests run must not change the answer.
    done = subprocess.run(
        [program("actionlint"), "-shellcheck=", "-pyflakes=", str(file)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.stdout + done.stderr == ""


def test_every_action_is_pinned_by_its_commit_and_says_which_version_that_is():
    lines = [
        line.strip().removeprefix("- ") for file in FILES for line in file.read_text(encoding="utf-8").splitlines()
    ]
    used = [line for line in lines if line.startswith("uses:") and not line.startswith("uses: ./")]
    assert used
    pinned = re.compile(r"uses: [\w.-]+(/[\w.-]+)+@[0-9a-f]{40} # v\d+(\.\d+)*")
    assert [one for one in used if not pinned.fullmatch(one)] == []


def test_an_action_has_one_version():
    pins = {}
    for _, step in STEPS:
        name, at, commit = step.get("uses", "").partition("@")
        if at:
            pins.setdefault(name, set()).add(commit)
    assert {name: commits for name, commits in pins.items() if len(commits) > 1} == {}


@pytest.mark.parametrize("flow", WORKFLOWS.values(), ids=WORKFLOWS)
def test_a_workflow_may_nothing_unless_a_job_says_so(flow):
    assert flow["permissions"] == {}
    assert flow["concurrency"]["group"]


@pytest.mark.parametrize(("where", "job"), JOBS.items(), ids=JOBS)
def test_a_job_may_write_only_what_it_is_for(where, job):
    writes = {scope for scope, right in job["permissions"].items() if right == "write"}
    assert writes == RIGHTS.get(where, set())
    assert set(job["permissions"].values()) <= {"read", "write"}


@pytest.mark.parametrize("job", JOBS.values(), ids=JOBS)
def test_a_job_ends(job):
    # One that calls a workflow ends with the jobs of that.
    assert "uses" in job or 0 < job["timeout-minutes"] <= LONGEST_MINUTES


def test_the_repositorys_token_stays_out_of_the_checked_out_folder():
    checkouts = [step for _, step in STEPS if step.get("uses", "").startswith("actions/checkout@")]
    assert checkouts
    assert [step for step in checkouts if step.get("with", {}).get("persist-credentials") is not False] == []


def test_no_command_is_put_together_from_what_others_write():
    """A branch's name may be a command: what comes from the event is given by the environment."""
    assert [(where, run) for where, run in RUNS if "${{" in run] == []
    assert [name for name, flow in WORKFLOWS.items() if {"pull_request_target", "workflow_run"} & set(_on(flow))] == []


def test_targets_that_are_made_exist():
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    wanted = {target for _, run in RUNS for target in re.findall(r"\bmake ([a-z-]+)", run)}
    assert {"test", "lint", "control-plane"} <= wanted <= targets


def test_files_that_are_named_exist():
    text = "\n".join(file.read_text(encoding="utf-8") for file in FILES)
    named = set(re.findall(r"\b(?:scripts|deploy)/[\w./-]*[\w]", text))
    named |= set(re.findall(r"\brequirements[\w.-]*\.lock\b", text))
    assert {"scripts/release_version.py", "deploy/helm/leakwatch", "requirements-dev.lock"} <= named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_environments_are_linted_that_there_are():
    there = {file.stem for file in (ROOT / "deploy" / "environments").glob("*.yaml")} - {"common"}
    [linted] = [run for _, run in RUNS if "helm lint" in run]
    assert set(re.search(r"for environment in (.*); do", linted)[1].split()) == there


def test_branches_are_those_that_environments_follow():
    """Each environment's branch is tested, and promoted to from the one before."""
    text = (ROOT / "deploy" / "argocd" / "applicationset.yaml").read_text(encoding="utf-8")
    branches = re.findall(r"branch: (\w+)", text)
    assert _on(WORKFLOWS["ci.yml"])["push"]["branches"] == branches
    assert _on(WORKFLOWS["image.yml"])["push"]["branches"] == branches[:1]
    promote = WORKFLOWS["promote.yml"]
    assert _on(promote)["workflow_dispatch"]["inputs"]["into"]["options"] == branches[1:]
    first, second, last = branches
    expression = promote["jobs"]["propose"]["env"]["FROM"]
    assert expression == f"${{{{ inputs.into == '{last}' && '{second}' || '{first}' }}}}"


def test_nothing_is_released_that_was_not_tested_built_checked_and_signed():
    jobs = WORKFLOWS["release.yml"]["jobs"]
    assert set(jobs["release"]["needs"]) == set(jobs) - {"release"}
    assert jobs["ci"]["uses"] == "./.github/workflows/ci.yml"
    assert "workflow_call" in _on(WORKFLOWS["ci.yml"])
    # Whoever pushes anything waits for the tests.
    assert "ci" in jobs["image"]["needs"]
    assert jobs["image"]["uses"] == "./.github/workflows/image.yml"
    assert "image" in jobs["chart"]["needs"]


def _places(steps, sign):
    """Where steps have that in their action or command."""
    return [number for number, step in enumerate(steps) if sign in step.get("uses", step.get("run", ""))]


def test_an_image_has_no_tag_before_each_platform_was_scanned_and_the_whole_was_signed():
    steps = WORKFLOWS["image.yml"]["jobs"]["image"]["steps"]
    [built] = _places(steps, "docker/build-push-action@")
    [signed] = _places(steps, "cosign sign")
    [tagged] = _places(steps, "imagetools create --tag")
    options = steps[built]["with"]
    assert "push-by-digest=true" in options["outputs"].split(",")
    assert not {"push", "tags"} & options.keys()
    scans = [number for number in _places(steps, "aquasecurity/trivy-action@") if "exit-code" in steps[number]["with"]]
    assert {steps[number]["env"]["TRIVY_PLATFORM"] for number in scans} == set(options["platforms"].split(","))
    assert all(steps[number]["with"]["exit-code"] == "1" for number in scans)
    assert built < min(scans) <= max(scans) < signed < tagged


@pytest.mark.parametrize(("branch", "status"), [("main", 0), ("feature", 1)])
def test_only_what_is_on_main_is_released(tmp_path, branch, status):
    """The release's own command, where a tag on main, or on a branch that was never merged, is checked out."""
    origin, clone = tmp_path / "origin", tmp_path / "clone"
    origin.mkdir()
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-C", str(origin))
    for command in (
        ("init", "--quiet", "--initial-branch", "main"),
        ("commit", "--quiet", "--allow-empty", "--message", "One"),
        ("switch", "--quiet", "--force-create", branch),
        ("commit", "--quiet", "--allow-empty", "--message", "Two"),
        ("tag", "v1.0.0"),
    ):
        subprocess.run([*git, *command], check=True, capture_output=True)
    subprocess.run(["git", "clone", "--quiet", "--branch", "v1.0.0", origin, clone], check=True, capture_output=True)
    [run] = [run for where, run in RUNS if where == "release.yml: check" and "merge-base" in run]
    done = subprocess.run(["bash", "-e", "-c", run], cwd=clone, capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stderr
    assert ("is not on main" in done.stdout) is bool(status)


def test_pins_are_kept_fresh():
    updates = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text(encoding="utf-8"))["updates"]
    assert {(one["package-ecosystem"], one["directory"]) for one in updates} == {
        ("github-actions", "/"),
        ("docker", "/"),
        ("gomod", "/scripts/control_plane"),
    }
    assert all((ROOT / one["directory"].strip("/")).is_dir() for one in updates)


def test_a_tag_of_the_version_is_released():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert release_version.version_of(f"v{version}") == version


def test_a_tag_of_another_version_is_not():
    with pytest.raises(SystemExit, match=r"v999\.0\.0 is not of version"):
        release_version.version_of("v999.0.0")
