{{/* What every pod of the chart has in its spec, whatever it does: Pod Security "restricted". */}}
{{- define "leakwatch.podSecurity" -}}
enableServiceLinks: false
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
securityContext:
  runAsNonRoot: true
  {{- with .Values.security.runAsUser }}
  runAsUser: {{ int . }}
  {{- end }}
  {{- with .Values.security.runAsGroup }}
  runAsGroup: {{ int . }}
  {{- end }}
  {{- with .Values.security.fsGroup }}
  fsGroup: {{ int . }}
  fsGroupChangePolicy: OnRootMismatch
  {{- end }}
  seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "leakwatch.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end -}}

{{/* Where pods may run, and what they yield to. */}}
{{- define "leakwatch.placement" -}}
{{ include "leakwatch.nodes" . }}
{{- with .Values.priorityClass.name }}
priorityClassName: {{ . }}
{{- end }}
{{- end -}}

{{/* The same of pods that run before the release is there: a class that is made with it would keep them from being made. */}}
{{- define "leakwatch.earlyPlacement" -}}
{{ if .Values.priorityClass.create }}{{ include "leakwatch.nodes" . }}{{ else }}{{ include "leakwatch.placement" . }}{{ end }}
{{- end -}}

{{- define "leakwatch.nodes" -}}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Replicas of the service, of both tracks together, over zones and nodes. */}}
{{- define "leakwatch.spread" -}}
{{- $ours := dict "matchLabels" (include "leakwatch.serverSelector" . | fromYaml) -}}
{{- $byNode := dict "topologyKey" "kubernetes.io/hostname" "labelSelector" $ours -}}
{{- if not (has (toString .Values.spread.zones) (list "off" "false")) }}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: topology.kubernetes.io/zone
    whenUnsatisfiable: {{ .Values.spread.zones }}
    labelSelector:
      {{- toYaml $ours | nindent 6 }}
{{- end }}
{{- if .Values.affinity }}
affinity:
  {{- toYaml .Values.affinity | nindent 2 }}
{{- else if eq (toString .Values.spread.nodes) "required" }}
affinity:
  podAntiAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      - {{ toYaml $byNode | nindent 8 | trim }}
{{- else if eq (toString .Values.spread.nodes) "preferred" }}
affinity:
  podAntiAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        podAffinityTerm:
          {{- toYaml $byNode | nindent 10 }}
{{- end }}
{{- end -}}

{{- define "leakwatch.serverSelector" -}}
{{ include "leakwatch.selector" . }}
app.kubernetes.io/component: server
{{- end -}}

{{/* Labels of pods that do one thing and end. dict: root, component. Sidecars would keep them from ending. */}}
{{- define "leakwatch.jobLabels" -}}
{{ include "leakwatch.selector" .root }}
app.kubernetes.io/component: {{ .component }}
sidecar.istio.io/inject: "false"
{{- with .root.Values.podLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Volumes and mounts of the containers that run leakwatch. */}}
{{- define "leakwatch.mounts" -}}
- {name: config, mountPath: /etc/leakwatch/config, readOnly: true}
{{- if ne (include "leakwatch.secretFiles" .) "{}" }}
- {name: secrets, mountPath: /etc/leakwatch/secrets, readOnly: true}
{{- end }}
{{- if .Values.tls.existingSecret }}
- {name: tls, mountPath: /etc/leakwatch/tls, readOnly: true}
{{- end }}
- {name: data, mountPath: /var/lib/leakwatch}
- {name: tmp, mountPath: /tmp}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "leakwatch.volumes" -}}
- name: config
  configMap: {name: {{ include "leakwatch.fullname" . }}}
{{- $secrets := include "leakwatch.secretFiles" . | fromJson }}
{{- if $secrets }}
{{ include "leakwatch.secretVolume" (dict "root" . "secrets" $secrets "ownName" "") }}
{{- end }}
{{- with .Values.tls.existingSecret }}
- name: tls
  secret: {secretName: {{ . }}, defaultMode: 0440}
{{- end }}
- name: data
  {{- if eq .Values.database.kind "sqlite" }}
  persistentVolumeClaim: {claimName: {{ include "leakwatch.claim" . }}}
  {{- else }}
  emptyDir: {sizeLimit: {{ .Values.persistence.scratchSize }}}
  {{- end }}
- name: tmp
  emptyDir: {sizeLimit: 256Mi}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Annotations by which pods are replaced when what they read has changed. */}}
{{- define "leakwatch.podAnnotations" -}}
checksum/config: {{ include "leakwatch.checksum" . | quote }}
{{- $own := include "leakwatch.ownSecrets" . }}
{{- if ne $own "{}" }}
checksum/secrets: {{ $own | sha256sum | trunc 16 | quote }}
{{- end }}
{{- with .Values.podAnnotations }}
{{ toYaml . }}
{{- end }}
{{- end -}}
