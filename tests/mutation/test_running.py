"""A mutant is tried in a copy: dead as soon as a test of its folder fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutation.mutants import mutants
from tests.mutation.running import commands, failing, tried


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one function, whose test knows one side of its limit."""
    files = {
        "consumer/__init__.py": "",
        "consumer/delivery/__init__.py": "",
        "consumer/delivery/limit.py": "def over(count: int) -> bool:\n    return count > 3\n",
        "tests/__init__.py": "",
        "tests/delivery/__init__.py": "",
        "tests/delivery/test_limit.py": (
            "from consumer.delivery.limit import over\n\n\ndef test_over() -> None:\n    assert over(9)\n"
        ),
        "pytest.ini": "[pytest]\nmarkers =\n    kafka\n    browser\n    ratio\n    slow\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_mutant_that_a_test_sees_is_dead_and_the_code_is_as_before(project: Path) -> None:
    code = (project / "consumer/delivery/limit.py").read_text()
    planted = {item.mutations[0].operator_name: item for item in mutants(project, "delivery", 0)}

    assert tried(planted["core/ReplaceComparisonOperator_Gt_LtE"]).is_killed
    assert not tried(planted["core/ReplaceComparisonOperator_Gt_GtE"]).is_killed
    assert (project / "consumer/delivery/limit.py").read_text() == code


def test_tests_that_fail_with_nothing_planted_say_nothing_of_mutants(project: Path) -> None:
    assert failing("delivery") == ""

    (project / "consumer/delivery/limit.py").write_text("")
    assert "cannot import name 'over'" in failing("delivery")


def test_the_tests_that_mirror_a_module_go_first() -> None:
    (fast,) = commands(Path("consumer/delivery/lanes.py"))

    assert fast.endswith("tests/delivery/test_lanes.py tests/delivery")
    assert (Path(__file__).parents[2] / "tests/delivery/test_lanes.py").exists()


def test_what_needs_a_broker_goes_last() -> None:
    fast, embedded = commands(Path("consumer/kafka/source.py"))

    assert "not (ratio or kafka" in fast
    assert "'kafka and not" in embedded
