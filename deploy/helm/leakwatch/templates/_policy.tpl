{{/* Network policies: who talks to whom. */}}

{{- define "leakwatch.peer" -}}
{{- if .cidr -}}
ipBlock: {cidr: {{ .cidr | quote }}}
{{- else -}}
{{- if .namespace }}
namespaceSelector:
  matchLabels: {kubernetes.io/metadata.name: {{ .namespace }}}
{{- else if .namespaceLabels }}
namespaceSelector:
  matchLabels:
    {{- toYaml .namespaceLabels | nindent 4 }}
{{- end }}
{{- if .pods }}
podSelector:
  matchLabels:
    {{- toYaml .pods | nindent 4 }}
{{- end }}
{{- end -}}
{{- end -}}

{{/* A rule for each peer. dict: peers, protocols. */}}
{{- define "leakwatch.egressTo" -}}
{{- $protocols := .protocols -}}
{{- range .peers }}
- to:
    - {{ include "leakwatch.peer" . | trim | nindent 6 | trim }}
  ports:
    {{- range $port := default (list 53) .ports }}
    {{- range $protocols }}
    - {port: {{ int $port }}, protocol: {{ . }}}
    {{- end }}
    {{- end }}
{{- end }}
{{- end -}}

{{/* Whom a component needs to reach, by the names of networkPolicy.to; JSON list. dict: root, component. */}}
{{- define "leakwatch.reaches" -}}
{{- $values := .root.Values -}}
{{- $settings := $values.settings -}}
{{- $found := list "dns" -}}
{{- if and (ne .component "test") (eq $values.database.kind "postgresql") -}}
{{- $found = append $found "postgresql" -}}
{{- end -}}
{{- if eq .component "backup" -}}{{- $found = append $found "s3" -}}{{- end -}}
{{- if has .component (list "server" "scan") -}}
{{- $found = append $found "prometheus" -}}
{{- if $settings.alertmanager_urls -}}{{- $found = append $found "alertmanager" -}}{{- end -}}
{{- if $settings.grafana_url -}}{{- $found = append $found "grafana" -}}{{- end -}}
{{- if and (eq .component "scan") $settings.pushgateway_url -}}{{- $found = append $found "pushgateway" -}}{{- end -}}
{{- if $settings.mitigation_argocd_url -}}{{- $found = append $found "argocd" -}}{{- end -}}
{{- if or $values.rbac.read.enabled $values.rbac.act.enabled -}}{{- $found = append $found "kubernetes" -}}{{- end -}}
{{- if $values.istio.enabled -}}{{- $found = append $found "istio" -}}{{- end -}}
{{- end -}}
{{- toJson $found -}}
{{- end -}}

{{/* The spec of the policy of a component's pods. dict: root, component. */}}
{{- define "leakwatch.policy" -}}
{{- $values := .root.Values -}}
{{- $policy := $values.networkPolicy -}}
podSelector:
  matchLabels:
    {{- include "leakwatch.selector" .root | nindent 4 }}
    app.kubernetes.io/component: {{ .component }}
policyTypes: [Ingress, Egress]
{{- if eq .component "server" }}
ingress:
  {{- range $who := list "prometheus" "alertmanager" "grafana" "gate" "ingress" }}
  {{- range get $policy.from $who }}
  - from:
      - {{ include "leakwatch.peer" . | trim | nindent 8 | trim }}
    ports:
      - {port: 8080, protocol: TCP}
  {{- end }}
  {{- end }}
  # `helm test`
  - from:
      - podSelector:
          matchLabels:
            {{- include "leakwatch.selector" .root | nindent 12 }}
            app.kubernetes.io/component: test
    ports:
      - {port: 8080, protocol: TCP}
  {{- with $policy.extraIngress }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}
egress:
  {{- range $whom := include "leakwatch.reaches" . | fromJsonArray }}
  {{- include "leakwatch.egressTo" (dict "peers" (get $policy.to $whom) "protocols" (ternary (list "UDP" "TCP") (list "TCP") (eq $whom "dns"))) | nindent 2 }}
  {{- end }}
  {{- if eq .component "test" }}
  - to:
      - podSelector:
          matchLabels:
            {{- include "leakwatch.serverSelector" .root | nindent 12 }}
    ports:
      - {port: 8080, protocol: TCP}
  {{- end }}
  {{- with $policy.extraEgress }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}
