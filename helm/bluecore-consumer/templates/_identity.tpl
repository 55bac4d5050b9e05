{{/* The clouds whose identity the pods show, as JSON: to Kafka, or to a registry. */}}
{{- define "bluecore-consumer.clouds" -}}
{{- $clouds := list -}}
{{- $kafka := dict "aws_msk_iam" "aws" "google" "google" "azure" "azure" -}}
{{- with get $kafka ((.Values.kafka.authentication | default dict).type | default "") -}}
{{- $clouds = append $clouds . -}}
{{- end -}}
{{- with get (dict "glue" "aws" "azure" "azure") ((.Values.schema_registry | default dict).type | default "") -}}
{{- $clouds = append $clouds . -}}
{{- end -}}
{{- toJson (uniq $clouds) -}}
{{- end }}

{{/* What a cloud's webhook looks for at a pod. */}}
{{- define "bluecore-consumer.identityLabels" -}}
{{- if has "azure" (include "bluecore-consumer.clouds" . | fromJsonArray) -}}
{{- if hasKey (.Values.serviceAccount.annotations | default dict) "azure.workload.identity/client-id" -}}
azure.workload.identity/use: "true"
{{- end -}}
{{- end -}}
{{- end }}

{{/* Where a pod asks for its identity, as rules of a NetworkPolicy: link-local addresses that are the same everywhere. */}}
{{- define "bluecore-consumer.metadataEgress" -}}
{{- $clouds := include "bluecore-consumer.clouds" . | fromJsonArray -}}
{{- if $clouds -}}
- to: [{ipBlock: {cidr: 169.254.169.254/32}}]
  ports: [{port: 80, protocol: TCP}]
{{- end }}
{{- if has "aws" $clouds }}
# EKS Pod Identity.
- to: [{ipBlock: {cidr: 169.254.170.23/32}}, {ipBlock: {cidr: "fd00:ec2::23/128"}}]
  ports: [{port: 80, protocol: TCP}]
{{- end }}
{{- if has "google" $clouds }}
# GKE's own metadata server.
- to: [{ipBlock: {cidr: 169.254.169.252/32}}]
  ports: [{port: 987, protocol: TCP}, {port: 988, protocol: TCP}]
{{- end }}
{{- end }}
