"""The image and the Compose stack, as far as they can be checked without a container engine."""

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

from app.settings import Settings, _known_variables
from tests.support.servers import need

ROOT = Path(__file__).resolve().parents[1]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
DEPLOY = ROOT / "deploy" / "compose"
# What ends when it has done its work needs no health check.
LASTING = {name: service for name, service in SERVICES.items() if service["restart"] != "no"}
every_service = pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES.keys())


def test_has_the_services_it_is_for():
    assert set(LASTING) == {"leakwatch", "postgres", "prometheus", "alertmanager", "grafana", "leaky-node"}


@pytest.mark.parametrize("service", LASTING.values(), ids=LASTING.keys())
def test_has_a_health_check(service):
    assert service["healthcheck"]["test"][0] == "CMD"
    assert {"interval", "timeout", "retries"} <= set(service["healthcheck"])


@every_service
def test_has_a_memory_limit(service):
    assert re.fullmatch(r"\d+m", service["mem_limit"])


@every_service
def test_is_open_to_this_machine_only(service):
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


@every_service
def test_an_image_from_elsewhere_has_a_version(service):
    if "image" in service:
        assert re.fullmatch(r"[\w./-]+:v?\d[\w.-]*", service["image"])


@every_service
def test_what_is_mounted_or_built_exists(service):
    for mount in service.get("volumes", []):
        source = mount.split(":")[0]
        if source.startswith("."):
            assert (ROOT / source).exists(), source
            assert mount.endswith(":ro")
        else:
            assert source in COMPOSE["volumes"]
    if "build" in service:
        assert (ROOT / service["build"] / "Dockerfile").is_file()


@every_service
def test_waits_only_for_what_there_is_and_has_a_health_check(service):
    for name, condition in service.get("depends_on", {}).items():
        assert condition == {"condition": "service_healthy"}
        assert "healthcheck" in SERVICES[name]


def test_ports_do_not_collide():
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert len({port.split(":")[1] for port in ports}) == len(ports)


def test_health_checks_ask_the_port_that_is_published():
    for name, service in LASTING.items():
        asked = re.findall(r"127\.0\.0\.1:(\d+)", " ".join(service["healthcheck"]["test"]))
        inside = [port.split(":")[2] for port in service.get("ports", [])]
        assert asked == inside or name == "postgres", name


def test_settings_that_are_given_exist():
    given = {name for name in SERVICES["leakwatch"]["environment"] if name.startswith("LEAKWATCH_")}
    assert given <= _known_variables()
    image = set(re.findall(r"\b(LEAKWATCH_\w+)=", (ROOT / "Dockerfile").read_text(encoding="utf-8")))
    assert image
    assert image <= _known_variables()


def test_settings_that_are_given_are_valid(monkeypatch):
    for name, value in SERVICES["leakwatch"]["environment"].items():
        monkeypatch.setenv(name, re.sub(r"\$\{\w+:-(\w+)\}", r"\1", value))
    settings = Settings()
    assert settings.prometheus_url == "http://prometheus:9090"
    assert settings.auto_upgrade


def test_prometheus_asks_with_the_token_that_is_made_for_it(tmp_path, monkeypatch):
    script = SERVICES["prometheus-token"]["command"][0].replace("/tokens", str(tmp_path))
    stand_in = tmp_path / "leakwatch"
    stand_in.write_text('#!/bin/sh\necho "$@"\n')
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    for _ in range(2):
        subprocess.run(["/bin/sh", "-euc", script], check=True)
        stand_in.write_text("#!/bin/sh\nexit 1\n")  # once made, it is kept
    assert (tmp_path / "prometheus").read_text().startswith("token create --role viewer")
    config = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text(encoding="utf-8"))
    (job,) = [one for one in config["scrape_configs"] if one["job_name"] == "leakwatch"]
    folder, name = job["authorization"]["credentials_file"].rsplit("/", 1)
    assert name == "prometheus"
    assert f"prometheus-token:{folder}:ro" in SERVICES["prometheus"]["volumes"]
    assert "prometheus-token:/tokens" in SERVICES["prometheus-token"]["volumes"]


def test_nothing_serves_without_asking_for_tokens():
    for file in ("docker-compose.yml", "Dockerfile"):
        assert "NO_AUTH" not in (ROOT / file).read_text(encoding="utf-8")


def test_the_image_is_built_in_stages_and_does_not_run_as_root():
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert len(re.findall(r"^FROM ", text, re.MULTILINE)) == 2
    assert re.findall(r"^USER (\S+)", text, re.MULTILINE) == ["10001:10001"]
    assert "HEALTHCHECK" in text
    assert "--require-hashes" in text


def test_the_image_gets_all_that_it_copies():
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    names = {name for line in copied for name in line.split()}
    assert names <= allowed
    assert all((ROOT / name).exists() for name in names)


def test_the_read_only_root_is_written_nowhere_but_in_volumes():
    service = SERVICES["leakwatch"]
    assert service["read_only"]
    assert any(mount.endswith(":/var/lib/leakwatch") for mount in service["volumes"])


def test_prometheus_accepts_its_configuration(tmp_path):
    token, config = tmp_path / "token", tmp_path / "prometheus.yml"
    token.touch()
    text = (DEPLOY / "prometheus/prometheus.yml").read_text(encoding="utf-8")
    config.write_text(text.replace("/run/leakwatch/prometheus", str(token)))
    command = [need("promtool"), "check", "config", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_alertmanager_accepts_its_configuration():
    command = [need("amtool"), "check-config", str(DEPLOY / "alertmanager/alertmanager.yml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_prometheus_scrapes_and_alerts_what_there_is():
    config = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text(encoding="utf-8"))
    jobs = config["scrape_configs"] + config["alerting"]["alertmanagers"]
    for target in [one for job in jobs for static in job["static_configs"] for one in static["targets"]]:
        host, port = target.split(":")
        if host == "localhost":
            host = "prometheus"
        assert SERVICES[host]["ports"][0].endswith(f":{port}")


def test_grafana_is_given_its_sources_and_its_folder():
    sources = yaml.safe_load((DEPLOY / "grafana/provisioning/datasources/datasources.yaml").read_text())
    assert {one["type"]: one["url"] for one in sources["datasources"]} == {
        "prometheus": "http://prometheus:9090",
        "alertmanager": "http://alertmanager:9093",
    }
    (provider,) = yaml.safe_load((DEPLOY / "grafana/provisioning/dashboards/dashboards.yaml").read_text())["providers"]
    mounted = [mount.split(":")[1] for mount in SERVICES["grafana"]["volumes"]]
    assert provider["options"]["path"] in mounted


def test_a_wheel_has_migrations_and_pages(tmp_path):
    source = tmp_path / "source"
    for name in ("app", "detectors", "alert_rules", "dashboards", "migrations"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as content:
        listed = content.namelist()
    for name in ("migrations/versions/0001_first_tables.py", "app/api/pages/docs.html", "app/api/pages/docs.css"):
        assert name in listed
    assert not [name for name in listed if name.startswith("tests/")]
