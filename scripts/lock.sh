#!/bin/sh
# Writes the two lock files from pyproject.toml: every package with its hashes, no index named,
# good for every platform and Python that pyproject.toml allows.
set -eu
cd "$(dirname "$0")/.."
lock() {
    "${UV:-uv}" pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-header --no-annotate "$@"
}
lock --group build --output-file requirements.lock
lock --group build --group dev --constraint requirements.lock --output-file requirements-dev.lock
