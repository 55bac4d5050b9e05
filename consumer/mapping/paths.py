"""Paths into a record, compiled once: plain dotted ones to a chain of look-ups, the rest to JMESPath."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from jmespath.functions import Functions

from consumer.config.expression_syntax import Node, parse, walked
from consumer.mapping.expressions import compile_expression
from consumer.mapping.functions import OWN_FUNCTIONS
from consumer.mapping.shared import NOTHING_SHARED, Shared
from consumer.mapping.surroundings import RouteSurroundings

Get = Callable[[Any], Any]

FUNCTIONS: frozenset[str] = frozenset((*Functions.FUNCTION_TABLE, *OWN_FUNCTIONS))


@dataclass(frozen=True, slots=True)
class Path:
    """A compiled path.

    Attributes:
        expression: as it was written.
        get: finds its value in a record, None when there is none; raises InvalidValueError when an expression cannot
            be computed, such as the sum of texts.
        tree: its syntax tree, which the type checker walks.
        keys: of a plain dotted path, its keys; none of an expression, and of `@`.
    """

    expression: str
    get: Get
    tree: Node
    keys: tuple[str, ...] = ()


def compile_path(expression: str, shared: Shared = NOTHING_SHARED) -> Path:
    """The path of an expression that is already known to be one.

    Args:
        expression: as it was written.
        shared: what it can look at beside the record.
    """
    tree = parse(expression)
    keys = _keys(tree)
    if keys is not None:
        return Path(expression, _chain(keys), tree, keys)
    return Path(expression, _around(tree, shared.around) or compile_expression(tree, shared), tree)


def unknown_functions(tree: Node) -> Iterator[str]:
    """The functions that an expression calls and that there are not: JMESPath tells only when they are called."""
    for part in walked(tree):
        if part["type"] == "function_expression" and part["value"] not in FUNCTIONS:
            yield part["value"]


def is_true(found: Any) -> bool:
    """JMESPath's truth: null, false and what is empty are false; zero is true."""
    return found is not None and found is not False and found not in ("", [], {})


def _keys(tree: Node) -> tuple[str, ...] | None:
    """The keys of a plain dotted path, none for `@`; None when it is an expression."""
    if tree["type"] == "field":
        return (tree["value"],)
    if tree["type"] == "current":
        return ()
    if tree["type"] != "subexpression":
        return None
    keys: tuple[str, ...] = ()
    for child in tree["children"]:
        inner = _keys(child)
        if inner is None:
            return None
        keys += inner
    return keys


def _around(tree: Node, around: RouteSurroundings) -> Get | None:
    """What finds `_kafka.topic`, `_kafka.headers.x` and the like without the interpreter; None for all else."""
    first, *others = tree["children"] if tree["type"] == "subexpression" else (tree,)
    keys = [_keys(each) for each in others]
    if first["type"] != "surroundings" or None in keys:
        return None
    name, inner = first["value"], _chain(tuple(key for each in keys for key in each or ()))
    return lambda _record: inner(around.value(name))


def _chain(keys: tuple[str, ...]) -> Get:
    if len(keys) == 1:
        (key,) = keys
        return lambda value: value.get(key) if isinstance(value, dict) else None

    if len(keys) == 2:  # noqa: PLR2004 - most paths are this long, and a loop costs as much as both look-ups
        outer, inner = keys

        def get_inner(value: Any) -> Any:
            found = value.get(outer) if isinstance(value, dict) else None
            return found.get(inner) if isinstance(found, dict) else None

        return get_inner

    def get(value: Any) -> Any:
        for key in keys:
            if not isinstance(value, dict):
                return None
            value = value.get(key)
        return value

    return get
