"""Who may import whom. The arrows are those of CONTRIBUTING."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("detectors", "alert_rules", "dashboards", "app", "migrations")

# Of our own packages, what each may import. The longest name that fits a module counts.
ALLOWED = {
    "detectors": {"detectors"},
    "alert_rules": {"alert_rules", "detectors"},
    "dashboards": {"dashboards", "alert_rules", "detectors"},
    "app": {"app", "dashboards", "alert_rules", "detectors"},
    "migrations": {"app.storage"},
    "app.domain": {"app.domain", "app.durations", "app.text", "detectors"},
    "app.prometheus": {"app.prometheus", "app.domain", "app.settings", "app.errors", "app.text", "detectors"},
    "app.api": {
        *("app.api", "app.services", "app.domain", "app.errors", "app.output", "app.metrics"),
        *("detectors.judgement", "detectors.canary.outcome"),
    },
    "app.web": {
        *("app.web", "app.api", "app.services", "app.domain", "app.errors", "app.output", "app.text", "app.durations"),
        *("detectors.judgement", "detectors.words"),
    },
    "app.services": {
        *(
            "app.services",
            "app.scanning",
            "app.alertmanager",
            "app.mitigating",
            "app.storage",
            "app.domain",
            "app.errors",
        ),
        *("app.durations", "app.text", "detectors.judgement"),
    },
    "app.storage": {
        *("app.storage", "app.domain", "app.output.document", "app.errors", "app.settings"),
        "detectors.judgement",
    },
    "app.alertmanager": {
        *("app.alertmanager", "app.storage", "app.domain", "app.errors", "app.text", "app.prometheus.ownership"),
        *("app.settings", "app.durations", "alert_rules", "detectors.words"),
    },
    "app.output": {
        *("app.output", "app.domain", "app.durations", "app.errors", "app.text", "app.rules"),
        *("alert_rules", "detectors"),
    },
    "app.settings": {
        *("app.addresses", "app.cluster_settings", "app.durations", "app.errors", "app.setting_checks"),
        *("app.domain.setting", "app.settings_origin", "app.kubernetes_settings", "app.setting_types"),
        "app.mitigation_settings",
        *("app.backup_settings", "app.pushgateway_settings"),
        "app.gate_settings",
    },
    "app.kubernetes": {
        *("app.kubernetes", "app.domain", "app.settings", "app.kubernetes_settings", "app.errors", "app.text"),
    },
    "app.backup": {
        *("app.backup", "app.storage", "app.domain", "app.backup_settings", "app.errors", "app.text"),
    },
    "app.backup_settings": {"app.durations", "app.setting_checks"},
    "app.pushgateway_settings": {"app.setting_checks"},
    "app.kubernetes_settings": {"app.durations", "app.setting_types"},
    "app.gate_settings": {"app.durations"},
    "app.mitigation_settings": {
        *("app.domain.mitigation.model", "app.domain.pattern", "app.durations", "app.kubernetes_settings"),
        *("app.setting_checks", "app.setting_types"),
    },
    "app.mitigating": {
        *("app.mitigating", "app.kubernetes", "app.storage", "app.domain", "app.errors", "app.settings", "app.text"),
        *("app.durations", "app.output.document", "app.scanning.lease"),
    },
    "app.setting_types": set(),
    "app.settings_origin": {"app.domain.setting"},
    "app.cluster_settings": {"app.setting_checks", "app.kubernetes_settings"},
    "app.setting_checks": set(),
    "app.addresses": set(),
    "app.errors": set(),
    "app.text": set(),
}
PURE = ("detectors", "alert_rules", "dashboards", "app.domain")
# What does input or output, or tells the time; and settings, which only the service has.
IMPURE = {"os", "io", "sys", "time", "socket", "subprocess", "threading", "logging", "pathlib", "random", "requests"}
IMPURE |= {"sqlalchemy", "fastapi", "structlog", "pydantic", "pydantic_settings", "urllib", "http"}


def _modules():
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            yield name, path


MODULES = dict(_modules())


def _imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _within(name, packages):
    return any(name == package or name.startswith(f"{package}.") for package in packages)


@pytest.mark.parametrize("module", MODULES)
def test_imports_only_what_it_may(module):
    fits = max((one for one in ALLOWED if _within(module, [one])), key=len)
    ours = [name for name in _imports(MODULES[module]) if _within(name, PACKAGES)]
    assert [name for name in ours if not _within(name, ALLOWED[fits])] == []


@pytest.mark.parametrize("module", [name for name in MODULES if _within(name, PURE)])
def test_what_is_pure_does_no_input_and_no_output(module):
    assert [name for name in _imports(MODULES[module]) if name.split(".")[0] in IMPURE] == []


@pytest.mark.parametrize("module", [name for name in MODULES if name != "app.settings"])
def test_only_settings_read_the_environment(module):
    text = MODULES[module].read_text(encoding="utf-8")
    assert "os.environ" not in text
    assert "getenv" not in text


@pytest.mark.parametrize("module", [name for name in MODULES if _within(name, ["app"])])
def test_queries_stand_in_storage_only(module):
    if _within(module, ["app.storage"]):
        return
    imports = [name for name in _imports(MODULES[module]) if _within(name, ["sqlalchemy"])]
    assert set(imports) <= {"sqlalchemy.Engine", "sqlalchemy.orm.Session", "sqlalchemy.exc.IntegrityError"}


def test_every_package_is_checked_here():
    top = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert top - {"bench"} <= set(PACKAGES)
