#!/usr/bin/env bash
# Writes values.jsonl anew: a single object of each .avsc here by each library, with its version.
#
# Needs Go 1.23, Rust 1.88 and Python 3.11 or newer, and their registries. Not a part of the tests.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check avro==1.12.2
cp -r "$here/rust" "$here/go" "$folder"
{
(cd "$folder/go" && go run . "$here")
(cd "$folder/rust" && cargo run --quiet --release -- "$here")
"$folder/venv/bin/python" -W ignore - "$here" <<'PYTHON'
# Apache's `avro` has no writer of the header.

from __future__ import annotations

import datetime
import io
import json
import sys
from decimal import Decimal
from pathlib import Path

import avro.io
import avro.schema

AT = datetime.datetime(2026, 11, 29, 18, tzinfo=datetime.UTC)
VALUES = {
    "plain.avsc": {"id": "A1", "count": 3},
    "sale.avsc": {
        "id": "A1",
        "at": AT,
        "day": AT.date(),
        "total": Decimal("19.99"),
        "whole": Decimal(20),
        "tax": Decimal("1.99"),
        "event": "8b1b2a53-3a9c-4a0e-9d4e-0a4cf0e8f3a1",
        "odd": 7,
        "lines": [{"sku": "S1", "picked": AT}],
        "kind": "WEB",
    },
}

for name, value in VALUES.items():
    schema = avro.schema.parse((Path(sys.argv[1]) / name).read_text())
    out = io.BytesIO(b"\xc3\x01" + schema.fingerprint("CRC-64-AVRO"))
    out.seek(0, io.SEEK_END)
    avro.io.DatumWriter(schema).write(value, avro.io.BinaryEncoder(out))
    line = {"library": "Python avro 1.12.2", "schema": name, "value": out.getvalue().hex()}
    sys.stdout.write(json.dumps(line) + "\n")
PYTHON
} >"$folder/values.jsonl"
mv "$folder/values.jsonl" "$here/values.jsonl"
