"""What stands in a field of real records, as far as that tells what the field means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import jmespath

from consumer.mapping.emails import cleaned, is_email

_LOOKED_AT: Final = 500
_YEAR_SECONDS: Final = 31_556_952
_MOST_DAYS: Final = 60_000
"""The year 2134, in days since 1970."""
_UNITS: Final = (("seconds", 1), ("milliseconds", 10**3), ("microseconds", 10**6), ("nanoseconds", 10**9))
_FROM_YEAR, _TO_YEAR = 30, 100
"""Times between 2000 and 2070: what an event of today says."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Of the records that were looked at.

    Attributes:
        seen: how many.
        filled: in how many there is a value that is not empty.
        emails: how many of those are an e-mail address, cleaned or as they are.
        unclean: how many are one only when they are cleaned, as `normalise_email` does.
        unit: what a number counts since 1970, if all of them can be a time of our years; else empty.
    """

    seen: int = 0
    filled: int = 0
    emails: int = 0
    unclean: int = 0
    unit: str = ""

    @property
    def share(self) -> float:
        """Of the records, those with a value."""
        return self.filled / self.seen if self.seen else 0.0

    @property
    def looks_like_email(self) -> bool:
        return self.filled > 0 and self.emails * 2 > self.filled


def evidence(path: str, records: Sequence[Mapping[str, Any]]) -> Evidence:
    """What a path finds in decoded records."""
    search = jmespath.compile(path)
    values = [search.search(record) for record in records[:_LOOKED_AT]]
    filled = [value for value in values if value not in (None, "")]
    numbers = [value for value in filled if isinstance(value, int | float | Decimal) and not isinstance(value, bool)]
    return Evidence(
        seen=len(values),
        filled=len(filled),
        emails=sum(isinstance(value, str) and is_email(value) for value in filled),
        unclean=sum(isinstance(value, str) and is_email(value) and cleaned(value) != value for value in filled),
        unit=_unit(numbers) if numbers and len(numbers) == len(filled) else "",
    )


def _unit(numbers: Iterable[int | float | Decimal]) -> str:
    least, most = min(numbers), max(numbers)
    for name, factor in _UNITS:
        year = _YEAR_SECONDS * factor
        if _FROM_YEAR * year <= least and most <= _TO_YEAR * year:
            return name
    return "days" if most <= _MOST_DAYS and least >= -_MOST_DAYS else ""
