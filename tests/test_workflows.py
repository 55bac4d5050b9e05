"""What CI and a release do, as far as it can be said and run without them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / ".github" / "workflows").glob("*.yaml"))
JOBS: dict[str, dict[str, dict[str, Any]]] = {file.stem: yaml.safe_load(file.read_text())["jobs"] for file in FILES}
EVERY = [(name, job) for jobs in JOBS.values() for name, job in jobs.items()]
READ, PUSH = {"contents": "read"}, {"contents": "read", "packages": "write"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def commands(job: dict[str, Any]) -> str:
    """All that the job's steps say to a shell."""
    return "\n".join(step.get("run", "") for step in job["steps"])


def ran(job: str, containing: str, folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run one step of the release as its runner would."""
    (script,) = [step["run"] for step in JOBS["release"][job]["steps"] if containing in step.get("run", "")]
    given = {"PATH": os.environ["PATH"], "GITHUB_OUTPUT": str(folder / "output"), **environ}
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script], cwd=ROOT, env=given, capture_output=True, text=True, check=False
    )


def test_the_linter_finds_nothing() -> None:
    """Zizmor: mistakes in the syntax, permissions, credentials left behind, words of others in a shell."""
    zizmor = shutil.which("zizmor", path=str(Path(sys.executable).parent)) or shutil.which("zizmor")
    if zizmor is None:
        pytest.skip("zizmor is not installed: `pip install zizmor`")

    command = [zizmor, "--offline", "--quiet", "--no-progress", str(ROOT / ".github")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_action_is_held_to_a_commit(file: Path) -> None:
    """A tag can be moved to other code; the version beside it is for people and for dependabot."""
    used = re.findall(r"uses: (.+)", file.read_text())

    assert used
    assert [each for each in used if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", each)] == []


@pytest.mark.parametrize(("name", "job"), EVERY, ids=[name for name, _ in EVERY])
def test_a_job_that_hangs_is_ended(name: str, job: dict[str, Any]) -> None:
    assert 0 < job["timeout-minutes"] <= 90, name


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_job_may_read_the_source_and_only_what_pushes_may_write(file: Path) -> None:
    """What pushes logs in first."""
    whole = yaml.safe_load(file.read_text())
    allowed = {name: job.get("permissions", whole["permissions"]) for name, job in whole["jobs"].items()}

    assert allowed == {name: PUSH if "secrets." in str(job) else READ for name, job in whole["jobs"].items()}


def test_every_python_that_is_promised_is_tested() -> None:
    """From the oldest that may be installed to the newest that there is."""
    versions = JOBS["ci"]["test"]["strategy"]["matrix"]["python-version"]

    assert PROJECT["requires-python"] == f">={versions[0]}"
    assert versions == ["3.11", "3.12", "3.13", "3.14"]


def test_what_is_run_at_night_can_be_made() -> None:
    """The long simulation and chaos run, the ratios that a busy machine would spoil, and machine code."""
    targets = JOBS["ci"]["nightly"]["strategy"]["matrix"]["target"]
    makefile = (ROOT / "Makefile").read_text()

    assert {"simulate", "chaos", "bench-ratios", "test-compiled"} == set(targets)
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)
    assert "schedule" in JOBS["ci"]["nightly"]["if"]


def test_only_a_tag_of_the_sources_own_version_is_released(tmp_path: Path) -> None:
    def checked(tag: str) -> int:
        return ran("version", "pyproject.toml", tmp_path, GITHUB_REF_NAME=tag).returncode

    assert checked(f"v{PROJECT['version']}") == 0
    assert checked("v99.0.0") == 1
    assert checked(f"v{PROJECT['version']}0") == 1
    assert checked("version") == 1


def test_a_repository_with_capitals_has_an_image_all_the_same(tmp_path: Path) -> None:
    done = ran(
        "version",
        "GITHUB_OUTPUT",
        tmp_path,
        GITHUB_REF_NAME="v1.2.3",
        GITHUB_REPOSITORY="Shop/Events",
        REGISTRY="r.io",
    )
    named = dict(line.split("=", 1) for line in (tmp_path / "output").read_text().splitlines())

    assert done.returncode == 0, done.stderr
    assert (named["version"], named["repository"]) == ("1.2.3", "r.io/shop/events")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", named["created"])


def test_nothing_is_released_untested_and_no_chart_without_its_image() -> None:
    jobs = JOBS["release"]

    assert ".ci/run" in commands(jobs["test"])
    assert set(jobs["image"]["needs"]) == {"version", "test"}
    assert set(jobs["chart"]["needs"]) == {"version", "image"}


def test_an_image_is_released_with_its_bill_of_materials() -> None:
    (build,) = [step["with"] for step in JOBS["release"]["image"]["steps"] if step.get("id") == "build"]
    stated = {line.partition("=")[0] for line in build["build-args"].splitlines()}
    known = re.findall(r"^ARG (\w+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)

    assert (build["push"], build["sbom"], build["provenance"]) == (True, True, "mode=max")
    assert stated == {"BASE_DIGEST", "REVISION", "CREATED"}
    assert stated <= set(known)


def test_a_chart_is_released_as_an_artefact_that_names_that_image() -> None:
    """By its digest: a tag that is moved later changes nothing that is installed."""
    said = commands(JOBS["release"]["chart"])
    values = yaml.safe_load((ROOT / "helm/bluecore-consumer/values.yaml").read_text())

    assert re.search(r"helm package helm/bluecore-consumer .*--app-version", said)
    assert re.search(r"helm push .* \"oci://\$REPOSITORY/charts\"", said)
    assert set(re.findall(r"\.image\.(\w+) =", said)) == {"repository", "digest"} <= set(values["image"])


def test_the_image_stands_on_the_base_that_its_tag_meant_when_it_was_built(tmp_path: Path) -> None:
    """A stand-in for docker tells the digest of whatever image it is asked for."""
    docker = tmp_path / "docker"
    docker.write_text('#!/bin/sh\necho "$*" >"$0.asked"\necho "sha256:0a1b"\n')
    docker.chmod(0o755)

    done = ran("image", "imagetools inspect", tmp_path, PATH=f"{tmp_path}:{os.environ['PATH']}")

    assert done.returncode == 0, done.stderr
    assert "docker.io/library/python:3.14-slim-bookworm" in (tmp_path / "docker.asked").read_text()
    assert (tmp_path / "output").read_text() == "digest=sha256:0a1b\n"
    (build,) = [step for step in JOBS["release"]["image"]["steps"] if step.get("id") == "build"]
    assert "BASE_DIGEST=${{ steps.base.outputs.digest }}" in build["with"]["build-args"]


def test_a_base_without_a_digest_is_not_built_on(tmp_path: Path) -> None:
    docker = tmp_path / "docker"
    docker.write_text("#!/bin/sh\necho none\n")
    docker.chmod(0o755)
    assert ran("image", "imagetools inspect", tmp_path, PATH=f"{tmp_path}:{os.environ['PATH']}").returncode == 1
