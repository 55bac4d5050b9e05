"""What an expression proves where it is true: `note != null && status == 'PAID'` is true of no null.

Rules: JMESPath's specification; a null is false, is equal to nothing else, is in no order, and fits no function
that asks for a type.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jmespath.functions import Functions

from consumer.config.expression_syntax import Node
from consumer.mapping.functions import LAZY, NULL_GIVES_NULL, OWN_FUNCTIONS


def proven_non_null(tree: Node) -> Iterator[Node]:
    """The paths, as syntax trees, that are not null where the expression is true."""
    kind, children = tree["type"], tree["children"]
    if kind == "and_expression":
        for child in children:
            yield from proven_non_null(child)
    elif kind == "comparator":
        yield from _compared(tree["value"], children)
    elif kind == "function_expression":
        yield from _arguments(tree)
    else:
        yield from _path(tree)


def _compared(operator: str, children: list[Node]) -> Iterator[Node]:
    for child in children:
        if child["type"] == "function_expression" and child["value"] not in NULL_GIVES_NULL:
            yield from _arguments(child)
    if operator not in {"eq", "ne"}:
        for child in children:
            yield from _path(child)
        return
    for one, other in (children, children[::-1]):
        if one["type"] == "literal" and (one["value"] is None) == (operator == "ne"):
            yield from _path(other)


def _arguments(call: Node) -> Iterator[Node]:
    """A call that is computed at all was given no null."""
    own = OWN_FUNCTIONS.get(call["value"])
    if own is not None and call["value"] != LAZY:
        # It is true, and of a null it is null.
        for child in call["children"]:
            yield from _path(child)
        return
    signature: Any = Functions.FUNCTION_TABLE.get(call["value"], {}).get("signature", ())
    for child, argument in zip(call["children"], signature, strict=False):
        if argument["types"]:
            yield from _path(child)


def _path(tree: Node) -> Iterator[Node]:
    """A dotted path, with all that it leads through."""
    if tree["type"] in {"field", "surroundings"}:
        yield tree
    elif tree["type"] == "subexpression" and all(
        child["type"] in {"field", "surroundings"} for child in tree["children"]
    ):
        children = tree["children"]
        yield children[0]
        for length in range(2, len(children) + 1):
            yield {"type": "subexpression", "children": children[:length]}
