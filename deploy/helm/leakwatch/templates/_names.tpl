{{- define "leakwatch.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* Short enough for what is put behind it. */}}
{{- define "leakwatch.fullname" -}}
{{- $name := include "leakwatch.name" . -}}
{{- $made := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- default $made .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "leakwatch.selector" -}}
app.kubernetes.io/name: {{ include "leakwatch.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* What each object has besides: of a pod, without what changes with the chart alone. */}}
{{- define "leakwatch.labels" -}}
{{ include "leakwatch.selector" . }}
app.kubernetes.io/part-of: leakwatch
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* name and labels of an object. dict: root, suffix (may be empty), component. */}}
{{- define "leakwatch.metadata" -}}
name: {{ include "leakwatch.fullname" .root }}{{ .suffix }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "leakwatch.labels" .root | nindent 2 }}
  {{- with .component }}
  app.kubernetes.io/component: {{ . }}
  {{- end }}
{{- end -}}

{{- define "leakwatch.serviceAccount" -}}
{{- $made := ternary (include "leakwatch.fullname" .) "default" .Values.serviceAccount.create -}}
{{- default $made .Values.serviceAccount.name -}}
{{- end -}}

{{/* An image. dict: root, image (tag and digest, which win over the chart's). */}}
{{- define "leakwatch.image" -}}
{{- $tag := coalesce .image.tag .root.Values.image.tag .root.Chart.AppVersion -}}
{{- if .image.digest -}}
{{ .root.Values.image.repository }}@{{ .image.digest }}
{{- else -}}
{{ .root.Values.image.repository }}:{{ $tag }}
{{- end -}}
{{- end -}}

{{- define "leakwatch.claim" -}}
{{- default (printf "%s-data" (include "leakwatch.fullname" .)) .Values.persistence.existingClaim -}}
{{- end -}}

{{/* What is in front of every path, with a slash at its end. */}}
{{- define "leakwatch.path" -}}
{{- default "/" (get .Values.settings "root_path") -}}
{{- end -}}
