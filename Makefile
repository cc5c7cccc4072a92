# leakwatch: `make` or `make help` lists the targets.
SHELL := /bin/sh
.DEFAULT_GOAL := help

VENV ?= .venv
BIN := $(VENV)/bin
# How many tests run at once. Those of one file run one after another, and share their servers.
WORKERS ?= $(shell getconf _NPROCESSORS_ONLN)
# Set it for what failed to be run once more, by itself.
AGAIN ?=
export LEAKWATCH_DATA_DIR ?= .data
# Tests start hundreds of our own processes: each would compile all that it imports anew.
unexport PYTHONDONTWRITEBYTECODE

# Where `make control-plane` puts helm and the rest.
PROGRAMS := $(or $(LEAKWATCH_CONTROL_PLANE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/leakwatch/control-plane)/bin

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.run ## Scan the demo cluster (or LEAKWATCH_PROMETHEUS_URL), then serve on http://127.0.0.1:8080
	@exec $(BIN)/leakwatch run

test: $(VENV)/.dev ## Lint, types and every test, against real servers where they can be had
	@scripts/servers.sh
	@$(MAKE) --no-print-directory lint
	@$(BIN)/pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder || { \
		test $$? -eq 1 && test -n "$(AGAIN)" \
		&& echo "What failed is run once more by itself: what passes now waits for too little, and is to be mended." \
		&& $(BIN)/pytest --last-failed --last-failed-no-failures none; }

test-replicas: $(VENV)/.dev ## Kill replicas 200 times on a real PostgreSQL (a few minutes)
	@scripts/servers.sh
	LEAKWATCH_KILLS=200 $(BIN)/pytest tests/integration/test_replicas.py

control-plane: ## Build the Kubernetes control plane that tests run, where Go is there (ten minutes the first time)
	@scripts/servers.sh
	@scripts/control_plane/build.sh
	@scripts/control_plane/crds.sh

test-kubernetes: $(VENV)/.dev control-plane ## The tests on a real Kubernetes control plane, built first where it is missing
	$(BIN)/pytest tests/kubernetes tests/deploy

lint: $(VENV)/.dev ## Style (ruff) and types (mypy --strict)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.dev ## Put the code in shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.dev ## Measure all of it: the four below, and a scan of a real Prometheus (about an hour)
	$(BIN)/python -m bench

bench-accuracy: $(VENV)/.dev ## Which leaks are found, how early, beside the methods in use today
	$(BIN)/python -m bench.accuracy

bench-detect: $(VENV)/.dev ## What judging 10,000 containers costs on one core, beside two libraries
	$(BIN)/python -m bench.detector

bench-api: $(VENV)/.dev ## What the webhook takes and how soon lists answer, beside Alertmanager
	$(BIN)/python -m bench.api

bench-gate: $(VENV)/.dev ## Which leaking canaries are told after 10 minutes to 6 hours, beside what is asked today
	$(BIN)/python -m bench.canaries

bench-reading: $(VENV)/.dev ## What scanning 1,000 to 30,000 containers costs a real Prometheus, beside how it is done today
	$(BIN)/python -m bench.reading

calibrate: $(VENV)/.dev ## Fit detectors/coefficients.py anew from scenarios and recordings, and say what it is worth
	$(BIN)/python -m bench.calibration

record: $(VENV)/.dev ## Record real programs under real memory limits, two times an hour (root; demo/README.md)
	$(BIN)/python -m demo.recorder
	$(BIN)/python -m demo.recorder --catalogue unseen

lock: ## Write the lock files anew from pyproject.toml (needs uv)
	scripts/lock.sh

settings: $(VENV)/.dev ## Write the README's table of settings and the chart's schema anew from app/settings.py
	PYTHONPATH=. $(BIN)/python scripts/settings_table.py
	PYTHONPATH=. $(BIN)/python scripts/chart_settings.py

deploy-files: settings ## Write the chart's rules and dashboards, and deploy/kustomize, anew (needs helm)
	$(BIN)/python scripts/chart_files.py
	@scripts/control_plane/build.sh helm
	PATH="$(PROGRAMS):$$PATH" PYTHONPATH=. $(BIN)/python scripts/kustomize_files.py

picture: $(VENV)/.dev ## Draw docs/scan.svg anew from a scan of the demo cluster
	PYTHONPATH=. $(BIN)/python scripts/picture.py

screenshots: $(VENV)/.dev ## Take the pictures of docs/screenshots anew (needs Chromium)
	PYTHONPATH=. $(BIN)/python scripts/screenshots.py

dashboards: $(VENV)/.dev ## Write the Compose stack's dashboards anew
	$(BIN)/leakwatch dashboards build --settings deploy/compose/grafana/leakwatch-rules.yml \
		--into deploy/compose/grafana/dashboards

clean: ## Remove what the other targets made
	rm -rf $(VENV) .data .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.run: requirements.lock pyproject.toml scripts/venv.sh
	@scripts/venv.sh $(VENV) requirements.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml scripts/venv.sh
	@scripts/venv.sh $(VENV) requirements-dev.lock
	@touch $@ $(VENV)/.run

.PHONY: help run test test-replicas control-plane test-kubernetes lint format bench bench-accuracy bench-detect bench-api bench-gate calibrate record lock settings
.PHONY: picture screenshots dashboards deploy-files clean
