{{/*
The configuration file. `${NAME}` stays as it is: the service fills it in from the pod's environment, so that no secret
is ever in a ConfigMap.
*/}}
{{- define "bluecore-consumer.config" -}}
{{- $kafka := deepCopy .Values.kafka -}}
{{- if .Values.staticMembership.enabled -}}
{{- /* No namespace has a dot in its name. */ -}}
{{- $kafka = merge (dict "options" (dict "group.instance.id" "${POD_NAMESPACE}.${POD_NAME}")) $kafka -}}
{{- end -}}
{{- $delivery := deepCopy .Values.delivery -}}
{{- if .Values.releaseRateLimitPerSecond -}}
{{- $pods := include "bluecore-consumer.maxPods" . -}}
{{- $_ := set $delivery "rate_limit_per_second" (divf .Values.releaseRateLimitPerSecond $pods) -}}
{{- end -}}
{{- $sections := dict "kafka" $kafka "delivery" $delivery "telemetry" .Values.telemetry -}}
{{- with .Values.bluecore -}}
{{- $_ := set $sections "bluecore" (empty (.rest_api | default dict).client_id | ternary (omit . "rest_api") .) -}}
{{- end -}}
{{- if .Values.destinations -}}
{{- $destinations := deepCopy .Values.destinations -}}
{{- range $name, $rate := .Values.destinationRateLimitsPerSecond -}}
{{- if hasKey $destinations $name -}}
{{- $_ := set (get $destinations $name) "rate_limit_per_second" (divf $rate (include "bluecore-consumer.maxPods" $)) -}}
{{- end -}}
{{- end -}}
{{- $_ := set $sections "destinations" $destinations -}}
{{- end -}}
{{- with .Values.schema_registry -}}
{{- if .url -}}
{{- $_ := set $sections "schema_registry" . -}}
{{- else if eq (.type | default "confluent") "glue" -}}
{{- $_ := set $sections "schema_registry" (omit . "url") -}}
{{- end -}}
{{- end -}}
{{- if .Values.dead_letters -}}
{{- $_ := set $sections "dead_letters" .Values.dead_letters -}}
{{- end -}}
{{- if .Values.receipts -}}
{{- $_ := set $sections "receipts" .Values.receipts -}}
{{- end -}}
{{- if .Values.tables -}}
{{- $_ := set $sections "tables" .Values.tables -}}
{{- end -}}
{{ toYaml $sections }}
routes:
{{- range .Values.routes }}
  -
    {{- if kindIs "map" .event }}
    event:
      {{- include "bluecore-consumer.eventByValue" .event | nindent 6 }}
    {{- else if .event }}
    event: {{ .event | quote }}
    {{- end }}
    {{- if kindIs "map" .destination }}
    destination:
      {{- include "bluecore-consumer.eventByValue" .destination | nindent 6 }}
    {{- else if .destination }}
    destination: {{ .destination | quote }}
    {{- end }}
    {{- with omit . "event" "destination" }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}
{{- end }}

{{/*
Helm turns the keys of a map into text. A flag or a number that chooses an event or a destination stands here in both forms, so that
`true: optin` still means the boolean.
*/}}
{{- define "bluecore-consumer.eventByValue" -}}
{{- regexReplaceAll `(?m)^( *)"(true|false|-?[0-9]+)": (.*)$` (toYaml .) "${1}\"${2}\": ${3}\n${1}${2}: ${3}" -}}
{{- end }}

{{/* The `${NAME}`s without a default, one a line. */}}
{{- define "bluecore-consumer.variables" -}}
{{- regexFindAll `\$\{[A-Za-z_][A-Za-z0-9_]*\}` (include "bluecore-consumer.config" .) -1 | uniq | join "\n" | replace "${" "" | replace "}" "" -}}
{{- end }}

{{- define "bluecore-consumer.ownSecret" -}}
{{- printf "%s-env" (include "bluecore-consumer.fullname" .) -}}
{{- end }}

{{/* What lies in `/etc/bluecore-consumer`. */}}
{{- define "bluecore-consumer.configData" -}}
config.yaml: |
  {{- include "bluecore-consumer.config" . | nindent 2 }}
{{- range $name, $text := .Values.files }}
{{ $name }}: {{ $text | quote }}
{{- end }}
{{- end }}

{{/* The ConfigMap is named by its content, so that pods of an old revision that start anew do not take the new one. */}}
{{- define "bluecore-consumer.configName" -}}
{{- printf "%s-%s" (include "bluecore-consumer.fullname" .) (include "bluecore-consumer.configData" . | sha256sum | trunc 10) -}}
{{- end }}

{{/*
The names of the configurations before this one, the latest first, as JSON: what the pods have now, and what was kept
beside it, for as many revisions as there are to go back to. Of a cluster that is not asked, none.
*/}}
{{- define "bluecore-consumer.earlierConfigs" -}}
{{- $names := list -}}
{{- range list "Deployment" "StatefulSet" -}}
{{- range (dig "spec" "template" "spec" "volumes" list (lookup "apps/v1" . $.Release.Namespace (include "bluecore-consumer.fullname" $))) -}}
{{- if eq .name "config" -}}
{{- $names = append $names .configMap.name -}}
{{- $live := lookup "v1" "ConfigMap" $.Release.Namespace .configMap.name -}}
{{- $names = concat $names (dig "metadata" "annotations" "bluecore-consumer/earlier" "" $live | splitList ",") -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $names = without (uniq $names) "" (include "bluecore-consumer.configName" .) -}}
{{- slice $names 0 (min (len $names) (int .Values.revisionHistoryLimit)) | toJson -}}
{{- end }}

{{/* Not for `stringData`: a key that is taken out of that stays in the Secret. */}}
{{- define "bluecore-consumer.secretData" -}}
{{- range $key, $value := .Values.secretData -}}
{{ $key }}: {{ $value | b64enc | quote }}
{{ end -}}
{{- end }}
