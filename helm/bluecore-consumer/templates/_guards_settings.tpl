{{/* What the service would refuse too, and what it would take in silence while the chart builds on something else. */}}
{{- define "bluecore-consumer.settingFaults" -}}
{{- $v := .Values -}}
{{- $faults := list -}}
{{- $letters := $v.dead_letters | default dict -}}
{{- $ours := dict "retry_topic" ($letters.retry_topic | default "bluecore-consumer.retry") "dead_letter_topic" ($letters.dead_letter_topic | default "bluecore-consumer.dead-letter") -}}
{{- if eq $ours.retry_topic $ours.dead_letter_topic -}}
{{- $faults = append $faults (printf "dead_letters.retry_topic and dead_letters.dead_letter_topic are both %s: name two topics" $ours.retry_topic) -}}
{{- end -}}
{{- $own := dict "dead_letters.retry_topic" $ours.retry_topic "dead_letters.dead_letter_topic" $ours.dead_letter_topic -}}
{{- $receipts := ($v.receipts | default dict).topic | default "" -}}
{{- if has $receipts (values $own) -}}
{{- $faults = append $faults (printf "receipts.topic is %s, which failed records are written to: give the receipts a topic of their own" $receipts) -}}
{{- else if $receipts -}}
{{- $_ := set $own "receipts.topic" $receipts -}}
{{- end -}}
{{- range $index, $route := $v.routes -}}
{{- range $key, $topic := $own -}}
{{- if eq ($route.topic | default "") $topic -}}
{{- $faults = append $faults (printf "routes[%d].topic is %s, which is %s: records would go round in a circle" $index $topic $key) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $key := list "kafka.bootstrap_servers" "kafka.group_id" "schema_registry.url" "bluecore.url" "delivery.rate_limit_per_second" "delivery.drain_seconds" "dead_letters.retry_topic" "dead_letters.dead_letter_topic" "receipts.topic" "telemetry.host" "telemetry.port" "routes" -}}
{{- $variable := printf "BLUECORE_CONSUMER__%s" ($key | upper | replace "." "__") -}}
{{- range $v.extraEnv -}}
{{- if eq (upper .name) $variable -}}
{{- $faults = append $faults (printf "extraEnv has %s, and the chart builds on the value of that setting: give it as %s instead" .name $key) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $value := list "destinationSecrets" "destinationRateLimitsPerSecond" -}}
{{- range $name, $_ := get $v $value | default dict -}}
{{- if not (hasKey ($v.destinations | default dict) $name) -}}
{{- $faults = append $faults (printf "%s has %s, which is none of destinations" $value $name) -}}
{{- end -}}
{{- if and (eq $value "destinationSecrets") (not (regexMatch `^[a-z0-9-]+(_[a-z0-9-]+)*$` $name)) -}}
{{- $faults = append $faults (printf "destinationSecrets has %s: a destination whose Secret becomes environment variables has a name of small letters, without two _ in a row" $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $name, $destination := $v.destinations -}}
{{- if not (or $destination.namespace (get ($v.destinationSecrets | default dict) $name)) -}}
{{- $faults = append $faults (printf "destinations.%s has no namespace: name a Secret that has it in destinationSecrets.%s, or write ${NAME} of existingSecret" $name $name) -}}
{{- end -}}
{{- if and $destination.rate_limit_per_second (hasKey ($v.destinationRateLimitsPerSecond | default dict) $name) -}}
{{- $faults = append $faults (printf "destinationRateLimitsPerSecond.%s and destinations.%s.rate_limit_per_second are both given: choose one" $name $name) -}}
{{- end -}}
{{- end -}}
{{- if not $v.bluecore -}}
{{- range $index, $route := $v.routes -}}
{{- if not $route.destination -}}
{{- $faults = append $faults (printf "bluecore is not given, and routes[%d] names no destination" $index) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $image := splitList "/" $v.image.repository | last -}}
{{- if or (contains ":" $image) (contains "@" $image) -}}
{{- $faults = append $faults (printf "image.repository ends with %s: give a tag as image.tag, a digest as image.digest" $image) -}}
{{- end -}}
{{- toJson $faults -}}
{{- end }}
