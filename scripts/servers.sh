#!/bin/sh
# Installs the servers that the tests run for real, where that is possible, and says what is missing where it is not.
# A missing one skips its tests, each with the reason.
set -u

missing() {
    command -v prometheus >/dev/null 2>&1 || echo prometheus
    command -v promtool >/dev/null 2>&1 || echo prometheus
    command -v amtool >/dev/null 2>&1 || echo prometheus-alertmanager
    command -v pushgateway >/dev/null 2>&1 || command -v prometheus-pushgateway >/dev/null 2>&1 || echo prometheus-pushgateway
    command -v victoria-metrics-prod >/dev/null 2>&1 || command -v victoria-metrics >/dev/null 2>&1 || echo victoria-metrics
    command -v node >/dev/null 2>&1 || echo nodejs
    command -v chromium >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || echo chromium
    command -v etcd >/dev/null 2>&1 || echo etcd-server
    command -v openssl >/dev/null 2>&1 || echo openssl
    command -v alertmanager >/dev/null 2>&1 || command -v prometheus-alertmanager >/dev/null 2>&1 || echo prometheus-alertmanager
    ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || command -v postgres >/dev/null 2>&1 || echo postgresql
}

wanted=$(missing | sort -u | tr '\n' ' ')
[ -n "$wanted" ] || exit 0
as_root=
if [ "$(id -u)" != 0 ]; then as_root="sudo -n"; fi
if command -v apt-get >/dev/null 2>&1 && $as_root true 2>/dev/null; then
    echo "Installing for the tests: $wanted"
    # Debian would start the servers it installs; the tests start their own.
    $as_root sh -c 'export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1; apt-get update -qq && apt-get install -y -qq --no-install-recommends '"$wanted" >/dev/null 2>&1
fi
wanted=$(missing | sort -u | tr '\n' ' ')
[ -z "$wanted" ] || echo "SKIPPED: tests that need $wanted(not installed, and they cannot be installed here without root or sudo)"
exit 0
