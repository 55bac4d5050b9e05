"""The commands that the pages name for whoever works on the service can be made."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from tests.support.pages import ROOT, documentation, page

TARGETS = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_the_targets_that_are_named_are_there() -> None:
    named = {target for each in documentation() for target in re.findall(r"`make ([a-z0-9-]+)", each.text)}
    assert {"demo", "test", "simulate", "chaos"} <= named <= TARGETS


def test_the_table_has_each_target_that_measures_or_tests() -> None:
    documented = {
        command.strip("`").removeprefix("make ") for command, _ in page("docs/development.md").rows("command")
    }
    assert documented == TARGETS - {"help", "browser", "lint", "style", "types", "clean"}


def test_make_leaves_an_environment_alone_that_it_has_not_made(tmp_path: Path) -> None:
    """Somebody has installed something there."""
    for name in ("Makefile", "requirements-dev.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    kept = tmp_path / ".venv" / "kept"
    kept.parent.mkdir()
    kept.touch()
    done = subprocess.run(["make", ".venv/.ready"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert ".venv is not of make's making and stays as it is" in done.stdout
    assert kept.exists()
