{{- define "bluecore-consumer.minReplicas" -}}
{{- if .Values.keda.enabled -}}{{ .Values.keda.minReplicas }}
{{- else if .Values.autoscaling.enabled -}}{{ .Values.autoscaling.minReplicas }}
{{- else -}}{{ include "bluecore-consumer.replicas" . }}
{{- end -}}
{{- end }}

{{- define "bluecore-consumer.maxReplicas" -}}
{{- if .Values.keda.enabled -}}{{ max .Values.keda.maxReplicas .Values.keda.fallback.replicas }}
{{- else if .Values.autoscaling.enabled -}}{{ .Values.autoscaling.maxReplicas }}
{{- else -}}{{ include "bluecore-consumer.replicas" . }}
{{- end -}}
{{- end }}

{{/* Left out, somebody else decides: two are as likely as any. */}}
{{- define "bluecore-consumer.replicas" -}}
{{- kindIs "invalid" .Values.replicas | ternary 2 .Values.replicas -}}
{{- end }}

{{/* A rollout of a Deployment runs new pods beside the old ones: they send too. A StatefulSet has no surge. */}}
{{- define "bluecore-consumer.maxPods" -}}
{{- $replicas := include "bluecore-consumer.maxReplicas" . | int -}}
{{- if .Values.staticMembership.enabled -}}{{ max 1 $replicas }}
{{- else -}}{{ max 1 (add $replicas .Values.rollout.maxSurge) }}
{{- end -}}
{{- end }}

{{/*
The topics whose lag KEDA looks at, one a line. The retry topic's is no work to be done now: its records wait; a
paused topic's neither.
*/}}
{{- define "bluecore-consumer.topics" -}}
{{- $topics := .Values.keda.topics | default list -}}
{{- if not $topics -}}
{{- range .Values.routes -}}
{{- if and .topic (not .paused) }}{{ $topics = append $topics .topic }}{{ end -}}
{{- end -}}
{{- end -}}
{{- $topics | uniq | join "\n" -}}
{{- end }}
