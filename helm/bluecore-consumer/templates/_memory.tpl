{{/* The bytes of one of Kubernetes' quantities, such as 512Mi. */}}
{{- define "bluecore-consumer.bytes" -}}
{{- $unit := regexFind `[A-Za-z]+$` (toString .) -}}
{{- $number := toString . | trimSuffix $unit | float64 -}}
{{- $units := dict "" 1 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 "m" 0.001 -}}
{{- mulf $number (get $units $unit | default 1) | int64 -}}
{{- end }}

{{/* The MiB that a pod's limit has to cover: 320 beside three times what it may buffer (raw, decoded, on its way). */}}
{{- define "bluecore-consumer.neededMebibytes" -}}
{{- $buffered := .Values.delivery.max_buffered_bytes | default 67108864 | int64 -}}
{{- add 320 (div (mul 3 $buffered) 1048576) -}}
{{- end }}
