"""A sample is drawn once for a seed, and is nearly the same after the code has moved."""

from __future__ import annotations

from pathlib import Path

import pytest
from cosmic_ray.work_item import WorkItem

from tests.mutation.mutants import mutants

CODE = """
class Limit:
    def over(self, count: int) -> bool:
        return count > 3

def total(one: int, other: int) -> int:
    return one + other
"""


@pytest.fixture
def module(tmp_path: Path) -> Path:
    """A project of one module in `delivery`."""
    module = tmp_path / "consumer" / "delivery" / "limit.py"
    module.parent.mkdir(parents=True)
    module.write_text(CODE)
    return module


def drawn(module: Path, seed: int = 0) -> list[WorkItem]:
    return mutants(module.parents[2], "delivery", seed)


def places(items: list[WorkItem]) -> list[tuple[str | None, str]]:
    return [(item.mutations[0].definition_name, item.mutations[0].operator_name) for item in items]


def test_each_mutant_has_the_function_it_is_in(module: Path) -> None:
    found = set(places(drawn(module)))

    assert ("Limit.over", "core/ReplaceComparisonOperator_Gt_GtE") in found
    assert ("total", "core/ReplaceBinaryOperator_Add_Sub") in found
    assert ("total", "statements/RemoveStatement") in found


def test_a_seed_draws_the_same_sample_again_and_another_another(module: Path) -> None:
    assert drawn(module) == drawn(module)
    assert places(drawn(module, 1)) != places(drawn(module))
    assert sorted(item.job_id for item in drawn(module, 1)) == sorted(item.job_id for item in drawn(module))


def test_what_is_written_elsewhere_in_the_module_leaves_a_functions_mutants_in_their_places(module: Path) -> None:
    """Their results are of the module before: they are tried again."""
    before = drawn(module)
    module.write_text(f"def other() -> None:\n    print()\n{CODE}")
    after = drawn(module)

    assert [place for place in places(after) if place[0] != "other"] == places(before)
    assert not {item.job_id for item in after} & {item.job_id for item in before}
