#!/bin/sh
# venv.sh DIR LOCKFILE: a virtual environment in DIR with what LOCKFILE pins and leakwatch itself, editable.
# PYTHON names the interpreter; without it, the first of python3.11 to python3.14 and python3 that is new enough.
set -eu
cd "$(dirname "$0")/.."
dir=$1
lock=$2

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    for candidate in ${PYTHON:-python3.11 python3.12 python3.13 python3.14 python3}; do
        if new_enough "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    echo "leakwatch needs Python 3.11 or newer; none was found. Install it, or name it: make PYTHON=/path/to/python3.11" >&2
    exit 1
}

make_venv() {
    python=$(find_python)
    "$python" -m venv --clear "$dir" >/dev/null 2>&1 && return
    # Debian and Ubuntu ship Python without ensurepip.
    version=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    as_root=
    if [ "$(id -u)" != 0 ]; then as_root="sudo -n"; fi
    if command -v apt-get >/dev/null && $as_root true 2>/dev/null; then
        echo "Installing $version, which this system's Python lacks." >&2
        $as_root apt-get update -qq >/dev/null || true
        $as_root apt-get install -y -qq "$version" >/dev/null
    else
        echo "$python cannot make a virtual environment here. Install its venv module ($version on Debian and Ubuntu), then try again." >&2
        exit 1
    fi
    "$python" -m venv --clear "$dir"
}

if ! new_enough "$dir/bin/python" || ! "$dir/bin/python" -m pip --version >/dev/null 2>&1; then
    echo "Making the virtual environment in $dir" >&2
    make_venv
fi
echo "Installing from $lock (a minute or so the first time)" >&2
"$dir/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r "$lock" ||
    "$dir/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
"$dir/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
# What numba compiles is kept beside the code; without it the first scan takes some ten seconds longer.
"$dir/bin/python" -m app.prometheus.warm || echo "Compiling ahead failed; the first scan will do it." >&2
