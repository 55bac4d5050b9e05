"""Which fields of a record are looked at: the others need not be decoded."""

from __future__ import annotations

from collections.abc import Iterable

from consumer.config.expression_syntax import Node

Names = frozenset[str] | None
"""Names of a record's fields, at its top; None: any of them."""

_OF_THE_FIRST = frozenset(
    ("subexpression", "pipe", "index_expression", "projection", "value_projection", "filter_projection", "flatten")
)
"""What applies their others to what the first of their parts has found."""
_OF_ALL = frozenset(
    (
        "comparator",
        "and_expression",
        "or_expression",
        "not_expression",
        "multi_select_list",
        "multi_select_dict",
        "key_val_pair",
        "function_expression",
        "arithmetic",
        "arithmetic_unary",
        "let_expression",
        "assign",
    )
)
_OF_NONE = frozenset(("literal", "expref", "surroundings", "variable_ref"))


def names_in(tree: Node) -> Names:
    """The names that an expression looks up in a record; None where it takes the record as a whole."""
    kind, children = tree["type"], tree["children"]
    if kind == "field":
        return frozenset((tree["value"],))
    if kind in _OF_NONE:
        return frozenset()
    if kind in _OF_THE_FIRST:
        return names_in(children[0])
    return union(map(names_in, children)) if kind in _OF_ALL else None


def union(each: Iterable[Names]) -> Names:
    """All of them."""
    found: frozenset[str] = frozenset()
    for names in each:
        if names is None:
            return None
        found |= names
    return found
