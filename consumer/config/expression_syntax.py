"""The language of expressions: JMESPath's, with the arithmetic and the `let` of its community's specification.

JMESPath's parser reads it; what the community adds is added here. `_kafka.key` and the like are parts of their own:
they are no fields of the record, and mean the same wherever in an expression they stand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, Final

from jmespath import ast
from jmespath.parser import ParsedResult, Parser

from consumer.config.expression_tokens import Token, tokens

Node = Mapping[str, Any]
"""A part of an expression: its `type`, its `children`, and a `value` that depends on the type."""

AROUND: Final = "_kafka"
SURROUNDINGS: Final = ("key", "headers", "timestamp", "topic", "partition", "offset")
"""What `_kafka` has."""
ARITHMETIC: Final = {"plus": "+", "minus": "-", "multiply": "*", "divide": "/", "div": "//", "modulo": "%"}
_SIGN: Final = 8
"""Binds a sign closer than any operator, and less close than a path."""


def parse(expression: str) -> Node:
    """The syntax tree.

    Raises:
        JMESPathError: it is no expression.
        RecursionError: it is nested too deeply.
    """
    tree: Node = _Parser().parse(expression).parsed
    return tree


def walked(tree: Node) -> Iterator[Node]:
    """The expression and all its parts."""
    yield tree
    for child in tree["children"]:
        if isinstance(child, dict):
            yield from walked(child)


class _Parser(Parser):
    BINDING_POWER: ClassVar[dict[str, int]] = {
        **Parser.BINDING_POWER,
        "variable": 0,
        "assign": 0,
        "plus": 6,
        "minus": 6,
        "multiply": 7,
        "divide": 7,
        "div": 7,
        "modulo": 7,
    }
    # Its own, as the base's holds other trees.
    _CACHE: ClassVar[dict[str, Any]] = {}
    # The base's, which its stubs leave out.
    _expression: Callable[..., Any]
    _match: Callable[[str], None]
    _advance: Callable[[], None]
    _current_token: Callable[[], str]
    _lookahead_token: Callable[[int], Token]
    _raise_parse_error_for_token: Callable[[Token, str], None]

    def _parse(self, expression: str) -> ParsedResult:
        self._tokens = tokens(expression)
        self._index = 0
        parsed = self._expression(binding_power=0)
        if self._current_token() != "eof":
            self._raise_parse_error_for_token(self._lookahead_token(0), "syntax error")
        return ParsedResult(expression, _placed(parsed))

    def _token_nud_variable(self, token: Token) -> Node:
        return {"type": "variable_ref", "children": [], "value": token["value"]}

    def _token_nud_unquoted_identifier(self, token: Token) -> Node:
        if token["value"] == "let" and self._current_token() == "variable":
            return self._let()
        field: Node = ast.field(token["value"])
        return field

    def _let(self) -> Node:
        bindings: list[Node] = []
        while True:
            name = self._lookahead_token(0)["value"]
            self._match("variable")
            self._match("assign")
            bindings.append({"type": "assign", "children": [self._expression()], "value": name})
            following = self._lookahead_token(0)
            if following["type"] == "unquoted_identifier" and following["value"] == "in":
                self._advance()
                return {"type": "let_expression", "children": [*bindings, self._expression()]}
            self._match("comma")

    def _token_nud_minus(self, _token: Token) -> Node:
        return {"type": "arithmetic_unary", "children": [self._expression(_SIGN)], "value": "minus"}

    def _token_nud_plus(self, _token: Token) -> Node:
        return {"type": "arithmetic_unary", "children": [self._expression(_SIGN)], "value": "plus"}

    def _arithmetic(self, left: Node, operator: str) -> Node:
        right = self._expression(self.BINDING_POWER[operator])
        return {"type": "arithmetic", "children": [left, right], "value": operator}

    def _token_led_plus(self, left: Node) -> Node:
        return self._arithmetic(left, "plus")

    def _token_led_minus(self, left: Node) -> Node:
        return self._arithmetic(left, "minus")

    def _token_led_multiply(self, left: Node) -> Node:
        return self._arithmetic(left, "multiply")

    def _token_led_divide(self, left: Node) -> Node:
        return self._arithmetic(left, "divide")

    def _token_led_div(self, left: Node) -> Node:
        return self._arithmetic(left, "div")

    def _token_led_modulo(self, left: Node) -> Node:
        return self._arithmetic(left, "modulo")


def _placed(tree: Any) -> Any:
    """The tree with a part of its own for `_kafka.key` and the like."""
    if not isinstance(tree, dict):
        return tree
    children = [_placed(child) for child in tree["children"]]
    if tree["type"] == "subexpression" and _is_field(children[0], AROUND):
        name, *others = children[1:]
        if name["type"] == "field" and name["value"] in SURROUNDINGS:
            found = {"type": "surroundings", "children": [], "value": name["value"]}
            return {**tree, "children": [found, *others]} if others else found
    return {**tree, "children": children}


def _is_field(tree: Any, name: str) -> bool:
    return bool(tree["type"] == "field" and tree["value"] == name)


def misplaced_surroundings(tree: Node) -> Iterator[str]:
    """What an expression wants of `_kafka` and it does not have, empty where it names nothing of it."""
    if tree["type"] == "subexpression" and _is_field(tree["children"][0], AROUND):
        name = tree["children"][1]
        yield name["value"] if name["type"] == "field" else ""
        return
    if _is_field(tree, AROUND):
        yield ""
    for child in tree["children"]:
        if isinstance(child, dict):
            yield from misplaced_surroundings(child)


def unbound_variables(tree: Node, bound: frozenset[str] = frozenset()) -> Iterator[str]:
    """The variables that no `let` around them binds."""
    if tree["type"] == "variable_ref":
        if tree["value"] not in bound:
            yield tree["value"]
        return
    if tree["type"] == "let_expression":
        *bindings, inner = tree["children"]
        for each in bindings:
            yield from unbound_variables(each["children"][0], bound)
        yield from unbound_variables(inner, bound | {each["value"] for each in bindings})
        return
    for child in tree["children"]:
        if isinstance(child, dict):
            yield from unbound_variables(child, bound)
