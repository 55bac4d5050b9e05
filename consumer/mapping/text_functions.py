"""Functions of text. Positions count from 0, and from the end where they are negative, as in JMESPath's slices."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any, Final

import re2

from consumer.mapping.errors import InvalidValueError

_LONGEST: Final = 1_000_000
_MOST_PARTS: Final = 10_000
_QUIET: Final = re2.Options()
_QUIET.log_errors = False


def trim(text: str, characters: str = "") -> str:
    return text.strip(characters or None)


def trim_left(text: str, characters: str = "") -> str:
    return text.lstrip(characters or None)


def trim_right(text: str, characters: str = "") -> str:
    return text.rstrip(characters or None)


def replace(text: str, old: str, new: str, count: int | None = None) -> str:
    """Every `old` as `new`, or the first `count` of them."""
    times = text.count(old) if count is None else min(text.count(old), int(count))
    _bounded(len(text) + times * (len(new) - len(old)))
    return text.replace(old, new, times)


def split(text: str, separator: str, count: int | None = None) -> list[str]:
    """What stands between the separators, of which the first `count` count; an empty one parts all characters."""
    most = _MOST_PARTS if count is None else min(int(count), _MOST_PARTS)
    parts = text.split(separator, most) if separator else [*text[:most], *filter(None, [text[most:]])]
    if len(parts) > _MOST_PARTS:
        raise InvalidValueError(f"makes more than {_MOST_PARTS} parts")
    return parts


def find_first(text: str, search: str, start: int = 0, end: int | None = None) -> int | None:
    """Where `search` stands first, within those positions; null where it does not, and for an empty one."""
    return _position(text.find(search, int(start), _end(end))) if search else None


def find_last(text: str, search: str, start: int = 0, end: int | None = None) -> int | None:
    return _position(text.rfind(search, int(start), _end(end))) if search else None


def pad_left(text: str, width: int, pad: str = " ") -> str:
    _bounded(width)
    return text.rjust(int(width), pad)


def pad_right(text: str, width: int, pad: str = " ") -> str:
    _bounded(width)
    return text.ljust(int(width), pad)


def substring(text: str, start: int, end: int | None = None) -> str:
    """From `start` up to, and without, `end`."""
    return text[int(start) : _end(end)]


def matches(text: str, pattern: str) -> bool:
    """Whether the pattern is found anywhere in the text, in time that grows with its length alone (RE2)."""
    return compiled(pattern).search(text) is not None


def sha256(text: str) -> str:
    """Of its UTF-8, as 64 hexadecimal digits in lower case."""
    return hashlib.sha256(text.encode()).hexdigest()


@lru_cache(512)
def compiled(pattern: str) -> Any:
    """The pattern; those of the configuration are few."""
    return re2.compile(pattern, options=_QUIET)


def pattern_fault(pattern: str) -> str | None:
    try:
        compiled(pattern)
    except re2.error as error:
        reason = error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else str(error.args[0])
        return f"is no regular expression of RE2: {reason}"
    except UnicodeError:
        return "is no regular expression of RE2: it is no valid Unicode text"
    return None


def count_fault(count: Any) -> str | None:
    return None if count >= 0 else "must be 0 or more"


def pad_fault(pad: str) -> str | None:
    return None if len(pad) == 1 else "must be one character"


def _bounded(length: float) -> None:
    if length > _LONGEST:
        raise InvalidValueError(f"makes a text of more than {_LONGEST} characters")


def _end(end: int | None) -> int | None:
    return None if end is None else int(end)


def _position(found: int) -> int | None:
    return None if found < 0 else found
