{{/* What the schema cannot tell: values that do not go together. Each word names the value and what to do. */}}

{{- define "leakwatch.check" -}}
{{- $values := .Values -}}
{{- include "leakwatch.checkSettings" . -}}
{{- include "leakwatch.checkDatabase" . -}}
{{- include "leakwatch.checkWays" . -}}
{{- if $values.networkPolicy.enabled -}}{{- include "leakwatch.checkPolicy" . -}}{{- end -}}
{{- if and $values.priorityClass.create (not $values.priorityClass.name) -}}
{{- fail "priorityClass.name: the class that priorityClass.create makes needs a name" -}}
{{- end -}}
{{- if and $values.rbac.act.enabled (not $values.rbac.act.namespaces) -}}
{{- fail "rbac.act.namespaces: name the namespaces to act in; there is no right to act in all of them at once" -}}
{{- end -}}
{{- if and $values.rbac.act.enabled (not $values.rbac.read.enabled) -}}
{{- fail "rbac.act.enabled: who acts on workloads must read them: set rbac.read.enabled" -}}
{{- end -}}
{{- if and $values.rbac.act.enabled $values.rbac.read.namespaces -}}
{{- range $values.rbac.act.namespaces -}}
{{- if not (has . $values.rbac.read.namespaces) -}}
{{- fail (printf "rbac.act.namespaces: %s is none of rbac.read.namespaces" .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and $values.backup.enabled (not $values.settings.backup_bucket) -}}
{{- fail "backup.enabled: say where snapshots go by settings.backup_bucket" -}}
{{- end -}}
{{- if and (eq $values.mode "cronjob") (not (or $values.settings.alertmanager_urls $values.settings.grafana_url $values.settings.pushgateway_url)) -}}
{{- fail "settings.alertmanager_urls: mode cronjob tells nobody but whom it pushes to: this, grafana_url or pushgateway_url" -}}
{{- end -}}
{{- if and $values.serviceMonitor.enabled (not $values.serviceMonitor.tokenSecret.name) -}}
{{- fail "serviceMonitor.tokenSecret.name: /metrics asks for a token: put one of `leakwatch token create --role viewer` into a Secret" -}}
{{- end -}}
{{- if and $values.serviceMonitor.enabled $values.settings.trusted_hosts -}}
{{- fail "settings.trusted_hosts: Prometheus asks pods by their addresses, which are none of these; leave it out, or serviceMonitor.enabled" -}}
{{- end -}}
{{- end -}}

{{- define "leakwatch.checkSettings" -}}
{{- $settings := .Values.settings -}}
{{- $facts := .Files.Get "files/settings.yaml" | fromYaml -}}
{{- range $name := concat $facts.secret_files $facts.secret_variables -}}
{{- if hasKey $settings $name -}}
{{- fail (printf "settings.%s: a secret does not belong into a ConfigMap: set secrets.%s" $name $name) -}}
{{- end -}}
{{- end -}}
{{- range $name, $hint := $facts.chart_sets -}}
{{- if hasKey $settings $name -}}
{{- fail (printf "settings.%s: the chart decides this: %s" $name $hint) -}}
{{- end -}}
{{- end -}}
{{- if not (or $settings.prometheus_url $settings.clusters $settings.recording) -}}
{{- fail "settings.prometheus_url: say what to scan, by this or by settings.clusters" -}}
{{- end -}}
{{- range $kind := list "secrets" "secretFiles" -}}
{{- range $name, $one := get $.Values $kind -}}
{{- if eq (empty $one.value) (empty $one.existingSecret) -}}
{{- fail (printf "%s.%s: give a value, or an existingSecret (and key), one of them" $kind $name) -}}
{{- end -}}
{{- if and (eq $kind "secretFiles") (hasKey $.Values.secrets $name) -}}
{{- fail (printf "secretFiles.%s: there is a file of that name from secrets" $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "leakwatch.checkDatabase" -}}
{{- $values := .Values -}}
{{- if eq $values.database.kind "sqlite" -}}
{{- if gt (int $values.replicas) 1 -}}
{{- fail "replicas: SQLite's file is for one replica; two and more need database.kind: postgresql" -}}
{{- end -}}
{{- range $name := list "autoscaling" "canary" -}}
{{- if (get $values $name).enabled -}}
{{- fail (printf "%s.enabled: SQLite's file is for one replica; more need database.kind: postgresql" $name) -}}
{{- end -}}
{{- end -}}
{{- if $values.secrets.database_url -}}
{{- fail "secrets.database_url: it is for PostgreSQL: set database.kind: postgresql" -}}
{{- end -}}
{{- else if not $values.secrets.database_url -}}
{{- fail "secrets.database_url: PostgreSQL needs it, such as {existingSecret: leakwatch-db, key: uri}" -}}
{{- end -}}
{{- if and $values.autoscaling.enabled (gt (int $values.autoscaling.minReplicas) (int $values.autoscaling.maxReplicas)) -}}
{{- fail "autoscaling.minReplicas: more than autoscaling.maxReplicas" -}}
{{- end -}}
{{- end -}}

{{- define "leakwatch.checkWays" -}}
{{- $values := .Values -}}
{{- if and $values.ingress.enabled (not $values.ingress.hosts) -}}
{{- fail "ingress.hosts: name the hosts that it is for" -}}
{{- end -}}
{{- if and $values.gateway.enabled (not $values.gateway.parentRefs) -}}
{{- fail "gateway.parentRefs: name the gateway, such as [{name: public, namespace: gateways}]" -}}
{{- end -}}
{{- if $values.istio.enabled -}}
{{- range $name := list "gateways" "hosts" -}}
{{- if not (get $values.istio $name) -}}
{{- fail (printf "istio.%s: give at least one" $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if $values.canary.enabled -}}
{{- if not (or $values.gateway.enabled $values.istio.enabled) -}}
{{- fail "canary.enabled: only gateway and istio know weights; enable one of them" -}}
{{- end -}}
{{- if $values.ingress.enabled -}}
{{- fail "canary.enabled: an Ingress knows no weights, and would pass the canary by; take gateway or istio alone" -}}
{{- end -}}
{{- if not (or $values.canary.image.tag $values.canary.image.digest) -}}
{{- fail "canary.image.tag: say which image is tried (or canary.image.digest)" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "leakwatch.checkPolicy" -}}
{{- $root := . -}}
{{- $policy := .Values.networkPolicy -}}
{{- range $way, $of := dict "from" $policy.from "to" $policy.to -}}
{{- range $whom, $peers := $of -}}
{{- range $number, $peer := $peers -}}
{{- $selects := or $peer.namespace $peer.namespaceLabels $peer.pods -}}
{{- if eq (empty $peer.cidr) (empty $selects) -}}
{{- fail (printf "networkPolicy.%s.%s[%d]: give a cidr, or namespace, namespaceLabels and pods" $way $whom $number) -}}
{{- end -}}
{{- if and (eq $way "to") (ne $whom "dns") (not $peer.ports) -}}
{{- fail (printf "networkPolicy.to.%s[%d].ports: say which ports of the pods" $whom $number) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $components := list (ternary "server" "scan" (eq .Values.mode "service")) -}}
{{- if .Values.backup.enabled -}}{{- $components = append $components "backup" -}}{{- end -}}
{{- $reached := list -}}
{{- range $component := $components -}}
{{- $reached = concat $reached (include "leakwatch.reaches" (dict "root" $root "component" $component) | fromJsonArray) -}}
{{- end -}}
{{- range $whom := $reached -}}
{{- if not (get $policy.to $whom) -}}
{{- fail (printf "networkPolicy.to.%s: the pods need it and nothing is allowed there: name its pods, or its addresses" $whom) -}}
{{- end -}}
{{- end -}}
{{- if and (or .Values.ingress.enabled .Values.gateway.enabled .Values.istio.enabled) (not $policy.from.ingress) -}}
{{- fail "networkPolicy.from.ingress: name the pods of the ingress controller or gateway, such as [{namespace: ingress-nginx}]" -}}
{{- end -}}
{{- range $setting, $whom := include "leakwatch.leadsTo" . | fromYaml -}}
{{- if has $whom $reached -}}
{{- $value := default list (get $root.Values.settings $setting) -}}
{{- range ternary $value (splitList "," (toString $value)) (kindIs "slice" $value) -}}
{{- include "leakwatch.checkReach" (dict "root" $root "setting" $setting "url" . "whom" $whom) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range .Values.settings.clusters -}}
{{- include "leakwatch.checkReach" (dict "root" $root "setting" "clusters" "url" .prometheus_url "whom" "prometheus") -}}
{{- end -}}
{{- end -}}

{{/* Whom each setting that is a URL, or several, leads to, by the names of networkPolicy.to. */}}
{{- define "leakwatch.leadsTo" -}}
alertmanager_urls: alertmanager
backup_endpoint: s3
grafana_url: grafana
mitigation_argocd_url: argocd
prometheus_url: prometheus
pushgateway_url: pushgateway
{{- end -}}

{{/*
That some peer may be where a URL leads, and opens its port. dict: root, setting, url, whom.
A name of two parts may be of a Service and its namespace, or of a host outside: a peer for either will do. A Service's port
may be another than its pods', which a policy is about: 80 and 443, which pods without privilege do not have, are taken for
a Service's, and all others for both.
*/}}
{{- define "leakwatch.checkReach" -}}
{{- $url := toString .url | trim -}}
{{- $parts := "^(?i:https?)://(\\[[^\\]]*\\]|[^/:?#]+)(?::([0-9]+))?(?:[/?#].*)?$" -}}
{{- if not (regexMatch $parts $url) -}}
{{- fail (printf "settings.%s: give a URL, such as http://NAME.NAMESPACE.svc:PORT" .setting) -}}
{{- end -}}
{{- $host := regexReplaceAll $parts $url "${1}" -}}
{{- $port := int (default (ternary 443 80 (hasPrefix "https" (lower $url))) (regexReplaceAll $parts $url "${2}")) -}}
{{- $labels := splitList "." $host -}}
{{- $namespace := "" -}}
{{- $maybeOutside := false -}}
{{- if regexMatch "^[0-9.]+$|^\\[" $host -}}
{{- $maybeOutside = true -}}
{{- else if eq (len $labels) 1 -}}
{{- $namespace = .root.Release.Namespace -}}
{{- else if regexMatch "^.+\\.[^.]+\\.svc(\\..+)?$" $host -}}
{{- $namespace = regexReplaceAll "^.+?\\.([^.]+)\\.svc(\\..+)?$" $host "${1}" -}}
{{- else -}}
{{- $maybeOutside = true -}}
{{- $namespace = ternary (last $labels) "" (eq (len $labels) 2) -}}
{{- end -}}
{{- $isThere := false -}}
{{- $isOpen := false -}}
{{- range get .root.Values.networkPolicy.to .whom -}}
{{- $own := not (or .cidr .namespace .namespaceLabels) -}}
{{- $inside := and $namespace (or .namespaceLabels (eq (default "" .namespace) $namespace) (and $own (eq $namespace $.root.Release.Namespace))) -}}
{{- if or $inside (and .cidr $maybeOutside) -}}
{{- $isThere = true -}}
{{- $isOpen = or $isOpen (and $inside (has $port (list 80 443))) -}}
{{- range .ports -}}{{- if eq (int .) $port -}}{{- $isOpen = true -}}{{- end -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- if not $isThere -}}
{{- $what := ternary "its addresses, as a cidr" (ternary "its namespace, or its addresses, as a cidr" "its namespace" $maybeOutside) (empty $namespace) -}}
{{- fail (printf "networkPolicy.to.%s: allows nothing where settings.%s leads, %s; add %s" .whom .setting $host $what) -}}
{{- end -}}
{{- if not $isOpen -}}
{{- fail (printf "networkPolicy.to.%s: opens no port %d, where settings.%s leads, at %s; add it to the peer's ports, beside that of the pods where the Service has another" .whom $port .setting $host) -}}
{{- end -}}
{{- end -}}
