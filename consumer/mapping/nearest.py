"""The field of a record that was probably meant, where one that is looked for is not there."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from consumer.suggestions import nearest


def with_nearest(hint: str, names: Iterable[str] | None, record: Any) -> str:
    """The hint, and the field of the record that looks most like one that is looked for and not there.

    The names of a record's fields are its schema's, and no value of the record.

    Args:
        hint: where it was looked for.
        names: the fields that were looked at; None: any.
        record: the record.
    """
    if names is None or not isinstance(record, dict):
        return hint
    meant = _nearest(frozenset(names), tuple(record))
    return f"{hint}; the record has {meant}" if meant else hint


@lru_cache(maxsize=1000)
def _nearest(names: frozenset[str], there: tuple[str, ...]) -> str | None:
    """Of a flood, each record lacks the same."""
    known = [each for each in there if each not in names]
    missing = sorted(names.difference(there))
    return next((found for name in missing if (found := nearest(name, known)) is not None), None)
