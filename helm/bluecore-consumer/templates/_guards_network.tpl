{{- define "bluecore-consumer.networkFaults" -}}
{{- $v := .Values -}}
{{- $faults := list -}}
{{- if regexMatch `^(127\.|localhost$|\[?::1\]?$)` ($v.telemetry.host | default "") -}}
{{- $faults = append $faults (printf "telemetry.host is %s: no probe reaches a pod there, and each would be restarted for ever; leave it out" $v.telemetry.host) -}}
{{- end -}}
{{- if $v.networkPolicy.enabled -}}
{{- if not (or $v.networkPolicy.brokerPorts (include "bluecore-consumer.brokerPorts" .)) -}}
{{- $faults = append $faults "networkPolicy cannot tell the brokers' ports from the ${NAME} in kafka.bootstrap_servers: give them in networkPolicy.brokerPorts" -}}
{{- end -}}
{{- range $key, $url := include "bluecore-consumer.webAddresses" . | fromJson -}}
{{- if and (not (include "bluecore-consumer.urlPort" $url)) (not $v.networkPolicy.extraEgress) -}}
{{- $faults = append $faults (printf "networkPolicy cannot tell the port from the ${NAME} in %s: write the address out, or allow the way in networkPolicy.extraEgress" $key) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $faults -}}
{{- end }}
