{{/* Values that the schema allows one by one and that cannot work together: refused at once, each with a sentence. */}}
{{- define "bluecore-consumer.guards" -}}
{{- $v := .Values -}}
{{- $options := $v.kafka.options | default dict -}}
{{- $faults := list -}}

{{- if not $v.kafka.bootstrap_servers -}}
{{- $faults = append $faults "kafka.bootstrap_servers is empty: name at least one broker as host:port" -}}
{{- end -}}
{{- if not $v.routes -}}
{{- $faults = append $faults "routes is empty: say which topic becomes which event, such as [{topic: shop.orders, event: purchase}]" -}}
{{- end -}}
{{- range $index, $route := $v.routes -}}
{{- if not (or $route.topic $route.topic_pattern) -}}
{{- $faults = append $faults (printf "routes[%d] has neither topic nor topic_pattern: it would take in nothing" $index) -}}
{{- end -}}
{{- $registry := $v.schema_registry | default dict -}}
{{- if and (eq (default "confluent" $route.format) "confluent") (not $registry.url) (ne (default "confluent" $registry.type) "glue") -}}
{{- $faults = append $faults (printf "schema_registry.url is empty, and routes[%d] takes its schemas from a registry: give its address" $index) -}}
{{- end -}}
{{- range $key := list "schema" "reader_schema" -}}
{{- $given := get $route $key | default list -}}
{{- range $file := ternary $given (list $given) (kindIs "slice" $given) -}}
{{- $name := $file | toString | trimPrefix "./" | trimPrefix "/etc/bluecore-consumer/" -}}
{{- if not (or (hasPrefix "/" $name) (eq "." $name) (contains "${" $name) (hasKey ($.Values.files | default dict) $name)) -}}
{{- $faults = append $faults (printf "routes[%d].%s names %s, which no pod would find: put the file's text into files under that name" $index $key $file) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- range $table, $given := $v.tables -}}
{{- $file := ternary (get (ternary $given dict (kindIs "map" $given)) "file") $given (kindIs "map" $given) -}}
{{- $isFile := or (not (kindIs "map" $given)) (and $file (not (omit (ternary $given dict (kindIs "map" $given)) "file" "key" "value"))) -}}
{{- $name := $file | toString | trimPrefix "./" | trimPrefix "/etc/bluecore-consumer/" -}}
{{- if and $isFile (not (or (hasPrefix "/" $name) (contains "${" $name) (hasKey ($v.files | default dict) $name))) -}}
{{- $faults = append $faults (printf "tables.%s names %s, which no pod would find: put the file's text into files under that name" $table $file) -}}
{{- end -}}
{{- end -}}

{{- $faults = concat $faults (include "bluecore-consumer.settingFaults" . | fromJsonArray) -}}
{{- $faults = concat $faults (include "bluecore-consumer.secretFaults" . | fromJsonArray) -}}
{{- $faults = concat $faults (include "bluecore-consumer.scalingFaults" . | fromJsonArray) -}}
{{- $faults = concat $faults (include "bluecore-consumer.networkFaults" . | fromJsonArray) -}}

{{- if lt (int $v.terminationGracePeriodSeconds) (int (addf $v.delivery.drain_seconds 30 | ceil)) -}}
{{- $faults = append $faults (printf "terminationGracePeriodSeconds is %v: a pod would be killed while it drains; set it to delivery.drain_seconds + 30 or more" $v.terminationGracePeriodSeconds) -}}
{{- end -}}
{{- if eq (get $options "group.protocol" | toString | lower) "consumer" -}}
{{- range list "session.timeout.ms" "heartbeat.interval.ms" "partition.assignment.strategy" "group.protocol.type" -}}
{{- if hasKey $options . -}}
{{- $faults = append $faults (printf "kafka.options has %s, which the group protocol `consumer` refuses: the brokers decide it" .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and (hasKey $options "group.instance.id") (not $v.staticMembership.enabled) -}}
{{- $faults = append $faults "kafka.options has a group.instance.id, which every pod would share: set staticMembership.enabled, which gives each its own" -}}
{{- end -}}
{{- if and $v.prometheusRule.enabled (not $v.prometheusRule.runbookUrl) -}}
{{- $faults = append $faults "prometheusRule.runbookUrl is empty: each alert links there; give the https:// address under which your people read RUNBOOK.md" -}}
{{- end -}}
{{- range $kind, $file := dict "prometheusRule" "files/rules.yaml" "dashboard" "files/dashboard.json" -}}
{{- if and (get $v $kind).enabled (not ($.Files.Get $file)) -}}
{{- $faults = append $faults (printf "%s.enabled is true, and this copy of the chart has no %s" $kind $file) -}}
{{- end -}}
{{- end -}}

{{- if $faults -}}
{{- printf "\n\nThese values cannot work:\n- %s\n" (join "\n- " $faults) | fail -}}
{{- end -}}
{{- end }}
