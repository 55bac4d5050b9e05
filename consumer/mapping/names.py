"""Names: how Bluecore writes them, and which one was probably meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

_SEPARATORS = re.compile(r"[\s-]+")
_NO_LETTERS = re.compile(r"[^a-z0-9_]+")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_LIKELY_MEANT = 0.6
_SURELY_MEANT = 0.85


def normalised(name: str) -> str:
    """`First-Name` as `first_name`.

    Bluecore silently ignores attributes that are not lower case with underscores (Zeotap, Default Destination
    Fields; Bluecore, Customer Profiles).
    """
    return _SEPARATORS.sub("_", name.strip()).lower()


def is_name(name: str) -> bool:
    """Whether Bluecore takes it as it is: lower-case letters, digits and underscores."""
    return _NAME.fullmatch(name) is not None


def as_name(name: str) -> str | None:
    """The name that Bluecore takes and that is written most like this one: `Store Visit!` as `store_visit`."""
    written = _NO_LETTERS.sub("_", normalised(name)).strip("_").lstrip("0123456789_")
    return written if is_name(written) else None


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that looks most like this one, whatever their case, if any looks like it at all."""
    return _closest(name, known, _LIKELY_MEANT)


def misspelt(name: str, known: Iterable[str]) -> str | None:
    """The known name that this one is surely meant to be: all but a letter or two are the same."""
    return _closest(name, known, _SURELY_MEANT)


def _closest(name: str, known: Iterable[str], likeness: float) -> str | None:
    by_letters = {each.casefold(): each for each in known}
    found = difflib.get_close_matches(name.casefold(), list(by_letters), 1, likeness)
    return by_letters[found[0]] if found else None


def as_yaml(value: bool | int | str) -> str:  # noqa: FBT001 - any scalar of a configuration
    """A value as the configuration file writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The end of a message: `; did you mean order_id?`, or nothing."""
    meant = nearest(name, known)
    return f"; did you mean {meant}?" if meant else ""
