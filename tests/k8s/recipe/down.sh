#!/bin/bash
# Ends what up.sh and the other scripts started: the processes whose ids are in FOLDER/pids, and no others.
set -uo pipefail
folder=$(realpath "${1:?a folder}")
for name in promoperator-webhook promoperator keda-webhooks keda-adapter keda-operator scheduler controllers apiserver etcd; do
  [ -f "$folder/pids/$name" ] || continue
  kill "$(cat "$folder/pids/$name")" 2>/dev/null && echo "ended $name"
  rm "$folder/pids/$name"
done
