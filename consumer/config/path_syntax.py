"""What is wrong with a path that is no JMESPath expression, in words for those who wrote it."""

from __future__ import annotations

import re
from typing import Final

from jmespath.exceptions import EmptyExpressionError, IncompleteExpressionError, LexerError, ParseError

from consumer.config.expression_syntax import parse

_QUOTING: Final = (
    "a name with anything but letters a to z, digits and underscores stands in double quotes, a text in single ones, "
    "as in \"order-id\" == 'A-1'"
)
_NUMBERS: Final = "a number stands in backquotes, as in price * `100`"
_EXCERPT: Final = 20


def syntax_error(path: str) -> str | None:
    """The error as one line, the character where it is counted from 1; None where there is none."""
    written = re.sub(r"\s", " ", path)
    try:
        parse(path)
    except RecursionError:
        return "it is nested too deeply"
    except (EmptyExpressionError, IncompleteExpressionError):
        return _too_short(written)
    except ParseError as error:
        if error.token_type == "EOF":  # noqa: S105 - a token of JMESPath's
            return _too_short(written)
        rest = written[error.lex_position :]
        excerpt = rest if len(rest) <= _EXCERPT else f"{rest[:_EXCERPT]}..."
        message = f"{written} cannot be read from character {error.lex_position + 1} on ({excerpt})"
        return f"{message}: {_advice(rest, error)}"
    return None


def _advice(rest: str, error: ParseError) -> str:
    if re.match("-[A-Za-z_]", rest):
        return f"{_QUOTING}; a minus has blanks around it"
    if re.match("=(?!=)", rest):
        return "two values are compared by two of them: write =="
    if re.match("[0-9]", rest):
        return _NUMBERS
    unclosed = isinstance(error, LexerError) and error.message.startswith("Unclosed")
    return f"the {rest[0]} is never closed; {_QUOTING}" if unclosed else _QUOTING


def _too_short(written: str) -> str:
    return f"{written.strip()} ends too soon" if written.strip() else "it is empty"
