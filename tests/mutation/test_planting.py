"""A fault is planted into the functions that live already; what has run at import cannot be changed so."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.mutation.planting import can_be_planted, changed, live_functions, plant, renewed

CODE = """
from functools import cache

LIMIT = 3

@cache
def over(count):
    return any(each > LIMIT for each in range(count + 1))

class Limit:
    most = 5

    def over(self, count):
        return count > self.most
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    (tmp_path / "planted_here.py").write_text(CODE)
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("planted_here")
    del sys.modules["planted_here"]


def path_of(module: ModuleType) -> Path:
    return Path(str(module.__file__))


@pytest.mark.parametrize(
    ("was", "now"), [("count > self.most", "count >= self.most"), ("any(each > LIMIT", "any(each >= LIMIT")]
)
def test_who_holds_the_function_already_runs_its_new_code(module: ModuleType, was: str, now: str) -> None:
    held = module.Limit().over, module.over
    codes = changed(path_of(module), CODE, CODE.replace(was, now))

    assert codes
    plant(live_functions(), codes)

    assert [held[0](5), held[1](3)] == ["self.most" in now, "LIMIT" in now]


@pytest.mark.parametrize(
    ("was", "now"),
    [("LIMIT = 3", "LIMIT = 4"), ("most = 5", "most = 6"), ("@cache\n", ""), ("LIMIT = 3", "LIMIT = 3.0")],
)
def test_what_runs_at_import_has_to_be_imported_anew(module: ModuleType, was: str, now: str) -> None:
    assert changed(path_of(module), CODE, CODE.replace(was, now)) is None


def test_nothing_else_is_changed(module: ModuleType) -> None:
    codes = changed(path_of(module), CODE, CODE.replace("count > self", "count < self")) or {}

    assert {name for _, name, _ in codes} == {"Limit.over"}
    assert changed(path_of(module), CODE, CODE) == {}


def test_two_functions_of_one_name_and_line_are_imported_anew() -> None:
    code = "both = (lambda count: count + 1, lambda count: count + 2)\n"

    assert changed(Path("both.py"), code, code.replace("+ 2", "- 2")) is None
    assert renewed({Path("both.py"): code}) == {}


def test_code_that_is_compiled_once_more_does_the_same(module: ModuleType) -> None:
    """A control: if a test sees that, the tests say nothing of mutants."""
    codes = renewed({path_of(module): CODE})
    was = module.Limit.over.__code__
    plant(live_functions(), codes)

    assert {name for _, name, _ in codes} == {"over", "over.<locals>.<genexpr>", "Limit.over"}
    assert module.Limit.over.__code__ is not was
    assert [module.Limit().over(5), module.over(3), module.over(4)] == [False, False, True]


def test_what_nobody_holds_or_takes_more_of_the_function_around_it_cannot_be_planted(module: ModuleType) -> None:
    was = "    def inner(count):\n        return count\n"
    source = f"def outer(limit, most):\n    limit, most\n{was}    return inner\n"
    codes = changed(path_of(module), source, source.replace("return count", "return count, limit")) or {}
    assert not can_be_planted(live_functions(), codes)

    held: dict[str, Any] = {}
    exec(compile(source, str(path_of(module)), "exec"), held)  # noqa: S102 - a module of the test's own
    kept = held["outer"](1, 2)
    assert not can_be_planted(live_functions(), codes), kept
    one_less = changed(path_of(module), source, source.replace("return count", "return -count")) or {}
    assert can_be_planted(live_functions(), one_less)


def test_a_process_of_its_own_knows_the_operators_that_are_ours() -> None:
    asked = "from cosmic_ray.plugins import get_operator as ask; ask('statements/RemoveStatement')"
    subprocess.run([sys.executable, "-c", f"import tests.mutation.planting; {asked}"], check=True)
