{{/* The settings' file. log_format is left to a variable, since the image has one, which would win. */}}
{{- define "leakwatch.config" -}}
{{- $settings := omit .Values.settings "log_format" -}}
{{- if not .Values.rbac.read.enabled -}}
{{- $settings = merge (dict) $settings (dict "kubernetes" "off") -}}
{{- else if .Values.rbac.read.namespaces -}}
{{- $settings = merge (dict) $settings (dict "kubernetes_namespaces" .Values.rbac.read.namespaces) -}}
{{- end -}}
{{- toYaml $settings -}}
{{- end -}}

{{- define "leakwatch.checksum" -}}
{{- include "leakwatch.config" . | sha256sum | trunc 16 -}}
{{- end -}}

{{/* What the Secret that the chart makes holds, as JSON of name: value. */}}
{{- define "leakwatch.ownSecrets" -}}
{{- include "leakwatch.given" (merge (dict) .Values.secrets .Values.secretFiles) -}}
{{- end -}}

{{/* Those of some secrets that are given by their values, the same way. */}}
{{- define "leakwatch.given" -}}
{{- $given := dict -}}
{{- range $name, $one := . -}}
{{- if $one.value -}}{{- $_ := set $given $name $one.value -}}{{- end -}}
{{- end -}}
{{- toJson $given -}}
{{- end -}}

{{/* The Secret and key of a secret. dict: root, name, one. */}}
{{- define "leakwatch.secretName" -}}
{{- ternary (include "leakwatch.fullname" .root) (default "" .one.existingSecret) (not (empty .one.value)) -}}
{{- end -}}
{{- define "leakwatch.secretKey" -}}
{{- ternary .name (default .name .one.key) (not (empty .one.value)) -}}
{{- end -}}

{{/* Variables of a container of leakwatch's. dict: root, secrets (those that it needs, by name). */}}
{{- define "leakwatch.env" -}}
{{- $root := .root -}}
{{- $facts := .root.Files.Get "files/settings.yaml" | fromYaml -}}
- {name: LEAKWATCH_HOST, value: {{ .root.Values.host | quote }}}
- {name: LEAKWATCH_PORT, value: "8080"}
- {name: LEAKWATCH_DATA_DIR, value: /var/lib/leakwatch}
- {name: LEAKWATCH_LOG_FORMAT, value: {{ default "json" (get .root.Values.settings "log_format") }}}
{{- range $name, $one := .secrets }}
{{- if has $name $facts.secret_files }}
- {name: LEAKWATCH_{{ upper $name }}_FILE, value: /etc/leakwatch/secrets/{{ $name }}}
{{- else }}
- name: LEAKWATCH_{{ upper $name }}
  valueFrom:
    secretKeyRef:
      name: {{ include "leakwatch.secretName" (dict "root" $root "one" $one) }}
      key: {{ include "leakwatch.secretKey" (dict "name" $name "one" $one) }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Files of secrets, as one volume. dict: root, secrets; ownName: the chart's own Secret, where it is another. */}}
{{- define "leakwatch.secretVolume" -}}
{{- $root := .root -}}
{{- $ownName := .ownName -}}
- name: secrets
  projected:
    defaultMode: 0440
    sources:
      {{- range $name, $one := .secrets }}
      - secret:
          name: {{ ternary $ownName (include "leakwatch.secretName" (dict "root" $root "one" $one)) (and (not (empty $ownName)) (not (empty $one.value))) }}
          items:
            - {key: {{ include "leakwatch.secretKey" (dict "name" $name "one" $one) }}, path: {{ $name }}}
      {{- end }}
{{- end -}}

{{/* The secrets that are files in the service's pods, as JSON. */}}
{{- define "leakwatch.secretFiles" -}}
{{- $facts := .Files.Get "files/settings.yaml" | fromYaml -}}
{{- $found := merge (dict) .Values.secretFiles -}}
{{- range $name, $one := .Values.secrets -}}
{{- if has $name $facts.secret_files -}}{{- $_ := set $found $name $one -}}{{- end -}}
{{- end -}}
{{- toJson $found -}}
{{- end -}}
