#!/usr/bin/env bash
# Writes ../values.json with avsc, and records what it wrote. Needs Node 18 or newer, and npm's registry.
set -euo pipefail
version=5.7.9
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cp "$here/../values.json" "$here/values.js" "$here/record.js" .
npm install --silent --no-audit --no-fund --ignore-scripts "avsc@$version"
node record.js "$version" >written.json
python3 "$here/../tidy.py" <written.json >"$here/recorded.json"
