{{- define "bluecore-consumer.scalingFaults" -}}
{{- $v := .Values -}}
{{- $options := $v.kafka.options | default dict -}}
{{- $faults := list -}}
{{- if and $v.keda.enabled $v.autoscaling.enabled -}}
{{- $faults = append $faults "keda.enabled and autoscaling.enabled: two autoscalers would fight over the number of pods; choose one" -}}
{{- end -}}
{{- if and (kindIs "invalid" $v.replicas) (not (or $v.keda.enabled $v.autoscaling.enabled)) $v.releaseRateLimitPerSecond -}}
{{- $faults = append $faults "releaseRateLimitPerSecond is divided over the pods, and replicas is left out: give delivery.rate_limit_per_second, each pod's own" -}}
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
{{- $resources := $v.resources | default dict -}}
{{- $cpu := or ($resources.requests | default dict).cpu ($resources.limits | default dict).cpu -}}
{{- if and $v.autoscaling.enabled (not $cpu) -}}
{{- $faults = append $faults "autoscaling aims at a share of the requested CPU, and resources.requests.cpu is not given: the autoscaler would do nothing" -}}
{{- end -}}
{{- $most := include "bluecore-consumer.maxReplicas" . | int -}}
{{- if and $v.partitions (gt $most (int $v.partitions)) -}}
{{- $faults = append $faults (printf "there can be %d pods and only %v partitions to feed them: the rest would idle; lower the number or raise the topics' partitions" $most $v.partitions) -}}
{{- end -}}
{{- if and $v.releaseRateLimitPerSecond $v.delivery.rate_limit_per_second -}}
{{- $faults = append $faults "releaseRateLimitPerSecond and delivery.rate_limit_per_second are both given: the first is divided over the pods and would replace the second; choose one" -}}
{{- end -}}
{{- if and (not $v.staticMembership.enabled) (eq (int $v.rollout.maxSurge) 0) (eq (int $v.rollout.maxUnavailable) 0) -}}
{{- $faults = append $faults "rollout.maxSurge and rollout.maxUnavailable are both 0: no pod could ever be replaced" -}}
{{- end -}}
{{- if and $v.keda.enabled $v.kafka.authentication -}}
{{- $faults = append $faults "keda reads the lag itself, and the chart cannot give it the identity of kafka.authentication: use autoscaling, or a ScaledObject of your own in extraObjects" -}}
{{- end -}}
{{- if $v.keda.enabled -}}
{{- range $route := $v.routes -}}
{{- if and $route.topic_pattern (not $v.keda.topics) -}}
{{- $faults = append $faults (printf "keda cannot follow the topic_pattern %s: name the topics in keda.topics" $route.topic_pattern) -}}
{{- end -}}
{{- end -}}
{{- $reading := list -}}
{{- range $route := $v.routes -}}
{{- if not $route.paused -}}{{- $reading = append $reading $route -}}{{- end -}}
{{- end -}}
{{- if and $v.routes (not $reading) (not $v.keda.topics) -}}
{{- $faults = append $faults "keda has no topic to look at, since all routes are paused: turn keda off meanwhile, or name topics in keda.topics" -}}
{{- end -}}
{{- $read := dict "kafka.bootstrap_servers" $v.kafka.bootstrap_servers "kafka.group_id" $v.kafka.group_id "the topics" (include "bluecore-consumer.topics" .) -}}
{{- range $name := list "security.protocol" "sasl.mechanism" "sasl.mechanisms" -}}
{{- $_ := set $read (printf "kafka.options %s" $name) (get $options $name) -}}
{{- end -}}
{{- range $key, $value := $read -}}
{{- if contains "${" (toString $value) -}}
{{- $faults = append $faults (printf "keda reads the lag itself and cannot fill in the ${NAME} in %s: write it out" $key) -}}
{{- end -}}
{{- end -}}
{{- if not (has (get $options "auto.offset.reset" | default "earliest") (list "earliest" "latest")) -}}
{{- $faults = append $faults "kafka.options has an auto.offset.reset that keda does not know: earliest or latest" -}}
{{- end -}}
{{- $protocol := get $options "security.protocol" | default "" | toString | lower -}}
{{- if and (hasPrefix "sasl" $protocol) (not $v.keda.authentication.keys) -}}
{{- $faults = append $faults "keda logs in to Kafka itself: say in keda.authentication.keys which keys of the Secret are username and password" -}}
{{- end -}}
{{- $keys := $v.keda.authentication.keys | default dict -}}
{{- if hasSuffix "ssl" $protocol -}}
{{- /* A bundle of the system's has public authorities, which KEDA knows by itself. */ -}}
{{- $location := get $options "ssl.ca.location" | default "" | toString -}}
{{- $public := regexMatch `^(|probe|/etc/(ssl|pki)/.*|/usr/.*)$` $location -}}
{{- if and (or (not $public) (get $options "ssl.ca.pem")) (not $keys.ca) -}}
{{- $faults = append $faults "kafka.options names an authority of its own, which keda does not know: say in keda.authentication.keys which key of the Secret is the `ca`; all keys are of one Secret" -}}
{{- end -}}
{{- if and (or (get $options "ssl.certificate.location") (get $options "ssl.certificate.pem") (get $options "ssl.keystore.location")) (not (and $keys.cert $keys.key)) -}}
{{- $faults = append $faults "kafka.options has a certificate to log in with, which keda needs too: say in keda.authentication.keys which keys of the Secret are `cert` and `key`" -}}
{{- end -}}
{{- end -}}
{{- if and $v.keda.authentication.keys (not (or $v.keda.authentication.secret $v.existingSecret)) -}}
{{- $faults = append $faults "keda.authentication.keys are of no Secret: name one as keda.authentication.secret or existingSecret" -}}
{{- end -}}
{{- end -}}
{{- toJson $faults -}}
{{- end }}
