"""Which faults are planted: Cosmic Ray's operators, one of each sort, and a statement that is left out.

Of the ways to replace an operator those are taken that people get wrong: the boundary, the direction, the sign. Type
hints and the arguments of decorators stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cosmic_ray import plugins
from cosmic_ray.operators.operator import Example, Operator
from cosmic_ray.work_item import MutationSpec
from parso.python.tree import Keyword

_SWAPS = {
    "Comparison": "Eq_NotEq NotEq_Eq Is_IsNot IsNot_Is Lt_LtE LtE_Lt Gt_GtE GtE_Gt Lt_GtE GtE_Lt Gt_LtE LtE_Gt",
    "Binary": (
        "Add_Sub Sub_Add Mul_Div Div_Mul FloorDiv_Mul Mod_Mul BitOr_BitAnd BitAnd_BitOr LShift_RShift RShift_LShift"
    ),
    "Unary": "Delete_Not Delete_USub",
}
OPERATORS = (
    *(f"core/Replace{kind}Operator_{swap}" for kind, swaps in _SWAPS.items() for swap in swaps.split()),
    "core/AddNot",
    "core/ExceptionReplacer",
    "core/NumberReplacer",
    "core/RemoveDecorator",
    "core/ReplaceAndWithOr",
    "core/ReplaceOrWithAnd",
    "core/ReplaceBreakWithContinue",
    "core/ReplaceContinueWithBreak",
    "core/ReplaceFalseWithTrue",
    "core/ReplaceTrueWithFalse",
    "core/ZeroIterationForLoop",
    "statements/RemoveStatement",
)

_LEFT_OUT = {"return_stmt", "raise_stmt", "del_stmt", "yield_expr", "atom_expr"}
_BARE = {"return", "raise"}
_STARRED = {"parameters", "param", "argument", "arglist", "star_expr"}
_HINTS = {"tfpdef": 2, "annassign": 1}


class RemoveStatement:
    """Leaves out a call, a change of an attribute or an element, a `return`, a `raise`, a `del`.

    A statement that gives a name its value stays: without it nothing runs, which every test sees.
    """

    def mutation_positions(self, node: Any) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
        """Where the statement stands that can be left out, if the node is one."""
        if node.parent is None or node.parent.type != "simple_stmt":
            return
        if _has_an_effect(node) and not _is_the_end(node):
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, _index: int) -> Keyword:
        """What stands there in its place."""
        return Keyword("pass", node.start_pos, prefix=node.get_first_leaf().prefix)

    @classmethod
    def arguments(cls) -> tuple[()]:
        return ()

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example("g(1)\n", "pass\n"),
            Example("self.x = 1\n", "pass\n"),
            Example("x[1] += 1\n", "pass\n"),
            Example("n -= 1\n", "pass\n"),
            Example("if x: return\n", "if x: pass\n"),
            Example("raise x\n", "pass\n"),
        )


def _has_an_effect(node: Any) -> bool:
    if node.type == "expr_stmt":
        target, sign = node.children[:2]
        return bool(target.type == "atom_expr" or (sign.type == "operator" and sign.value != "="))
    return node.type in _LEFT_OUT or (node.type == "keyword" and node.value in _BARE)


def _is_the_end(node: Any) -> bool:
    """Whether the function would end here without a value as well."""
    line, suite = node.parent, node.parent.parent
    last = suite.type == "suite" and suite.parent.type == "funcdef" and suite.children[-1] is line
    return bool(last and node.get_code().split() in (["return"], ["return", "None"]))


def is_run(node: Any) -> bool:
    """Whether the node runs: no part of a type hint, nothing that a decorator is given, no star before arguments."""
    if node.type == "operator" and node.parent.type in _STARRED:
        return False
    while (parent := node.parent) is not None:
        place = _HINTS.get(parent.type)
        hint = node is parent.children[place] if place else parent.type == "funcdef" and node is parent.annotation
        if hint or parent.type == "decorator":
            return False
        node = parent
    return True


def operator_of(mutation: MutationSpec) -> Operator:
    """What plants the fault."""
    return plugins.get_operator(mutation.operator_name)(**mutation.operator_args)


plugins.OPERATOR_PROVIDERS["statements"] = {"RemoveStatement": RemoveStatement}
