"""The faults that are planted beside Cosmic Ray's own: statements that are left out."""

from __future__ import annotations

import pytest
from cosmic_ray import plugins
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Example

from tests.mutation.operators import OPERATORS, RemoveStatement, is_run


def test_each_operator_is_known_to_cosmic_ray() -> None:
    for name in OPERATORS:
        assert plugins.get_operator(name)()


@pytest.mark.parametrize("example", RemoveStatement.examples(), ids=lambda example: example.pre_mutation_code.strip())
def test_a_statement_with_an_effect_is_left_out(example: Example) -> None:
    assert mutate_code(example.pre_mutation_code, RemoveStatement(), 0) == example.post_mutation_code


@pytest.mark.parametrize(
    "statement", ['"""What a docstring says."""', "x = f(1)", "x: int = 1", "...", "pass", "import x"]
)
def test_what_would_say_nothing_is_left_alone(statement: str) -> None:
    """A local name without a value ends every test at once, and a docstring or the end of a function none."""
    assert mutate_code(f"def f():\n    {statement}\n", RemoveStatement(), 0) is None


def test_type_hints_and_what_a_decorator_is_given_are_not_run() -> None:
    code = "@dataclass(frozen=1)\nclass A:\n    x: 2 = 3\n    def f(self, a: 4 = 5) -> 6:\n        return 7\n"

    numbers = [node for node in ast_nodes(get_ast(code)) if node.type == "number"]

    assert [node.value for node in numbers if is_run(node)] == ["3", "5", "7"]


def test_the_star_before_named_arguments_is_no_product() -> None:
    code = "def f(a, *, b, **c):\n    return a * b * g(*a, **c)\n"

    stars = [node for node in ast_nodes(get_ast(code)) if node.type == "operator" and node.value == "*"]

    assert [is_run(node) for node in stars] == [False, True, True, False]
