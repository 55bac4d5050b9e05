"""A mutant is dead as soon as a test of its folder fails, wherever its fault lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutation.apart import TestsFailError, results
from tests.mutation.mutants import mutants
from tests.mutation.report import survivor_of
from tests.mutation.running import Work, which_tests

FILES = {
    "consumer/__init__.py": "",
    "consumer/delivery/__init__.py": "",
    "consumer/delivery/limit.py": (
        "LIMIT = 3\n\n\ndef over(count: int) -> bool:\n    return count > LIMIT\n\n\n"
        "def last(count: int) -> int:\n    while count > 0:\n        count -= 1\n    return count\n\n\n"
        "def unused(count: int) -> bool:\n    return count == LIMIT\n"
    ),
    "tests/delivery/test_limit.py": (
        "from consumer.delivery.limit import last, over\n\n\n"
        "def test_over() -> None:\n    assert over(4)\n\n\ndef test_last() -> None:\n    assert last(3) == 0\n"
    ),
    "pytest.ini": "[pytest]\npythonpath = .\nmarkers =\n    kafka\n    browser\n    ratio\n    slow\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of one module, whose tests know one side of its limit."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def become(project: Path, *operators: str) -> dict[str, bool]:
    """Of the mutants of these operators, by what stands in the changed line: whether a test has seen it."""
    return {now: killer != "" for now, killer in killers(project, *operators).items()}


def killers(project: Path, *operators: str) -> dict[str, str]:
    """By what stands in the changed line: the test that has seen it, empty where none has."""
    found = {item.job_id: item for item in mutants(project, "delivery", 0)}
    chosen = tuple(item for item in found.values() if item.mutations[0].operator_name.partition("/")[2] in operators)
    temporary = project / ".temporary"
    temporary.mkdir()
    work = Work(project, "delivery", chosen, which_tests("delivery"), 2, temporary)
    return {
        survivor_of(found[name], result).change.now: str(result.output).partition("\n")[0] if result.is_killed else ""
        for name, result in results(work)
    }


def test_a_mutant_that_a_test_sees_is_dead_and_the_code_is_as_before(project: Path) -> None:
    assert become(project, "ReplaceComparisonOperator_Gt_LtE", "ReplaceComparisonOperator_Gt_GtE") == {
        "return count <= LIMIT": True,
        "return count >= LIMIT": False,
        "while count <= 0:": True,
        "while count >= 0:": True,
    }
    assert (project / "consumer/delivery/limit.py").read_text() == FILES["consumer/delivery/limit.py"]


def test_the_test_that_saw_it_is_named_and_where_none_comes_there_it_is_alive(project: Path) -> None:
    found = killers(project, "ReplaceComparisonOperator_Gt_LtE", "ReplaceComparisonOperator_Eq_NotEq")

    assert found == {
        "return count <= LIMIT": "tests/delivery/test_limit.py::test_over",
        "while count <= 0:": "tests/delivery/test_limit.py::test_last",
        "return count != LIMIT": "",
    }


def test_a_test_that_chance_decides_is_no_control(project: Path) -> None:
    """It passes once with nothing planted, and then no more: what it says of a mutant means nothing."""
    (project / "tests/delivery/test_chance.py").write_text(
        "from pathlib import Path\n\n\n"
        "def test_once() -> None:\n    Path(__file__).with_name('once').touch(exist_ok=False)\n"
    )

    with pytest.raises(TestsFailError, match=r"a fault that changes nothing:\n.*test_chance.py::test_once"):
        become(project, "ReplaceComparisonOperator_Eq_NotEq")


def test_a_process_that_cannot_go_on_says_why(project: Path) -> None:
    (project / "tests/delivery/conftest.py").write_text("def pytest_collection_modifyitems():\n    1 / 0\n")

    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        become(project, "RemoveStatement")


@pytest.mark.slow
def test_what_runs_at_import_is_imported_anew_and_what_does_not_end_is_dead(project: Path) -> None:
    found = killers(project, "NumberReplacer")

    assert found["LIMIT = 4"] == "tests/delivery/test_limit.py::test_over"
    assert found["LIMIT = 2"] == ""
    assert found["count -= 0"] == "it did not end; with nothing planted a quarter of the time was enough"
    assert (project / "consumer/delivery/limit.py").read_text() == FILES["consumer/delivery/limit.py"]


def test_tests_that_fail_with_nothing_planted_say_nothing_of_mutants(project: Path) -> None:
    (project / "tests/delivery/test_limit.py").write_text("def test_over() -> None:\n    assert not 'whole'\n")

    with pytest.raises(TestsFailError, match="assert not 'whole'"):
        become(project, "NumberReplacer")


def test_what_needs_a_broker_takes_part_in_the_folder_that_speaks_to_one() -> None:
    assert "not (ratio or kafka" in " ".join(which_tests("mapping"))
    assert "or kafka" not in " ".join(which_tests("kafka"))


def test_it_ends_when_the_time_is_over(project: Path) -> None:
    """What has no result by then is tried by the next run."""
    temporary = project / ".temporary"
    temporary.mkdir()
    work = Work(project, "delivery", tuple(mutants(project, "delivery", 0)), which_tests("delivery"), 2, temporary)
    assert list(results(work, seconds=0)) == []
