"""Times that are numbers since 1970: what they count, told by names, by documentation, and by the values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
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
_NOT_IN_PROSE: Final = set_of("s us")
"""What a sentence has as other words: "the order's", "tells us"."""
_EPOCHS: Final = set_of("epoch epoche epoca epoque unix posix 1970")
_MOMENTS: Final = _EPOCHS | set_of(
    "at ts timestamp since date datum datetime created updated modified registered seen last laatst "
    "gezien zuletzt letzte gesehen visited born birth birthday dob geboorte geboren geburt geburts "
    "geboortedatum geburtsdatum geburtstag geboortedag naissance nacimiento nascita dogum sinds seit "
    "depuis desde aangemaakt gewijzigd geregistreerd angelegt erstellt geaendert registriert fecha tarih"
)
"""What names a moment, and no stretch of time: `session_seconds` has none of them."""
_COMPOUND: Final = re.compile(
    r"(?:datum|(?<!candi)(?<!man)(?<!vali)date|timestamp|tijdstip|zeitpunkt|(?:geboorte|geburts)(?:dag|tag))$"
)
_SINCE: Final = _EPOCHS | set_of("since sinds seit depuis desde dal")
_ALL_UNITS: Final = frozenset[str]().union(*_UNITS.values())
_OF: Final = set_of("of von van de du")
_NO_MOMENTS: Final = set_of("id ids count counts")
_PLAIN: Final = re.compile(r"[\w.]+")
_YEAR_SECONDS: Final = 31_556_952
_MOST_DAYS: Final = 60_000
"""The year 2134, in days since 1970."""
_RECENT_DAYS: Final = 7_305
"""The year 1990: numbers below are ages, amounts and counts more often than days."""
_FACTORS: Final = (("seconds", 1), ("milliseconds", 10**3), ("microseconds", 10**6), ("nanoseconds", 10**9))
_FROM_YEAR, _TO_YEAR = 30, 100
"""Times between 2000 and 2070: what an event of today says."""


def names_a_moment(name: str) -> bool:
    """Whether a name is that of a date or a time: `created_at`, `besteldatum`."""
    words = words_of(name)
    if _is_a_stretch(words):
        return False
    return not _MOMENTS.isdisjoint(words) or _COMPOUND.search(joined(name)) is not None


def said_unit(name: str, doc: str = "") -> tuple[str, str]:
    """What a number counts since 1970, and why: a part of a sentence; both empty where nothing says so."""
    words = words_of(doc)
    if not _EPOCHS.isdisjoint(words):
        return _unit_in(set(words) - _NOT_IN_PROSE) or "seconds", "the schema's documentation says"
    own = words_of(name)
    unit = _unit_in(own)
    if unit and names_a_moment(name):
        return unit, f"its name, {name}, says"
    if not {"epoch", "unix"}.isdisjoint(own):
        return "seconds", f"its name, {name}, says"
    return "", ""


def unit_of_values(numbers: Iterable[int | float | Decimal], *, day: bool = False) -> str:
    """What numbers count since 1970 if all of them can be a time of our years; else empty.

    Args:
        numbers: at least one.
        day: they are those of a field that is a day, such as a birthday, however long ago.
    """
    numbers = list(numbers)
    least, most = min(numbers), max(numbers)
    for name, factor in _FACTORS:
        year = _YEAR_SECONDS * factor
        if _FROM_YEAR * year <= least and most <= _TO_YEAR * year:
            return name
    within = least >= -_MOST_DAYS and most <= _MOST_DAYS
    return "days" if within and (day or most >= _RECENT_DAYS) else ""


def as_a_time(path: str, unit: str, *, day: bool = False) -> str:
    """How a route writes it; `day`: of a field that is one, such as a birthday."""
    kind = "date" if day or unit == "days" else "datetime"
    # Commas and brackets are YAML's own within braces.
    written = path if _PLAIN.fullmatch(path) else "'" + path.replace("'", "''") + "'"
    return f"{{path: {written}, as: {kind}, unit: {unit}}}"


def _is_a_stretch(words: Sequence[str]) -> bool:
    """Whether a name is that of how long something took, how often in how long, or which of a row; of no moment.

    `days_since_last_order`, `orders_last_30_days` and `day_of_birth` are, `days_since_epoch` and `member_since_ms`
    are not.
    """
    if not _EPOCHS.isdisjoint(words):
        return False
    if not _NO_MOMENTS.isdisjoint(words) or any(word.isdecimal() for word in words):
        return True
    if any(word in _ALL_UNITS and after in _OF for word, after in pairwise(words)):
        return True
    since = next((place for place, word in enumerate(words) if word in _SINCE), len(words))
    return not _ALL_UNITS.issuperset(words[since + 1 :])


def _unit_in(words: Iterable[str]) -> str:
    found = set(words)
    return next((unit for unit, names in _UNITS.items() if not names.isdisjoint(found)), "")
