"""What people are told, as Alertmanager's templates. Pure."""

SLACK_TITLE = '{{ .Status | toUpper }}: {{ .GroupLabels.SortedPairs.Values | join " / " }} ({{ len .Alerts }})'
SLACK_TEXT = """{{ range .Alerts -}}
*{{ .Labels.alertname }}* {{ .Annotations.summary }} {{ .Annotations.description }}\
{{ with .Annotations.runbook_url }} <{{ . }}|Runbook>{{ end }}
{{ end }}"""

# PagerDuty knows four severities and refuses others.
PAGERDUTY_SEVERITY = (
    '{{ if eq .CommonLabels.severity "critical" "warning" "info" }}{{ .CommonLabels.severity }}{{ else }}error{{ end }}'
)
