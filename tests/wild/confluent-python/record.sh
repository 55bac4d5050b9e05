#!/usr/bin/env bash
# Writes ../values.json with Confluent's serializer for Python, and records what it wrote. Needs Python 3.11 or newer with venv, and PyPI.
set -euo pipefail
version=2.16.1
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cp "$here/../values.json" "$here/../python-avro/values.py" "$here/record.py" .
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check "confluent-kafka[avro,schemaregistry]==$version"
venv/bin/python -W ignore record.py "$version" >written.json
python3 "$here/../tidy.py" <written.json >"$here/recorded.json"
