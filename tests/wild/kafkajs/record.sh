#!/usr/bin/env bash
# Writes ../values.json with kafkajs' registry client on avsc, and records what it wrote. Needs Node 18 or newer, and
# npm's registry.
set -euo pipefail
version=4.1.0
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cp "$here/../values.json" "$here/../avsc/values.js" "$here/record.js" .
npm install --silent --no-audit --no-fund --ignore-scripts "@kafkajs/confluent-schema-registry@$version" avsc@5.7.9
node record.js "$version" >written.json
python3 "$here/../tidy.py" <written.json >"$here/recorded.json"
