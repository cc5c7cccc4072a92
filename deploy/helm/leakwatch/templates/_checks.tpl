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
{{- $settings := .Values.settings -}}
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
{{- range $component := $components -}}
{{- range $whom := include "leakwatch.reaches" (dict "root" $root "component" $component) | fromJsonArray -}}
{{- if not (get $policy.to $whom) -}}
{{- fail (printf "networkPolicy.to.%s: the pods need it and nothing is allowed there: name its pods, or its addresses" $whom) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and (or .Values.ingress.enabled .Values.gateway.enabled .Values.istio.enabled) (not $policy.from.ingress) -}}
{{- fail "networkPolicy.from.ingress: name the pods of the ingress controller or gateway, such as [{namespace: ingress-nginx}]" -}}
{{- end -}}
{{- if $settings.prometheus_url -}}
{{- include "leakwatch.checkReach" (dict "root" $root "setting" "prometheus_url" "url" $settings.prometheus_url "whom" "prometheus") -}}
{{- end -}}
{{- range $settings.clusters -}}
{{- include "leakwatch.checkReach" (dict "root" $root "setting" "clusters" "url" .prometheus_url "whom" "prometheus") -}}
{{- end -}}
{{- if kindIs "slice" $settings.alertmanager_urls -}}
{{- range $settings.alertmanager_urls -}}
{{- include "leakwatch.checkReach" (dict "root" $root "setting" "alertmanager_urls" "url" . "whom" "alertmanager") -}}
{{- end -}}
{{- end -}}
{{- if $settings.grafana_url -}}
{{- include "leakwatch.checkReach" (dict "root" $root "setting" "grafana_url" "url" $settings.grafana_url "whom" "grafana") -}}
{{- end -}}
{{- end -}}

{{/* That some peer may be where a URL leads. dict: root, setting, url, whom. */}}
{{- define "leakwatch.checkReach" -}}
{{- $host := regexReplaceAll "^[a-z]+://([^/:]+).*$" (toString .url) "${1}" -}}
{{- $peers := get .root.Values.networkPolicy.to .whom -}}
{{- $parts := splitList "." $host -}}
{{- $isInside := and (not (regexMatch "^[0-9.]+$|^\\[" $host)) (or (le (len $parts) 2) (regexMatch "^[^.]+\\.[^.]+\\.svc(\\..+)?$" $host)) -}}
{{- $isAllowed := false -}}
{{- range $peers -}}
{{- if $isInside -}}
{{- $namespace := ternary (index $parts (ternary 1 0 (gt (len $parts) 1))) $.root.Release.Namespace (gt (len $parts) 1) -}}
{{- $own := and (not .cidr) (not .namespace) (not .namespaceLabels) (eq $namespace $.root.Release.Namespace) -}}
{{- if or $own .namespaceLabels (eq (default "" .namespace) $namespace) -}}{{- $isAllowed = true -}}{{- end -}}
{{- else if .cidr -}}{{- $isAllowed = true -}}
{{- end -}}
{{- end -}}
{{- if not $isAllowed -}}
{{- fail (printf "networkPolicy.to.%s: allows nothing where settings.%s leads, %s; add %s" .whom .setting $host (ternary "its namespace" "its addresses, as a cidr" $isInside)) -}}
{{- end -}}
{{- end -}}
