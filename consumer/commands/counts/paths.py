"""What an expression looks at, if it makes nothing of it."""

from __future__ import annotations

from typing import Final

from consumer.config.expression_syntax import Node, walked
from consumer.mapping.paths import compile_path

_COMPUTES: Final = frozenset(("arithmetic", "arithmetic_unary", "comparator", "literal"))


def looked_at(expression: str) -> str:
    """The name of the field whose value it is; empty where it computes."""
    parts = list(walked(compile_path(expression).tree))
    names = [part["value"] for part in parts if part["type"] == "field"]
    return names[-1] if names and not any(part["type"] in _COMPUTES for part in parts) else ""


def dotted(expression: str) -> tuple[str, ...]:
    """The names of a plain dotted path; none of any other expression."""
    return _names(compile_path(expression).tree)


def _names(tree: Node) -> tuple[str, ...]:
    if tree["type"] == "field":
        return (tree["value"],)
    if tree["type"] != "subexpression":
        return ()
    parts = [_names(child) for child in tree["children"]]
    return tuple(name for part in parts for name in part) if all(parts) else ()
