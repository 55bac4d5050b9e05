"""What is built once a machine, into the user's cache: the control plane, its operators, and the image's contents."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.support.fetching import cache, one_at_a_time
from tests.support.pages import ROOT

RECIPE: Final = Path(__file__).with_name("recipe")
CONTROL_PLANE: Final = "controlplane"
OPERATORS: Final = ("keda", "promoperator")
PROGRAMS: Final = {
    CONTROL_PLANE: ("controlplane",),
    "keda": ("keda-operator", "keda-adapter", "keda-webhooks"),
    "promoperator": ("promoperator-operator", "promoperator-admission-webhook"),
}
"""By part, what `build.sh` makes of it."""


def home() -> Path:
    """Where it is all kept, outside of the checkout."""
    return cache() / "k8s"


def unavailable() -> str:
    """Why the control plane cannot run here; empty: it can."""
    if os.getuid() != 0:
        return "pods are given namespaces of their own: that takes root"
    if missing := [each for each in ("openssl", "unshare", "curl") if shutil.which(each) is None]:
        return f"these programs are missing: {', '.join(missing)}"
    if shutil.which("go") is None and not _built(CONTROL_PLANE):
        return "the control plane is built with Go: install Go 1.26 or newer"
    return ""


def build(parts: Sequence[str]) -> None:
    """Builds what is missing of them, with what is free of the machine.

    Raises:
        subprocess.CalledProcessError: the build has failed; it has said why.
    """
    with one_at_a_time(home()):
        if missing := [part for part in parts if not _built(part)]:
            print(f"building {', '.join(missing)} (once; up to half an hour with cold caches)", flush=True)  # noqa: T201
            subprocess.run([RECIPE / "build.sh", home(), *missing], env={**os.environ, "NICE": "15"}, check=True)


def image() -> Path:
    """An environment with what the Dockerfile puts into the image: the locked packages, and the checkout's program.

    Raises:
        subprocess.CalledProcessError: pip has failed.
    """
    lock = (ROOT / "requirements.lock").read_bytes() + sys.version.encode()
    folder = home() / f"image-{hashlib.sha256(lock).hexdigest()[:12]}"
    with one_at_a_time(home()):
        if not (folder / ".whole").exists():
            venv.create(folder, clear=True, with_pip=True)
            _pip(folder / "bin" / "python3", "install", "--require-hashes", "-r", str(ROOT / "requirements.lock"))
            (folder / ".whole").touch()
        wheels = home() / "wheels"
        shutil.rmtree(wheels, ignore_errors=True)
        offline = ("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(wheels), str(ROOT))
        _pip(Path(sys.executable), *offline)
        (wheel,) = wheels.glob("*.whl")
        _pip(folder / "bin" / "python3", "install", "--no-deps", "--force-reinstall", str(wheel))
        subprocess.run([folder / "bin" / "python3", "-m", "compileall", "-q", folder / "lib"], check=True)
    return folder


def _built(part: str) -> bool:
    return all((home() / "bin" / name).is_file() for name in PROGRAMS[part])


def _pip(python: Path, *arguments: str) -> None:
    subprocess.run([python, "-m", "pip", *arguments, "--quiet", "--disable-pip-version-check"], check=True)
