"""Paths into a record, compiled once: plain dotted ones to a chain of look-ups, the rest to JMESPath."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jmespath
from jmespath.functions import Functions

from consumer.mapping.expressions import compile_expression

Node = Mapping[str, Any]
Get = Callable[[Any], Any]

FUNCTIONS: frozenset[str] = frozenset(Functions.FUNCTION_TABLE)


@dataclass(frozen=True, slots=True)
class Path:
    """A compiled path.

    Attributes:
        expression: as it was written.
        get: finds its value in a record, None when there is none; raises InvalidValueError when an expression cannot
            be computed, such as the sum of texts.
        tree: JMESPath's syntax tree, which the type checker walks.
    """

    expression: str
    get: Get
    tree: Node


def compile_path(expression: str) -> Path:
    """The path of an expression that is already known to be JMESPath."""
    tree: Node = jmespath.compile(expression).parsed
    keys = _keys(tree)
    return Path(expression, compile_expression(expression) if keys is None else _chain(keys), tree)


def unknown_functions(tree: Node) -> Iterator[str]:
    """The functions that an expression calls and JMESPath does not have: it tells only when they are called."""
    if tree["type"] == "function_expression" and tree["value"] not in FUNCTIONS:
        yield tree["value"]
    for child in tree["children"]:
        if isinstance(child, dict):
            yield from unknown_functions(child)


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
