#!/usr/bin/env bash
# jmespath-community 1.1.3 (PyPI) beside jmespath 1.1.0, which botocore imports; and its arithmetic.
#
# Expected: two packages of different names can be installed together, and `*` and `/` bind alike, from the left.
# Seen: both are the module `jmespath`. The one that is installed last overwrites the other's files, pip says nothing, and
# `pip check` finds nothing. `8 / 4 * 2` is 1, as `*` binds closer than `/`; with the other sign of its grammar, `×`, it
# is 4. A decimal is no number for its functions, so that `sum` refuses it, while `+` takes it.
#
# Fails if that changes. Needs Python 3.11 or newer with venv, and PyPI.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
pip() { "$folder/venv/bin/pip" --disable-pip-version-check "$@"; }
pip install --quiet jmespath==1.1.0
pip install --quiet jmespath-community==1.1.3
pip check
"$folder/venv/bin/python" - <<'PYTHON'
from decimal import Decimal
from importlib.metadata import files

import jmespath


def result(expression, value=None):
    try:
        return jmespath.search(expression, value)
    except Exception as error:
        return type(error).__name__


both = {str(each) for each in files("jmespath")} & {str(each) for each in files("jmespath-community")}
star, cross = result("`8` / `4` * `2`"), result("`8` / `4` \u00d7 `2`")
amounts = {"amounts": [Decimal("0.10"), Decimal("0.20")]}
summed, added = result("sum(amounts)", amounts), result("amounts[0] + amounts[1]", amounts)
print(f"files of both: {len(both)}; jmespath {jmespath.__version__}; * {star}, \u00d7 {cross}; sum {summed}, + {added}")
assert "jmespath/parser.py" in both, both
assert jmespath.__version__ != "1.1.0", jmespath.__version__
assert (star, cross) == (1, 4), (star, cross)
assert (summed, added) == ("JMESPathTypeError", Decimal("0.30")), (summed, added)
PYTHON
