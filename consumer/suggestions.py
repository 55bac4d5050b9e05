"""The name that was probably meant: one guess for keys, topics, fields, functions and event types alike.

Every room that names things in a message uses it, and it knows none of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

LIKELY: Final = 0.6
CERTAIN: Final = 0.85


def nearest(name: str, known: Iterable[str], likeness: float = LIKELY) -> str | None:
    """The known name that looks most like this one, whatever their case, if any looks like it at all.

    Args:
        name: the name that is none of them.
        known: the names that there are.
        likeness: how much of the two must be the same, from 0 (nothing) to 1 (all).
    """
    by_letters = {each.casefold(): each for each in known}
    found = get_close_matches(name.casefold(), list(by_letters), 1, likeness)
    return by_letters[found[0]] if found else None


def misspelt(name: str, known: Iterable[str]) -> str | None:
    """The known name that this one is surely meant to be: all but a letter or two are the same."""
    return nearest(name, known, CERTAIN)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The end of a message: `; did you mean order_id?`, or nothing."""
    meant = nearest(name, known)
    return f"; did you mean {meant}?" if meant else ""
