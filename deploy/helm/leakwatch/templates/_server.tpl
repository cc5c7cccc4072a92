{{/* A Deployment of the service. dict: root, track (stable or canary), image, replicas (absent: left to an autoscaler). */}}
{{- define "leakwatch.server" -}}
{{- $root := .root -}}
{{- $values := .root.Values -}}
{{- $onSqlite := eq $values.database.kind "sqlite" -}}
{{- $scheme := ternary "HTTPS" "HTTP" (not (empty $values.tls.existingSecret)) -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "leakwatch.metadata" (dict "root" .root "suffix" (ternary "" "-canary" (eq .track "stable")) "component" "server") | nindent 2 }}
    track: {{ .track }}
spec:
  {{- if hasKey . "replicas" }}
  replicas: {{ int .replicas }}
  {{- end }}
  revisionHistoryLimit: 5
  strategy:
    {{- if $onSqlite }}
    # Two at once would want the same volume.
    type: Recreate
    {{- else }}
    type: RollingUpdate
    rollingUpdate: {maxUnavailable: 0, maxSurge: 1}
    {{- end }}
  selector:
    matchLabels:
      {{- include "leakwatch.serverSelector" .root | nindent 6 }}
      track: {{ .track }}
  template:
    metadata:
      labels:
        {{- include "leakwatch.serverSelector" .root | nindent 8 }}
        track: {{ .track }}
        {{- with $values.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      annotations:
        {{- include "leakwatch.podAnnotations" .root | nindent 8 }}
    spec:
      serviceAccountName: {{ include "leakwatch.serviceAccount" .root }}
      automountServiceAccountToken: {{ or $values.rbac.read.enabled $values.rbac.act.enabled }}
      terminationGracePeriodSeconds: {{ int $values.terminationGracePeriodSeconds }}
      {{- include "leakwatch.podSecurity" .root | nindent 6 }}
      {{- with include "leakwatch.placement" .root | trim }}
      {{- . | nindent 6 }}
      {{- end }}
      {{- if not $onSqlite }}
      {{- with include "leakwatch.spread" .root | trim }}
      {{- . | nindent 6 }}
      {{- end }}
      {{- else if $values.affinity }}
      affinity:
        {{- toYaml $values.affinity | nindent 8 }}
      {{- end }}
      containers:
        - name: leakwatch
          image: {{ include "leakwatch.image" (dict "root" .root "image" .image) }}
          imagePullPolicy: {{ $values.image.pullPolicy }}
          args: [serve]
          env:
            - {name: LEAKWATCH_CONFIG, value: /etc/leakwatch/config/leakwatch.yaml}
            {{- include "leakwatch.env" (dict "root" .root "secrets" $values.secrets) | nindent 12 }}
            {{- if $onSqlite }}
            - {name: LEAKWATCH_AUTO_UPGRADE, value: "true"}
            {{- end }}
            {{- if $values.tls.existingSecret }}
            - {name: LEAKWATCH_TLS_CERT_FILE, value: /etc/leakwatch/tls/tls.crt}
            - {name: LEAKWATCH_TLS_KEY_FILE, value: /etc/leakwatch/tls/tls.key}
            {{- end }}
            {{- with $values.extraEnv }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
          ports:
            - {name: http, containerPort: 8080}
          startupProbe:
            httpGet: {path: /healthz, port: http, scheme: {{ $scheme }}}
            {{- toYaml $values.probes.startup | nindent 12 }}
          livenessProbe:
            httpGet: {path: /healthz, port: http, scheme: {{ $scheme }}}
            {{- toYaml $values.probes.liveness | nindent 12 }}
          readinessProbe:
            httpGet: {path: "/readyz?exclude=scans", port: http, scheme: {{ $scheme }}}
            {{- toYaml $values.probes.readiness | nindent 12 }}
          {{- if $values.preStopSeconds }}
          lifecycle:
            preStop:
              sleep: {seconds: {{ int $values.preStopSeconds }}}
          {{- end }}
          resources:
            {{- toYaml $values.resources | nindent 12 }}
          {{- include "leakwatch.containerSecurity" .root | nindent 10 }}
          volumeMounts:
            {{- include "leakwatch.mounts" .root | nindent 12 }}
      volumes:
        {{- include "leakwatch.volumes" .root | nindent 8 }}
{{- end -}}
