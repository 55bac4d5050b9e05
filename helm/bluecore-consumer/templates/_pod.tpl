{{- define "bluecore-consumer.podTemplate" -}}
metadata:
  annotations:
    kubectl.kubernetes.io/default-container: consumer
    {{- if .Values.secretData }}
    checksum/secret: {{ toJson .Values.secretData | sha256sum }}
    {{- end }}
    {{- with .Values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  labels:
    {{- include "bluecore-consumer.labels" . | nindent 4 }}
    {{- with include "bluecore-consumer.identityLabels" . }}
    {{- . | nindent 4 }}
    {{- end }}
    {{- with .Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  {{- include "bluecore-consumer.podCommon" . | nindent 2 }}
  {{- /* Process 1 does not hear SIGTERM before it has a handler, and Python takes a while to have one: so the pod's own
         pause process is process 1. Containers beside this one would see its environment. */}}
  {{- if not .Values.extraContainers }}
  shareProcessNamespace: true
  {{- end }}
  terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  containers:
    - name: consumer
      args: [run, --config, /etc/bluecore-consumer/config.yaml]
      {{- include "bluecore-consumer.containerCommon" . | nindent 6 }}
      ports:
        - name: telemetry
          containerPort: {{ .Values.telemetry.port }}
      {{- range $probe, $path := dict "startup" "/healthz" "liveness" "/healthz" "readiness" "/readyz" }}
      {{ $probe }}Probe:
        httpGet: {path: {{ $path }}, port: telemetry}
        {{- toYaml (get $.Values.probes $probe) | nindent 8 }}
      {{- end }}
      resources:
        {{- toYaml .Values.resources | nindent 8 }}
    {{- with .Values.extraContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  topologySpreadConstraints:
    {{- if .Values.topologySpreadConstraints }}
    {{- toYaml .Values.topologySpreadConstraints | nindent 4 }}
    {{- else }}
    {{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
    - maxSkew: 1
      topologyKey: {{ $key }}
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "bluecore-consumer.selector" $ | nindent 10 }}
    {{- end }}
    {{- end }}
{{- end }}

{{/* What the workers and the pods of hooks have in common: who they are and where they run. */}}
{{- define "bluecore-consumer.podCommon" -}}
serviceAccountName: {{ include "bluecore-consumer.serviceAccount" . }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  {{- toYaml .Values.podSecurityContext | nindent 2 }}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
volumes:
  - name: config
    configMap:
      name: {{ .ConfigName | default (include "bluecore-consumer.configName" .) }}
  - name: tmp
    emptyDir: {sizeLimit: 64Mi}
  {{- with .Values.tlsSecret }}
  - name: tls
    secret:
      secretName: {{ . }}
      defaultMode: 0440
  {{- end }}
  {{- with .Values.serviceAccount.tokenAudience }}
  - name: identity
    projected:
      defaultMode: 0440
      sources:
        - serviceAccountToken: {path: token, audience: {{ . | quote }}, expirationSeconds: 3600}
  {{- end }}
  {{- with .Values.extraVolumes }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{/* What their containers have in common: the image, its rights, the configuration and the secrets. */}}
{{- define "bluecore-consumer.containerCommon" -}}
image: {{ include "bluecore-consumer.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
workingDir: /etc/bluecore-consumer
securityContext:
  {{- toYaml .Values.securityContext | nindent 2 }}
env:
  - name: POD_NAME
    valueFrom: {fieldRef: {fieldPath: metadata.name}}
  - name: POD_NAMESPACE
    valueFrom: {fieldRef: {fieldPath: metadata.namespace}}
  {{- range $name, $secret := .Values.destinationSecrets }}
  {{- $variable := printf "BLUECORE_CONSUMER__DESTINATIONS__%s" (upper $name) }}
  - name: {{ $variable }}__NAMESPACE
    valueFrom: {secretKeyRef: {name: {{ $secret }}, key: namespace}}
  {{- if not (get ($.Values.destinations | default dict) $name | default dict).api_key }}
  - name: {{ $variable }}__API_KEY
    valueFrom: {secretKeyRef: {name: {{ $secret }}, key: api_key, optional: true}}
  {{- end }}
  {{- range $key := list "client_id" "client_secret" }}
  {{- if not (get ((get ($.Values.destinations | default dict) $name | default dict).rest_api | default dict) $key) }}
  - name: {{ $variable }}__REST_API__{{ upper $key }}
    valueFrom: {secretKeyRef: {name: {{ $secret }}, key: {{ $key }}, optional: true}}
  {{- end }}
  {{- end }}
  {{- end }}
  {{- with .Values.extraEnv }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- $own := ternary (.SecretName | default (include "bluecore-consumer.ownSecret" .)) "" (not (empty .Values.secretData)) }}
{{- with .Values.existingSecret | default $own }}
envFrom:
  - secretRef: {name: {{ . }}}
  {{- with $.Values.extraEnvFrom }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- else }}
{{- with .Values.extraEnvFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
volumeMounts:
  - {name: config, mountPath: /etc/bluecore-consumer, readOnly: true}
  - {name: tmp, mountPath: /tmp}
  {{- if .Values.tlsSecret }}
  - {name: tls, mountPath: /etc/bluecore-consumer-tls, readOnly: true}
  {{- end }}
  {{- if .Values.serviceAccount.tokenAudience }}
  - {name: identity, mountPath: /var/run/secrets/bluecore-consumer, readOnly: true}
  {{- end }}
  {{- with .Values.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}
