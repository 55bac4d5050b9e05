#!/usr/bin/env bash
# Writes ../values.json with hamba, and records what it wrote. Needs Go 1.24 or newer, and its module proxy.
set -euo pipefail
version=v2.31.0
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
export GOPATH="$folder/modules" GOCACHE="$folder/cache" GOFLAGS=-mod=mod
cp "$here/../values.json" "$here/record.go" .
go mod init record 2>/dev/null
nice -n 15 go get "github.com/hamba/avro/v2@$version" 2>/dev/null
nice -n 15 go run . "$version" >written.json
python3 "$here/../tidy.py" <written.json >"$here/recorded.json"
