#!/usr/bin/env bash
# mypyc 2.4.1: a local variable that is stated to be a `float` cannot be read after a NamedTuple was unpacked into it
# whose field is an `int`.
#
# Expected: 3.5, as from Python: an int is a float to mypy, and `mypy --strict` finds nothing in it.
# Seen: TypeError, "int object expected; got float". The value becomes a float as it is assigned; mypy goes on knowing
# the variable as an int, and mypyc takes it for one as it is read. Where a plain tuple is unpacked, mypyc refuses to
# compile instead. State the field as a `float`.
#
# Fails if that changes. Needs Python 3.11 or newer and a C compiler.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check mypy==2.4.1 setuptools==84.2.1
cat >step.py <<'PYTHON'
from typing import NamedTuple


class Send(NamedTuple):
    name: str
    priority: int


def ahead(given: Send) -> float:
    priority: float
    _, priority = given
    return priority + 0.5
PYTHON
venv/bin/mypy --strict step.py
[ "$(venv/bin/python -c 'import step; print(step.ahead(step.Send("a", 3)))')" = 3.5 ]
venv/bin/mypyc step.py >mypyc.txt 2>&1 || { cat mypyc.txt >&2; exit 1; }
rm step.py
seen=$(venv/bin/python -c 'import step; print(step.ahead(step.Send("a", 3)))' 2>&1 | tail -1) || true
echo "$seen"
[ "$seen" = "TypeError: int object expected; got float" ]
