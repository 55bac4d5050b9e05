{{- define "bluecore-consumer.secretFaults" -}}
{{- $v := .Values -}}
{{- $faults := list -}}
{{- $secrets := dict -}}
{{- $prefixes := dict -}}
{{- with $v.bluecore -}}
{{- $_ := set $secrets "bluecore.namespace" .namespace -}}
{{- $_ := set $secrets "bluecore.api_key" .api_key -}}
{{- $_ := set $secrets "bluecore.rest_api.client_secret" (.rest_api | default dict).client_secret -}}
{{- $_ := set $prefixes "bluecore.api_key_prefix" .api_key_prefix -}}
{{- end -}}
{{- range $name, $destination := $v.destinations -}}
{{- $_ := set $secrets (printf "destinations.%s.namespace" $name) $destination.namespace -}}
{{- $_ := set $secrets (printf "destinations.%s.api_key" $name) $destination.api_key -}}
{{- $_ := set $secrets (printf "destinations.%s.rest_api.client_secret" $name) ($destination.rest_api | default dict).client_secret -}}
{{- $_ := set $prefixes (printf "destinations.%s.api_key_prefix" $name) $destination.api_key_prefix -}}
{{- end -}}
{{- range $section := list "kafka" "schema_registry" -}}
{{- range $name, $value := (get $v $section | default dict).options -}}
{{- $key := printf "%s.options %s" $section $name -}}
{{- if regexMatch `password|passphrase|secret|\.user\.info$|token(\.id)?$|private\.key$|jaas|key\.pem$` $name -}}
{{- $_ := set $secrets $key $value -}}
{{- else if eq $name "sasl.oauthbearer.config" -}}
{{- /* Pairs `name=value`: the values of those whose name says that they are secret. */ -}}
{{- $pairs := regexFindAll `(?i)\S*(password|passphrase|secret|token|key|credential|assertion)[^\s=]*=\S+` (toString $value) -1 -}}
{{- $_ := set $secrets $key (regexReplaceAll `\S+?=` (join " " $pairs) "") -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $key, $url := include "bluecore-consumer.webAddresses" . | fromJson -}}
{{- $users := regexFindAll `//[^/@]*@` $url -1 -}}
{{- $_ := set $secrets (printf "The user in %s" $key) (join " " $users | replace "/" "" | replace "@" "") -}}
{{- if contains "?" $url -}}
{{- $_ := set $secrets (printf "The query string of %s" $key) (regexReplaceAll `^[^?]*\?|[^?&=]*=` $url "" | replace "&" " ") -}}
{{- end -}}
{{- end -}}
{{- /* A scheme's name and a space, such as `Bearer `: anything longer may be the key itself. */ -}}
{{- range $key, $prefix := $prefixes -}}
{{- if not (regexMatch `^[A-Za-z-]{0,16}[ :=]*$` ($prefix | default "" | toString)) -}}
{{- $_ := set $secrets $key $prefix -}}
{{- end -}}
{{- end -}}
{{- range $v.extraEnv -}}
{{- $value := get . "value" | default "" | toString -}}
{{- if regexMatch `(?i)pass(word|phrase|wd)|(^|_)(pass|pwd)$|secret|token|credential|user_?info|api_?key|private_?key|jaas|otlp_(\w+_)?headers` .name -}}
{{- $_ := set $secrets (printf "extraEnv %s" .name) $value -}}
{{- /* A proxy's address may have a user, and a section of the configuration as JSON any of its secrets. */ -}}
{{- else if regexMatch `//[^/@\s]*:[^/@\s]*@|(?i)(password|passphrase|secret|token|api_?key)[^\s:=]*["']?\s*[:=]` $value -}}
{{- $_ := set $secrets (printf "extraEnv %s" .name) $value -}}
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
{{- $known := keys ($v.secretData | default dict) -}}
{{- if $v.staticMembership.enabled }}{{ $known = concat $known (list "POD_NAME" "POD_NAMESPACE") }}{{ end -}}
{{- range $v.extraEnv }}{{ $known = append $known .name }}{{ end -}}
{{- range include "bluecore-consumer.variables" . | splitList "\n" | compact -}}
{{- if not (has . $known) -}}
{{- $faults = append $faults (printf "nothing gives the pods the environment variable %s: name a Secret that has it as existingSecret" .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $faults -}}
{{- end }}
