"""The text of a request with the namespace's token out of sight, and nothing else changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from json import detect_encoding
from typing import Any

import orjson

from consumer.telemetry.masking import MASK

_LEXEME = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]:,]|[^\s"{}\[\]:,]+')
_PLACES = (["token"], ["properties", "token"])
"""Where it belongs, and where it lands by mistake."""

# A run of backslashes is looked at from its first alone: from each of them, it would take the square of their number.
_LETTERS = "".join(rf"(?:{letter}|(?<!\\)\\+u00{ord(letter):x})" for letter in "token")
_ANYWHERE = re.compile(
    rf"""
    ({_LETTERS}(?:\\*["']|%22)?\s*(?:[:=>]|%3A)[\s\[]*)  # the name, as JSON, a form or XML would write it
    (?:
        (\\+["'])[^"'\\]*               # a value in JSON that is itself text in JSON
      | (")[^"\\]*(?:\\.[^"\\]*)*
      | (')[^'\\]*(?:\\.[^'\\]*)*
      | (%22)(?:(?!%22)[^&\s])*        # a value in JSON that a form has encoded
      | ()[^\s"'&,;<>{{}}\[\]]+
    )""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)


def masked_body(body: bytes, document: Any) -> bytes:
    """The body with `MASK` in the place of the token's value, every other byte as it was.

    Args:
        body: what was sent.
        document: the same, decoded; None when it is no JSON. In an envelope the token has its place. In anything
            else there is no telling where it would be, so that whatever is called a token is masked.
    """
    encoding: str = detect_encoding(body)
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError:
        encoding = "latin-1"  # every byte is one character, and comes back as it was
        text = body.decode(encoding)
    is_envelope = isinstance(document, dict) and isinstance(document.get("properties"), dict)
    masked = _masked_in_place(text) if is_envelope else masked_anywhere(text)
    return body if masked == text else masked.encode(encoding)


def masked_anywhere(text: str) -> str:
    """The text with the value of whatever is called a token masked, be it JSON, a form or neither."""
    return _ANYWHERE.sub(lambda found: "".join(filter(None, found.groups())) + MASK, text)


def _masked_in_place(text: str) -> str:
    parts, end = [], 0
    for begin, after in _tokens(text):
        parts += [text[end:begin], f'"{MASK}"']
        end = after
    return "".join([*parts, text[end:]])


def _tokens(text: str) -> Iterator[tuple[int, int]]:
    """Where the token's value begins and ends, each time that it is given. The text is JSON."""
    keys: list[str | None] = []  # of each object that is open, the key in force; None in a list
    before, begin, depth = "", -1, 0
    for lexeme in _LEXEME.finditer(text):
        word = lexeme[0]
        if before == ":" and keys in _PLACES and word not in {"null", '""'}:
            begin, depth = lexeme.start(), len(keys)
        if word in {"{", "["}:
            keys.append(None)
        elif word in {"}", "]"}:
            keys.pop()
        elif word == ":":
            keys[-1] = orjson.loads(before).lower()  # who mistakes the case has sent the token all the same
        if begin >= 0 and len(keys) == depth:
            yield begin, lexeme.end()
            begin = -1
        before = word
