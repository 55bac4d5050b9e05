{{/* Values that the schema allows one by one and that cannot work together: refused at once, each with a sentence. */}}
{{- define "bluecore-consumer.guards" -}}
{{- $v := .Values -}}
{{- $options := $v.kafka.options -}}
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
{{- if and (eq (default "confluent" $route.format) "confluent") (not $v.schema_registry.url) -}}
{{- $faults = append $faults (printf "schema_registry.url is empty, and routes[%d] reads Confluent's wire format: give the registry's address" $index) -}}
{{- end -}}
{{- end -}}

{{- $faults = concat $faults (include "bluecore-consumer.secretFaults" . | fromJsonArray) -}}
{{- $faults = concat $faults (include "bluecore-consumer.scalingFaults" . | fromJsonArray) -}}

{{- if lt (int $v.terminationGracePeriodSeconds) (int (addf $v.delivery.drain_seconds 30 | ceil)) -}}
{{- $faults = append $faults (printf "terminationGracePeriodSeconds is %v: a pod would be killed while it drains; set it to delivery.drain_seconds + 30 or more" $v.terminationGracePeriodSeconds) -}}
{{- end -}}
{{- if eq (get $options "group.protocol" | toString) "consumer" -}}
{{- range list "session.timeout.ms" "heartbeat.interval.ms" "partition.assignment.strategy" "group.protocol.type" -}}
{{- if hasKey $options . -}}
{{- $faults = append $faults (printf "kafka.options has %s, which the group protocol `consumer` refuses: the brokers decide it" .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and (hasKey $options "group.instance.id") (not $v.staticMembership.enabled) -}}
{{- $faults = append $faults "kafka.options has a group.instance.id, which every pod would share: set staticMembership.enabled, which gives each its own" -}}
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

{{- define "bluecore-consumer.secretFaults" -}}
{{- $v := .Values -}}
{{- $faults := list -}}
{{- $secrets := dict "bluecore.namespace" $v.bluecore.namespace "bluecore.api_key" $v.bluecore.api_key -}}
{{- range $section := list "kafka" "schema_registry" -}}
{{- range $name, $value := (get $v $section).options -}}
{{- if regexMatch `password|secret|\.user\.info$|token$|jaas|ssl\.key\.pem$` $name -}}
{{- $_ := set $secrets (printf "%s.options %s" $section $name) $value -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $key, $value := $secrets -}}
{{- if regexMatch `[^:\s]` (regexReplaceAll `\$\{[A-Za-z_][A-Za-z0-9_]*(:-)?\}` ($value | default "" | toString) "") -}}
{{- $faults = append $faults (printf "%s would be readable in a ConfigMap: put it into a Secret, name that as existingSecret, and write ${NAME} here" $key) -}}
{{- end -}}
{{- end -}}
{{- if and $v.existingSecret $v.secretData -}}
{{- $faults = append $faults "existingSecret and secretData are both given: choose one" -}}
{{- end -}}
{{- if not (or $v.existingSecret $v.extraEnvFrom) -}}
{{- $known := keys $v.secretData -}}
{{- if $v.staticMembership.enabled }}{{ $known = append $known "POD_NAME" }}{{ end -}}
{{- range $v.extraEnv }}{{ $known = append $known .name }}{{ end -}}
{{- range include "bluecore-consumer.variables" . | splitList "\n" | compact -}}
{{- if not (has . $known) -}}
{{- $faults = append $faults (printf "nothing gives the pods the environment variable %s: name a Secret that has it as existingSecret" .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $faults -}}
{{- end }}

{{- define "bluecore-consumer.scalingFaults" -}}
{{- $v := .Values -}}
{{- $faults := list -}}
{{- if and $v.keda.enabled $v.autoscaling.enabled -}}
{{- $faults = append $faults "keda.enabled and autoscaling.enabled: two autoscalers would fight over the number of pods; choose one" -}}
{{- end -}}
{{- if and $v.staticMembership.enabled (or $v.keda.enabled $v.autoscaling.enabled) -}}
{{- $faults = append $faults "staticMembership.enabled with an autoscaler: the partitions of a pod that is scaled away would wait out session.timeout.ms each time; choose one" -}}
{{- end -}}
{{- range $kind := list "keda" "autoscaling" -}}
{{- $scaler := get $v $kind -}}
{{- if and $scaler.enabled (gt (int $scaler.minReplicas) (int $scaler.maxReplicas)) -}}
{{- $faults = append $faults (printf "%s.minReplicas is above %s.maxReplicas" $kind $kind) -}}
{{- end -}}
{{- end -}}
{{- $most := include "bluecore-consumer.maxReplicas" . | int -}}
{{- if and $v.partitions (gt $most (int $v.partitions)) -}}
{{- $faults = append $faults (printf "there can be %d pods and only %v partitions to feed them: the rest would idle; lower the number or raise the topics' partitions" $most $v.partitions) -}}
{{- end -}}
{{- if and $v.releaseRateLimitPerSecond $v.delivery.rate_limit_per_second -}}
{{- $faults = append $faults "releaseRateLimitPerSecond and delivery.rate_limit_per_second are both given: the first is divided over the pods and would replace the second; choose one" -}}
{{- end -}}
{{- if and (eq (int $v.rollout.maxSurge) 0) (eq (int $v.rollout.maxUnavailable) 0) -}}
{{- $faults = append $faults "rollout.maxSurge and rollout.maxUnavailable are both 0: no pod could ever be replaced" -}}
{{- end -}}
{{- if $v.keda.enabled -}}
{{- range $route := $v.routes -}}
{{- if and $route.topic_pattern (not $v.keda.topics) -}}
{{- $faults = append $faults (printf "keda cannot follow the topic_pattern %s: name the topics in keda.topics" $route.topic_pattern) -}}
{{- end -}}
{{- end -}}
{{- range $key := list "bootstrap_servers" "group_id" -}}
{{- if contains "${" (get $v.kafka $key) -}}
{{- $faults = append $faults (printf "keda reads the lag itself and cannot fill in the ${NAME} in kafka.%s: write it out" $key) -}}
{{- end -}}
{{- end -}}
{{- if not (has (get $v.kafka.options "auto.offset.reset" | default "earliest") (list "earliest" "latest")) -}}
{{- $faults = append $faults "kafka.options has an auto.offset.reset that keda does not know: earliest or latest" -}}
{{- end -}}
{{- $protocol := get $v.kafka.options "security.protocol" | default "" | toString | lower -}}
{{- if and (hasPrefix "sasl" $protocol) (not $v.keda.authentication.keys) -}}
{{- $faults = append $faults "keda logs in to Kafka itself: say in keda.authentication.keys which keys of the Secret are username and password" -}}
{{- end -}}
{{- if and $v.keda.authentication.keys (not (or $v.keda.authentication.secret $v.existingSecret)) -}}
{{- $faults = append $faults "keda.authentication.keys are of no Secret: name one as keda.authentication.secret or existingSecret" -}}
{{- end -}}
{{- end -}}
{{- toJson $faults -}}
{{- end }}
