#!/usr/bin/env bash
# avro 1.12.2 (PyPI): in a union with `double`, each number is written as one, whichever other branches it fits.
#
# Expected: the first branch that fits, or the one of the value's own type: a `long` for 9007199254740993.
# Seen: the last branch that fits. The union of null, boolean, long and double takes True as 1.0, and 9007199254740993
# as 9007199254740992.0: another order. With `double` in front of `long`, both are right.
#
# Fails if that changes. Needs Python 3.11 or newer with venv, and PyPI.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check avro==1.12.2
"$folder/venv/bin/python" - <<'PYTHON'
import io
import json

import avro.io
import avro.schema


def read_again(union, value):
    schema = avro.schema.parse(json.dumps(union))
    out = io.BytesIO()
    avro.io.DatumWriter(schema).write(value, avro.io.BinaryEncoder(out))
    return avro.io.DatumReader(schema).read(avro.io.BinaryDecoder(io.BytesIO(out.getvalue())))


number = 2**53 + 1
seen = [read_again(["null", "boolean", "long", "double"], value) for value in (True, number)]
turned = [read_again(["null", "double", "long"], number), read_again(["null", "double", "boolean"], True)]
print(f"double last: {seen}; double first: {turned}")
assert [repr(each) for each in seen] == ["1.0", "9007199254740992.0"], seen
assert [repr(each) for each in turned] == ["9007199254740993", "True"], turned
PYTHON
