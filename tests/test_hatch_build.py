"""The modules that the image has as machine code: which they are, and that machine code does the same."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hatch_build import chosen
from tests.support.pages import ROOT

COMPILER = os.environ.get("CC", "cc")
SEEDS = 12
_PATIENCE_SECONDS = 1200
_COMPILE = """\
import sys
from pathlib import Path
from hatch_build import chosen, compiled
modules = chosen(Path(), ["consumer/delivery/*.py"], ["consumer/delivery/failures.py"])
compiled(modules, Path(sys.argv[1]), "0")
"""
_TRANSLATE = """\
import sys, tomllib
from pathlib import Path
from hatch_build import chosen, translated
wheel = tomllib.loads(Path("pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
table = wheel["hooks"]["custom"]
print(len(translated(chosen(Path(), table["modules"], table["except"]), Path(sys.argv[1]))), "extensions")
"""
_TELL = f"""\
import sys
import traceback
from consumer.compiled import is_compiled
from consumer.delivery.engine import Engine
from consumer.records import Answer
from tests.delivery.test_gates import POLICY
from tests.simulation.quiet import silenced
from tests.simulation.seeds import run_seed
silenced()
for seed in range({SEEDS}):
    told = run_seed(seed, tell=True)
    print("seed", seed, told.times_accepted, sorted(map(str, told.dead)), told.slowest_consent, told.duplicates)
try:
    Engine(POLICY).answered(7, Answer(202), 0.0)
except KeyError as unknown:
    for each in traceback.extract_tb(unknown.__traceback__)[1:]:
        print(each.filename.rpartition("consumer/")[2], each.lineno, each.name, each.line)
print("compiled" if is_compiled() else "interpreted", file=sys.stderr)
"""


def run(script: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A script of Python in this working directory, from which it imports."""
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=_PATIENCE_SECONDS)


@pytest.mark.slow
@pytest.mark.timeout(3 * _PATIENCE_SECONDS)
@pytest.mark.skipif(shutil.which(COMPILER) is None, reason="no C compiler: install gcc, or name one with CC")
def test_machine_code_tells_the_same_story_of_each_seed_and_of_an_unexpected_error(tmp_path: Path) -> None:
    """Delivery, compiled in haste, through faults and load: what is accepted, in which order, and what never is.

    And its tracebacks say where, with the line of the source.
    """
    shutil.copytree(ROOT / "consumer", tmp_path / "consumer")
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    made = run(_COMPILE, ROOT, str(tmp_path))
    assert made.returncode == 0, made.stdout + made.stderr

    interpreted, compiled = run(_TELL, ROOT), run(_TELL, tmp_path)

    assert (interpreted.stderr, compiled.stderr) == ("interpreted\n", "compiled\n")
    assert len(interpreted.stdout) > 1000 * SEEDS
    assert compiled.stdout == interpreted.stdout
    assert "delivery/outbox.py" in compiled.stdout
    assert "task = self._gone.pop(ticket)" in compiled.stdout


@pytest.mark.slow
@pytest.mark.timeout(2 * _PATIENCE_SECONDS)
def test_all_that_the_image_has_as_machine_code_can_be_made(tmp_path: Path) -> None:
    """As far as C, which takes no compiler: what mypyc does not take would end the image's build."""
    made = run(_TRANSLATE, ROOT, str(tmp_path))

    assert made.returncode == 0, made.stdout + made.stderr
    count = re.search(r"^(\d+) extensions$", made.stdout, re.MULTILINE)
    assert count is not None
    assert int(count[1]) > 90


def test_what_is_named_and_not_left_out_is_chosen(tmp_path: Path) -> None:
    for name in ("__init__.py", "a.py", "b.py"):
        (tmp_path / name).touch()

    assert chosen(tmp_path, ["*.py"], ["b.py"]) == ["a.py"]


@pytest.mark.parametrize(
    ("patterns", "but", "told"),
    [
        (["c.py"], [], "pyproject.toml: no module to compile is named c.py"),
        (["a.py"], ["b.py"], "pyproject.toml: b.py is left out, and named by no pattern"),
    ],
)
def test_a_module_that_has_another_name_by_now_ends_the_build(
    tmp_path: Path, patterns: list[str], but: list[str], told: str
) -> None:
    """It would be interpreted in the image, and nobody would see that."""
    (tmp_path / "a.py").touch()

    with pytest.raises(FileNotFoundError) as refused:
        chosen(tmp_path, patterns, but)
    assert str(refused.value) == told
