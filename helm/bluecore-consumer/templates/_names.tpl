{{- define "bluecore-consumer.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 56 | trimSuffix "-" -}}
{{- end }}

{{- define "bluecore-consumer.fullname" -}}
{{- $name := include "bluecore-consumer.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{- define "bluecore-consumer.selector" -}}
app.kubernetes.io/name: {{ include "bluecore-consumer.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* A text as a label's value, which is shorter than an image's tag may be, and ends with a letter or a digit. */}}
{{- define "bluecore-consumer.labelValue" -}}
{{- . | replace "+" "_" | trunc 63 | regexFind `[A-Za-z0-9](.*[A-Za-z0-9])?` -}}
{{- end }}

{{/* What every object carries; without the selector, so that the test's pod is none of the release's workers. */}}
{{- define "bluecore-consumer.commonLabels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | include "bluecore-consumer.labelValue" }}
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | include "bluecore-consumer.labelValue" | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: bluecore-consumer
{{- end }}

{{- define "bluecore-consumer.labels" -}}
{{ include "bluecore-consumer.selector" . }}
{{ include "bluecore-consumer.commonLabels" . }}
{{- end }}

{{/* The same of what hooks run: none of it is one of the release's workers. */}}
{{- define "bluecore-consumer.hookLabels" -}}
app.kubernetes.io/name: {{ include "bluecore-consumer.name" . }}-doctor
app.kubernetes.io/instance: {{ .Release.Name }}
{{ include "bluecore-consumer.commonLabels" . }}
{{- end }}

{{- define "bluecore-consumer.hookPodLabels" -}}
{{ include "bluecore-consumer.hookLabels" . }}
{{- with include "bluecore-consumer.identityLabels" . }}
{{ . }}
{{- end }}
{{- with .Values.podLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "bluecore-consumer.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default (include "bluecore-consumer.fullname" .) -}}
{{- else -}}
{{- .Values.serviceAccount.name | default "default" -}}
{{- end -}}
{{- end }}

{{- define "bluecore-consumer.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) -}}
{{- end -}}
{{- end }}

{{- define "bluecore-consumer.kind" -}}
{{- ternary "StatefulSet" "Deployment" .Values.staticMembership.enabled -}}
{{- end }}
