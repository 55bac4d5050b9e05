"""The tokens of an expression: JMESPath's own, and those of its community's arithmetic and `let`.

JMESPath's lexer knows no `+ - * / % // = $`. This one gives its tokens for everything else, and reads the numbers of
a literal with all their digits. A `*` or `-` behind an operand is arithmetic; elsewhere `*` is a wildcard, and a `-`
before a digit the sign of an index.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from jmespath.exceptions import EmptyExpressionError, LexerError

Token = dict[str, Any]
"""`type`, `value`, and `start`, where it begins: JMESPath's parser reads them so."""

_TOKEN: Final = re.compile(
    r"""(?P<blank>[ \t\n\r]+)
    |(?P<unquoted_identifier>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<variable>\$[A-Za-z_][A-Za-z0-9_]*)
    |(?P<number>[0-9]{1,18})
    |(?P<json>`(?:[^`\\]|\\.)*`)
    |(?P<text>'(?:[^'\\]|\\.)*')
    |(?P<quoted_identifier>"(?:[^"\\]|\\.)*")
    |(?P<symbol>\[\]|\[\?|&&|\|\||<=|>=|==|!=|//|[][.*,:@(){}|&<>!=+\-/%\u2212\u00d7\u00f7])""",
    re.VERBOSE | re.DOTALL,
)
_DASH_IN_A_NAME: Final = re.compile(r"(?<=[A-Za-z0-9_])-(?=[A-Za-z_])")
"""`order-id` is the name of a field far more often than a difference: it is refused, and `order - id` is none."""
_SYMBOLS: Final = {
    ".": "dot",
    "*": "star",
    "[": "lbracket",
    "]": "rbracket",
    "[]": "flatten",
    "[?": "filter",
    ",": "comma",
    ":": "colon",
    "@": "current",
    "(": "lparen",
    ")": "rparen",
    "{": "lbrace",
    "}": "rbrace",
    "|": "pipe",
    "||": "or",
    "&": "expref",
    "&&": "and",
    "<": "lt",
    "<=": "lte",
    ">": "gt",
    ">=": "gte",
    "!": "not",
    "!=": "ne",
    "==": "eq",
    "=": "assign",
    "+": "plus",
    "-": "minus",
    "\u2212": "minus",
    "/": "divide",
    "\u00f7": "divide",
    "\u00d7": "multiply",
    "//": "div",
    "%": "modulo",
}
_ENDS_AN_OPERAND: Final = frozenset(
    (
        "unquoted_identifier",
        "quoted_identifier",
        "variable",
        "literal",
        "number",
        "current",
        "rbracket",
        "rparen",
        "rbrace",
        "flatten",
        "star",
    )
)


def tokens(expression: str) -> list[Token]:
    """All of them, and `eof`.

    Raises:
        LexerError: a character begins none; `lex_position` says which.
        EmptyExpressionError: there is nothing.
    """
    if not expression:
        raise EmptyExpressionError
    found = list(_joined_signs(_tokens(expression)))
    return [*found, {"type": "eof", "value": "", "start": len(expression)}]


def _tokens(expression: str) -> Iterator[Token]:
    position, before = 0, ""
    while position < len(expression):
        match = _TOKEN.match(expression, position)
        if match is None:
            character = expression[position]
            unclosed = character in "`'\""
            message = f"Unclosed {character} delimiter" if unclosed else f"Unknown token {character}"
            raise LexerError(position, expression[position:] if unclosed else character, message)
        kind, written = str(match.lastgroup), match[0]
        if _DASH_IN_A_NAME.match(expression, position):
            raise LexerError(position, "-", "Unknown token -")
        if kind != "blank":
            token = _token(kind, written, position, before)
            yield token
            before = token["type"]
        position = match.end()


def _token(kind: str, written: str, start: int, before: str) -> Token:
    value: Any = written
    if kind == "symbol":
        kind = "multiply" if written == "*" and before in _ENDS_AN_OPERAND else _SYMBOLS[written]
    elif kind == "number":
        value = int(written)
    elif kind == "text":
        kind, value = "literal", written[1:-1].replace("\\'", "'")
    elif kind == "json":
        kind, value = "literal", _json(written[1:-1].replace("\\`", "`"), start)
    elif kind == "quoted_identifier":
        value = _quoted(written, start)
    elif kind == "variable":
        value = written[1:]
    return {"type": kind, "value": value, "start": start}


def _joined_signs(found: Iterator[Token]) -> Iterator[Token]:
    """A `-` that stands at the number behind it, and behind no operand, is the number's."""
    minus: Token | None = None
    before = ""
    for token in found:
        if minus is not None:
            signs = token["type"] == "number" and token["start"] == minus["start"] + 1
            if signs:
                token["value"], token["start"] = -token["value"], minus["start"]
            else:
                yield minus
            minus = None
        if token["type"] == "minus" and before not in _ENDS_AN_OPERAND:
            minus = token
        else:
            yield token
        before = token["type"]
    if minus is not None:
        yield minus


def _json(text: str, start: int) -> Any:
    for written in (text, f'"{text.lstrip()}"'):
        # The second is JMESPath's: what is no JSON is a text.
        try:
            return json.loads(written, parse_float=Decimal)
        except (ValueError, RecursionError):
            continue
    raise LexerError(start, text, "Bad token")


def _quoted(written: str, start: int) -> Any:
    try:
        return json.loads(written)
    except ValueError:
        raise LexerError(start, written, "Bad name") from None
