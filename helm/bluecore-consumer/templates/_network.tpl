{{/* The ports in `bootstrap_servers`, with commas between; Kafka's own where none is given. Nothing, where a `${NAME}` hides one. */}}
{{- define "bluecore-consumer.brokerPorts" -}}
{{- $ports := list -}}
{{- $hidden := false -}}
{{- range splitList "," (.Values.kafka.bootstrap_servers | default "") -}}
{{- $port := regexFind `:[0-9]+$` (trim .) | trimPrefix ":" -}}
{{- if and (not $port) (contains "${" .) }}{{ $hidden = true }}{{ end -}}
{{- $ports = append $ports ($port | default "9092") -}}
{{- end -}}
{{- if not $hidden }}{{ uniq $ports | join "," }}{{ end -}}
{{- end }}

{{/* What the pods speak HTTP with, as JSON: the key of each address, and the address. */}}
{{- define "bluecore-consumer.webAddresses" -}}
{{- $bluecore := (.Values.bluecore | default dict).url | default "https://api.bluecore.app" -}}
{{- $addresses := dict "bluecore.url" $bluecore -}}
{{- range $name, $destination := .Values.destinations -}}
{{- $_ := set $addresses (printf "destinations.%s.url" $name) ($destination.url | default $bluecore) -}}
{{- end -}}
{{- $rest := (.Values.bluecore | default dict).rest_api | default dict -}}
{{- $sections := empty $rest.client_id | ternary dict (dict "bluecore" $rest) -}}
{{- range $name, $destination := .Values.destinations -}}
{{- if or $destination.rest_api (hasKey ($.Values.destinationSecrets | default dict) $name) -}}
{{- $_ := set $sections (printf "destinations.%s" $name) ($destination.rest_api | default dict) -}}
{{- end -}}
{{- end -}}
{{- range $section, $own := $sections -}}
{{- $_ := set $addresses (printf "%s.rest_api.url" $section) ($own.url | default $rest.url | default "https://a.bluecore.com/api") -}}
{{- $_ := set $addresses (printf "%s.rest_api.token_url" $section) ($own.token_url | default $rest.token_url | default "https://auth.bluecore.com/oauth/token") -}}
{{- end -}}
{{- with (.Values.schema_registry | default dict).url -}}
{{- /* Several stand in one text; a comma within one, as in a password, parts nothing. */ -}}
{{- $urls := regexSplit `\s*,\s*https?://` . -1 -}}
{{- $schemes := regexFindAll `(^|,\s*)https?://` . -1 -}}
{{- range $number, $rest := $urls -}}
{{- $key := ternary "schema_registry.url" (printf "schema_registry.url, address %d," (add1 $number)) (eq (len $urls) 1) -}}
{{- $_ := set $addresses $key (eq $number 0 | ternary $rest (printf "%s%s" (regexFind `https?://` (index $schemes $number)) $rest)) -}}
{{- end -}}
{{- end -}}
{{- if and (eq ((.Values.schema_registry | default dict).type | default "confluent") "glue") (not .Values.schema_registry.url) -}}
{{- $_ := set $addresses "schema_registry" "https://glue.amazonaws.com" -}}
{{- end -}}
{{- with get ((.Values.schema_registry | default dict).options | default dict) "bearer.auth.issuer.endpoint.url" -}}
{{- $_ := set $addresses "schema_registry.options bearer.auth.issuer.endpoint.url" . -}}
{{- end -}}
{{- with get (.Values.kafka.options | default dict) "sasl.oauthbearer.token.endpoint.url" -}}
{{- $_ := set $addresses "kafka.options sasl.oauthbearer.token.endpoint.url" . -}}
{{- end -}}
{{- /* AWS's STS, Google's and Azure's token services. */ -}}
{{- if include "bluecore-consumer.clouds" . | fromJsonArray -}}
{{- $_ := set $addresses "kafka.authentication" "https://tokens" -}}
{{- end -}}
{{- toJson $addresses -}}
{{- end }}

{{/* The port of an address; nothing, where a `${NAME}` hides it. */}}
{{- define "bluecore-consumer.urlPort" -}}
{{- $authority := regexReplaceAll `^https?://([^/]*@)?` . "" | splitList "/" | first -}}
{{- $port := regexFind `:[0-9]+$` $authority | trimPrefix ":" -}}
{{- if $port }}{{ $port -}}
{{- else if contains "${" $authority -}}
{{- else if hasPrefix "https:" . }}443{{ else }}80{{ end -}}
{{- end }}
