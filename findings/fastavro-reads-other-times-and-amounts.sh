#!/usr/bin/env bash
# fastavro 1.13.1: logical types whose value is read as another one, without an error.
#
# Expected: an error, or the number itself, where a value is outside of its logical type.
# Seen: `time-millis` of -1 is read as 00:00:00.999. A decimal of precision 4 with five digits, 123.45, is rounded to
# 123.4. `timestamp-nanos` of Avro 1.12 is left as a number. A record whose `timestamp-millis` is in the year 10000 cannot
# be read at all, whichever of its fields is of interest.
#
# Fails if that changes. Needs Python 3.11 or newer with venv, and PyPI.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check fastavro==1.13.1
"$folder/venv/bin/python" - <<'PYTHON'
from io import BytesIO

from fastavro import parse_schema, schemaless_reader, schemaless_writer


def read(base, value, **logical):
    out = BytesIO()
    fields = [{"name": "id", "type": "string"}, {"name": "it", "type": {"type": base}}]
    schemaless_writer(out, parse_schema({"type": "record", "name": "R", "fields": fields}), {"id": "a", "it": value})
    fields[1]["type"] = {"type": base, **logical}
    return schemaless_reader(BytesIO(out.getvalue()), parse_schema({"type": "record", "name": "R", "fields": fields}), None)


def raised(call):
    try:
        call()
    except Exception as error:
        return type(error).__name__
    return None


time = read("int", -1, logicalType="time-millis")["it"]
amount = read("bytes", (12345).to_bytes(2, "big"), logicalType="decimal", precision=4, scale=2)["it"]
nanos = read("long", 1764422055123456789, logicalType="timestamp-nanos")["it"]
far = raised(lambda: read("long", 253402300800000, logicalType="timestamp-millis"))
print(f"time-millis of -1: {time}; 123.45 of precision 4: {amount}; timestamp-nanos: {nanos}; the year 10000: {far}")
assert str(time) == "00:00:00.999000", time
assert str(amount) == "123.4", amount
assert nanos == 1764422055123456789, nanos
assert far == "OverflowError", far
PYTHON
