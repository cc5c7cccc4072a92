{{/* A CronJob that runs leakwatch. dict: root, component, about (its values: schedule, timeZone), args, resources. */}}
{{- define "leakwatch.cronjob" -}}
{{- $values := .root.Values -}}
apiVersion: batch/v1
kind: CronJob
metadata:
  {{- include "leakwatch.metadata" (dict "root" .root "suffix" (printf "-%s" .component) "component" .component) | nindent 2 }}
spec:
  schedule: {{ .about.schedule | quote }}
  {{- with .about.timeZone }}
  timeZone: {{ . }}
  {{- end }}
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 600
  successfulJobsHistoryLimit: 1
  failedJobsHistoryLimit: 3
  jobTemplate:
    spec:
      backoffLimit: 1
      activeDeadlineSeconds: 3600
      template:
        metadata:
          labels:
            {{- include "leakwatch.jobLabels" (dict "root" .root "component" .component) | nindent 12 }}
          {{- with $values.podAnnotations }}
          annotations:
            {{- toYaml . | nindent 12 }}
          {{- end }}
        spec:
          restartPolicy: Never
          serviceAccountName: {{ include "leakwatch.serviceAccount" .root }}
          automountServiceAccountToken: {{ and (eq .component "scan") $values.rbac.read.enabled }}
          {{- include "leakwatch.podSecurity" .root | nindent 10 }}
          {{- with include "leakwatch.placement" .root | trim }}
          {{- . | nindent 10 }}
          {{- end }}
          {{- if and (eq .component "backup") (eq $values.database.kind "sqlite") (eq $values.mode "service") }}
          # The volume is where the service is.
          affinity:
            podAffinity:
              requiredDuringSchedulingIgnoredDuringExecution:
                - topologyKey: kubernetes.io/hostname
                  labelSelector:
                    matchLabels:
                      {{- include "leakwatch.serverSelector" .root | nindent 22 }}
          {{- end }}
          containers:
            - name: {{ .component }}
              image: {{ include "leakwatch.image" (dict "root" .root "image" $values.image) }}
              imagePullPolicy: {{ $values.image.pullPolicy }}
              args:
                {{- toYaml .args | nindent 16 }}
              env:
                - {name: LEAKWATCH_CONFIG, value: /etc/leakwatch/config/leakwatch.yaml}
                {{- include "leakwatch.env" (dict "root" .root "secrets" $values.secrets) | nindent 16 }}
                {{- with $values.extraEnv }}
                {{- toYaml . | nindent 16 }}
                {{- end }}
              resources:
                {{- toYaml .resources | nindent 16 }}
              {{- include "leakwatch.containerSecurity" .root | nindent 14 }}
              volumeMounts:
                {{- include "leakwatch.mounts" .root | nindent 16 }}
          volumes:
            {{- include "leakwatch.volumes" .root | nindent 12 }}
{{- end -}}
