#!/bin/sh
# build.sh [NAME...]: builds the real control plane that tests run, and what else they run that Debian lacks, as Go
# modules, into a cache folder; all of it where no name is given. What is there in the version asked for stays. The
# Kubernetes programs are built through go.mod beside this, since their module replaces others and `go install` does not
# take such; Helmfile, whose does too, from a copy of its source.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
bin=${LEAKWATCH_CONTROL_PLANE:-${XDG_CACHE_HOME:-$HOME/.cache}/leakwatch/control-plane}/bin
helmfile_seconds=1200 # it takes all clouds' libraries along
kubernetes=$(awk '/^\t?(require )?k8s\.io\/kubernetes v/ { sub("require ", ""); print $2 }' "$here/go.mod")

# Each line: program, package, version.
programs() {
    echo "kube-apiserver k8s.io/kubernetes/cmd/kube-apiserver $kubernetes"
    echo "kube-controller-manager k8s.io/kubernetes/cmd/kube-controller-manager $kubernetes"
    echo "kube-scheduler k8s.io/kubernetes/cmd/kube-scheduler $kubernetes"
    echo "kwok sigs.k8s.io/kwok/cmd/kwok v0.8.0"
    echo "helm helm.sh/helm/v4/cmd/helm v4.3.2"
    echo "kustomize sigs.k8s.io/kustomize/kustomize/v5 v5.8.1"
    echo "helmfile github.com/helmfile/helmfile v1.8.0"
    echo "versitygw github.com/versity/versitygw/cmd/versitygw v1.8.0"
    echo "actionlint github.com/rhysd/actionlint/cmd/actionlint v1.7.12"
}

build() {
    case $2 in
    k8s.io/kubernetes/*)
        minor=$(echo "$3" | cut -d. -f2)
        flags="-s -w -X k8s.io/component-base/version.gitVersion=$3"
        flags="$flags -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=$minor"
        (cd "$here" && go build -mod=readonly -ldflags "$flags" -o "$new/$1" "$2")
        ;;
    github.com/helmfile/helmfile)
        (cd / && go mod download "$2@$3") &&
            cp -r "$(go env GOMODCACHE)/$2@$3" "$new/source" && chmod -R u+w "$new/source" &&
            (cd "$new/source" && timeout "$helmfile_seconds" go build -ldflags "-s -w" -o "$new/$1" .) || return 1
        ;;
    *) (cd / && GOBIN=$new go install -ldflags "-s -w" "$2@$3") ;;
    esac
    mv "$new/$1" "$bin/$1"
    echo "$3" >"$bin/.$1.version"
}

wanted=$*
missing=$(programs | while read -r name package version; do
    case " ${wanted:-$name} " in *" $name "*) ;; *) continue ;; esac
    [ -x "$bin/$name" ] && [ "$(cat "$bin/.$name.version" 2>/dev/null)" = "$version" ] && continue
    echo "$name $package $version"
done)
[ -n "$missing" ] || exit 0
if ! command -v go >/dev/null; then
    echo "SKIPPED: $(echo "$missing" | cut -d' ' -f1 | tr '\n' ' ')cannot be built: Go is not installed; tests that need them are skipped" >&2
    exit 0
fi
echo "Building with Go what tests of Kubernetes run: some ten minutes the first time" >&2
mkdir -p "$bin"
new=$(mktemp -d "$bin/.new.XXXXXX")
trap 'rm -rf "$new"' EXIT
export CGO_ENABLED=0 GOFLAGS="${GOFLAGS:-} -buildvcs=false -trimpath"
echo "$missing" | while read -r name package version; do
    echo "Building $name $version" >&2
    build "$name" "$package" "$version" ||
        echo "SKIPPED: $name $version cannot be built here; tests that need it are skipped" >&2
done
