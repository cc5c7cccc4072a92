#!/bin/sh
# crds.sh: fetches the definitions of the custom resources that deploy/ uses, as their makers publish them in Go modules,
# into the cache folder of the control plane. What is there in the version asked for stays. Tests do with definitions
# that allow anything where they could not be had.
set -eu
crds=${LEAKWATCH_CONTROL_PLANE:-${XDG_CACHE_HOME:-$HOME/.cache}/leakwatch/control-plane}/crds

# Each line: module, version, its files.
modules() {
    echo "sigs.k8s.io/gateway-api v1.6.0 config/crd/standard/gateway.networking.k8s.io_httproutes.yaml"
    echo "github.com/prometheus-operator/prometheus-operator v0.85.0" \
        "example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml" \
        "example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml"
    echo "istio.io/api v1.32.0 kubernetes/customresourcedefinitions.gen.yaml"
    echo "github.com/argoproj/argo-cd/v3 v3.5.0 manifests/crds/application-crd.yaml manifests/crds/applicationset-crd.yaml"
    # The oldest that deploy/gate is for.
    echo "github.com/argoproj/argo-rollouts v1.8.3 manifests/crds/analysis-template-crd.yaml" \
        "manifests/crds/cluster-analysis-template-crd.yaml manifests/crds/rollout-crd.yaml"
    echo "github.com/fluxcd/flagger v1.36.1 artifacts/flagger/crd.yaml"
}

[ "$(cat "$crds/.modules" 2>/dev/null)" = "$(modules)" ] && exit 0
if ! command -v go >/dev/null; then
    echo "SKIPPED: Go is not installed; custom resources are checked less closely" >&2
    exit 0
fi
mkdir -p "$crds"
new=$(mktemp -d "$crds/.new.XXXXXX")
# Modules are kept read-only.
trap 'chmod -R u+w "$new"; rm -rf "$new"' EXIT
export GOMODCACHE="$new/modules" GOFLAGS=-mod=mod
modules | while read -r module version files; do
    folder=$(cd "$new" && go mod download -json "$module@$version" | sed -n 's/^\t"Dir": "\(.*\)",*$/\1/p') || folder=
    if [ -z "$folder" ]; then
        echo "SKIPPED: $module $version cannot be had; its resources are checked less closely" >&2
        echo "$module" >>"$new/missing"
        continue
    fi
    for file in $files; do
        install -m 0644 "$folder/$file" "$crds/$(echo "$module" | tr / _)_$(basename "$file")"
    done
done
[ -e "$new/missing" ] || modules >"$crds/.modules"
