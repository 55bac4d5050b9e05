"""Writes each value of values.json with Python's avro, and prints what it wrote as JSON."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

import avro.io
import avro.schema
from values import KINDS, given, made, nanoseconds

OWN = KINDS | {
    "union": lambda branch: branch[1],
    "local-timestamp-millis": lambda text: nanoseconds(text) // 10**6,
    "local-timestamp-micros": lambda text: nanoseconds(text) // 10**3,
}

values: dict[str, Any] = {}
for each in given():
    try:
        schema = avro.schema.parse(each["schema"])
        out = io.BytesIO()
        record = {"before": "b", "it": made(each["meant"], OWN), "after": "a"}
        avro.io.DatumWriter(schema).write(record, avro.io.BinaryEncoder(out))
        # It has no writer of single objects, and gives their fingerprint.
        single = b"\xc3\x01" + schema.fingerprint("CRC-64-AVRO") + out.getvalue()
        values[each["name"]] = {"bytes": out.getvalue().hex(), "schema": str(schema), "single_object": single.hex()}
    except Exception as error:  # noqa: BLE001 - whatever it says is recorded
        values[each["name"]] = {"refused": f"{type(error).__name__}: {error}"[:200]}
print(json.dumps({"library": "avro", "version": sys.argv[1], "values": values}))
