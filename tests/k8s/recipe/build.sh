#!/bin/bash
# Builds what a real control plane and its operators need, from Go modules: `build.sh FOLDER [PART…]` puts the programs
# into FOLDER/bin. Parts: controlplane keda promoperator; without any, all of them.
# On two cores with cold caches the control plane takes 15 minutes of CPU, all parts 27. NICE=15 leaves the machine to
# others.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd); folder=$(realpath -m "${1:?a folder}"); shift
mkdir -p "$folder/bin" "$folder/build"
bin=$folder/bin; nice="nice -n ${NICE:-0}"
export GOFLAGS=-buildvcs=false
module() { go mod download -json "$1" | python3 -c 'import json, sys; print(json.load(sys.stdin)["Dir"])'; }

controlplane() { # etcd, API server, controllers, scheduler and kubectl, in one program
  local v=1.37.2
  (cd "$here/controlplane" && $nice go build -trimpath -o "$bin/controlplane" \
      -ldflags "-s -w -X k8s.io/component-base/version.gitVersion=v$v -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=37" .)
}
keda() { # operator, metrics adapter and admission webhooks, with the Kafka scaler alone
  python3 "$here/trim_keda.py" "$(cd / && module github.com/kedacore/keda/v2@v2.21.0)" "$folder/build/keda"
  (cd "$folder/build/keda" && for part in operator adapter webhooks; do
     GOFLAGS="$GOFLAGS -mod=mod" $nice go build -trimpath -ldflags "-s -w" -o "$bin/keda-$part" "./cmd/$part"; done)
}
promoperator() { # the last version of this module that the proxy serves; its own parts come from the proxy too
  local v=0.85.0 path=github.com/prometheus-operator/prometheus-operator at=$folder/build/promoperator
  rm -rf "$at"; cp -r "$(cd / && module $path@v$v)" "$at"; chmod -R u+w "$at"
  sed -i "s#=> ./pkg/#=> $path/pkg/#; s#\(=> $path/pkg/[a-z/]*\)\$#\1 v$v#" "$at/go.mod"
  (cd "$at" && for part in operator admission-webhook; do
     GOFLAGS="$GOFLAGS -mod=mod" $nice go build -trimpath -ldflags "-s -w" -o "$bin/promoperator-$part" "./cmd/$part"; done)
}
for part in ${@:-controlplane keda promoperator}; do
  SECONDS=0; $part; echo "$part: $SECONDS s"
done
