"""What the repository promises to a reader, held true."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from scripts import picture, settings_table

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
TEXTS = {".py", ".md", ".toml", ".yml", ".yaml", ".sh", ".js", ".json", ".html", ".css", ".lock", ""}


def _tracked():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git repository")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize(
    "name",
    [
        *("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "LICENSE", ".editorconfig", ".gitignore"),
        *(
            ".pre-commit-config.yaml",
            ".github/workflows/ci.yml",
            ".github/dependabot.yml",
            ".ci/run",
            "Dockerfile",
            "docker-compose.yml",
        ),
        *("requirements.lock", "requirements-dev.lock", "demo/cluster.parquet", "docs/scan.svg"),
    ],
)
def test_is_there(name):
    assert (ROOT / name).stat().st_size > 0


def test_the_readme_lists_every_setting_as_it_is():
    readme = settings_table.README.read_text(encoding="utf-8")
    assert settings_table.with_table(readme) == readme, "run `make settings`"


def test_no_merge_left_its_marks():
    marks = re.compile(rb"^(<{7} |>{7} )", re.MULTILINE)
    assert [path.name for path in _tracked() if path.suffix in TEXTS and marks.search(path.read_bytes())] == []


def test_the_picture_shows_what_a_scan_prints():
    assert picture.picture() == picture.PICTURE.read_text(encoding="utf-8"), "run `make picture`"


def test_the_readme_begins_with_the_two_commands():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"^    (\S.*)", readme, re.MULTILINE)
    assert [command.split("#")[0].strip() for command in commands[:2]] == ["make run", "make test"]


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "CHANGELOG.md",
        "demo/README.md",
        "deploy/README.md",
        "docs/detector.md",
        "docs/operations.md",
        "docs/alerting.md",
        "docs/alertmanager.md",
        "docs/dashboards.md",
        "docs/reading.md",
        "docs/rules.md",
        "docs/rules-verify.md",
    ],
)
def test_links_lead_somewhere(name):
    file = ROOT / name
    for target in re.findall(r"\]\((?!https?://)([^)#]+)\)", file.read_text(encoding="utf-8")):
        assert (file.parent / target).exists(), target


def test_paths_that_the_contributors_notes_name_exist():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for target in re.findall(r"`((?:app|detectors|alert_rules|tests|migrations|bench)/[\w./]*)`", text):
        assert (ROOT / target).exists(), target


def test_make_alone_lists_the_targets():
    shown = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert {"run", "test", "lint", "format", "bench", "clean"} <= {line.split()[0] for line in shown.splitlines()}


def test_ci_runs_what_a_developer_runs():
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    steps = workflow["jobs"]["test"]["steps"]
    targets = [step["run"].split()[:2] for step in steps if "run" in step]
    assert targets == [["make", "control-plane"], ["make", "test"]]
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert re.findall(r"make [\w-]+", script) == [" ".join(one) for one in targets]


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_locks_have_hashes_and_name_no_index(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^--(?!hash)", text, re.MULTILINE)
    packages = re.split(r"\n(?=\S)", text.strip())
    assert [one.splitlines()[0] for one in packages if "--hash=sha256:" not in one] == []


def test_the_lock_has_every_direct_dependency():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    for requirement in PROJECT["project"]["dependencies"]:
        name = re.match(r"[\w-]+", requirement)[0]
        assert re.search(rf"^{name}(\[\w+\])?==", text, re.MULTILINE), name


def test_every_dependency_has_a_range():
    groups = PROJECT["dependency-groups"].values()
    for requirement in [*PROJECT["project"]["dependencies"], *(one for group in groups for one in group)]:
        assert ">=" in requirement, requirement


def test_nothing_tells_of_the_machine_it_was_written_on():
    signs = re.compile("|".join(["/ho" + "me/", "/ro" + "ot/", "/wo" + "rk/", "/Us" + "ers/"]))
    told = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in _tracked()
        if path.suffix in TEXTS
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if signs.search(line)
    ]
    assert told == []


def test_the_repository_is_small():
    assert [path.name for path in _tracked() if path.stat().st_size > 512 * 1024] == []
