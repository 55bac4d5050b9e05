"""Times that are numbers since 1970: what they count, told by names, by documentation, and by the values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from consumer.commands.counts.words import joined, set_of, words_of

_UNITS: Final[Mapping[str, frozenset[str]]] = {
    "seconds": set_of(
        "s sec secs second seconds seconde seconden sekunde sekunden secondes segundo segundos secondo "
        "secondi saniye sekundy sekund"
    ),
    "milliseconds": set_of(
        "ms milli millis millisecond milliseconds milliseconden millisekunden millisecondes milisegundos millisecondi"
    ),
    "microseconds": set_of("us micro micros microsecond microseconds mikrosekunden microseconden"),
    "nanoseconds": set_of("ns nano nanos nanosecond nanoseconds nanosekunden nanoseconden"),
    "days": set_of("day days dag dagen tag tage jour jours dia dias giorno giorni gun dni dagar paivat"),
}
_EPOCHS: Final = set_of("epoch unix posix 1970")
_MOMENTS: Final = _EPOCHS | set_of(
    "at ts timestamp since date datum datetime created updated modified registered seen last laatst "
    "gezien zuletzt letzte gesehen visited born birth birthday dob geboorte geboren geburt geburts "
    "geboortedatum geburtsdatum geburtstag geboortedag naissance nacimiento nascita dogum sinds seit "
    "depuis desde aangemaakt gewijzigd geregistreerd angelegt erstellt geaendert registriert fecha tarih"
)
"""What names a moment, and no stretch of time: `session_seconds` has none of them."""
_COMPOUND: Final = re.compile(r"(?:datum|date|timestamp|tijdstip|zeitpunkt|(?:geboorte|geburts)(?:dag|tag))$")
_SINCE: Final = _EPOCHS | set_of("since sinds seit depuis desde dal")
_YEAR_SECONDS: Final = 31_556_952
_MOST_DAYS: Final = 60_000
"""The year 2134, in days since 1970."""
_FACTORS: Final = (("seconds", 1), ("milliseconds", 10**3), ("microseconds", 10**6), ("nanoseconds", 10**9))
_FROM_YEAR, _TO_YEAR = 30, 100
"""Times between 2000 and 2070: what an event of today says."""


def names_a_moment(name: str) -> bool:
    """Whether a name is that of a date or a time: `created_at`, `besteldatum`."""
    return not _MOMENTS.isdisjoint(words_of(name)) or _COMPOUND.search(joined(name)) is not None


def said_unit(name: str, doc: str = "") -> tuple[str, str]:
    """What a number counts since 1970, and why: a part of a sentence; both empty where nothing says so."""
    words = words_of(doc)
    unit = _unit_in(words)
    if not _SINCE.isdisjoint(words) and (unit or not _EPOCHS.isdisjoint(words)):
        return unit or "seconds", "the schema's documentation says"
    own = words_of(name)
    unit = _unit_in(own)
    if unit and names_a_moment(name):
        return unit, f"its name, {name}, says"
    if not {"epoch", "unix"}.isdisjoint(own):
        return "seconds", f"its name, {name}, says"
    return "", ""


def unit_of_values(numbers: Iterable[int | float | Decimal]) -> str:
    """What numbers count since 1970 if all of them can be a time of our years; else empty."""
    numbers = list(numbers)
    least, most = min(numbers), max(numbers)
    for name, factor in _FACTORS:
        year = _YEAR_SECONDS * factor
        if _FROM_YEAR * year <= least and most <= _TO_YEAR * year:
            return name
    return "days" if most <= _MOST_DAYS and least >= -_MOST_DAYS else ""


def as_a_time(path: str, unit: str, *, day: bool = False) -> str:
    """How a route writes it; `day`: of a field that is one, such as a birthday."""
    kind = "date" if day or unit == "days" else "datetime"
    return f"{{path: {path}, as: {kind}, unit: {unit}}}"


def _unit_in(words: Iterable[str]) -> str:
    found = set(words)
    return next((unit for unit, names in _UNITS.items() if not names.isdisjoint(found)), "")
