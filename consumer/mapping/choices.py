"""The values that choose an event: those of a record, and what the configuration's stand for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

Value = bool | int | str | None
Chosen = tuple[type, Value]
"""A value with its type, as 1 and true are one in Python."""

MISSING: Final[Chosen] = (type(None), None)
_WORDS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None}
_WHOLE: Final = re.compile(r"0|-?[1-9][0-9]{0,18}")


def chosen(value: Value, *, ignore_case: bool) -> Chosen:
    """A value of a record or of the configuration, in the form in which the two are compared."""
    return (type(value), value.casefold() if ignore_case and isinstance(value, str) else value)


def meanings(value: Value, *, ignore_case: bool) -> Iterator[Chosen]:
    """What a value of the configuration stands for, itself first.

    In JSON, which Helm makes of a chart's values, every key is a text: the text of a flag, of a whole number or of
    null stands for these, too.
    """
    yield chosen(value, ignore_case=ignore_case)
    if isinstance(value, str) and value in _WORDS:
        yield chosen(_WORDS[value], ignore_case=ignore_case)
    elif isinstance(value, str) and _WHOLE.fullmatch(value):
        yield (int, int(value))
