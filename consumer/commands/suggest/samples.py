"""What stands in a field of real records, as far as that tells what the field means."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import jmespath

from consumer.commands.counts.minor_units import look_like_minor_units
from consumer.commands.counts.times import unit_of_values
from consumer.commands.suggest.text_values import form_of_days, region_of_phones
from consumer.mapping.emails import cleaned, is_email

_LOOKED_AT: Final = 500
_FEW: Final = 10
"""Different texts of a field that is one of kinds; an enum, but in its type."""
_LONGEST: Final = 40
_COMMA: Final = re.compile(r"[-+]?(\d+|\d{1,3}([. ']\d{3})+),\d{1,4}")
_NATIONAL: Final = re.compile(r"(?!00)[0-9(][0-9() ./-]{5,18}[0-9]")
_DATED: Final = re.compile(r"\d{4}-\d{2}-\d{2}[T ]")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Of the records that were looked at.

    Attributes:
        seen: how many.
        filled: in how many there is a value that is not empty.
        emails: how many of those are an e-mail address, cleaned or as they are.
        unclean: how many are one only when they are cleaned, as `normalise_email` does.
        unit: what a number counts since 1970, if all of them can be a time of our years; else empty.
        commas: how many are a number with a decimal comma, in text: `12,50`.
        moments: how many are a date and time in text, as ISO 8601 writes it.
        nationals: how many are a phone number in text, without the code of its country.
        commonest: the text that most of them have; empty where there is none.
        few: the different texts, where they are few enough to be kinds and no names; in the order they were found.
        numbers: the same of whole numbers, the least first.
        date_form: how all of them write a day: `%d.%m.%Y`; empty where there is no such form.
        unsure_date: such a form, where the day and the month may be the other way round.
        region: the country that most phone numbers with a code are of, ISO 3166.
        minor: as amounts, they are so large and so whole that they may be cents.
    """

    seen: int = 0
    filled: int = 0
    emails: int = 0
    unclean: int = 0
    unit: str = ""
    commas: int = 0
    moments: int = 0
    nationals: int = 0
    commonest: str = ""
    few: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    date_form: str = ""
    unsure_date: str = ""
    region: str = ""
    minor: bool = False

    @property
    def share(self) -> float:
        """Of the records, those with a value."""
        return self.filled / self.seen if self.seen else 0.0

    @property
    def looks_like_email(self) -> bool:
        return self.filled > 0 and self.emails * 2 > self.filled


def evidence(path: str, records: Sequence[Mapping[str, Any]]) -> Evidence:
    """What a path finds in decoded records; of a list, each element counts."""
    search = jmespath.compile(path)
    found = [search.search(record) for record in records[:_LOOKED_AT]]
    values = [each for value in found for each in (value if isinstance(value, list) else [value])]
    filled = [value for value in values if value not in (None, "")]
    numbers = [value for value in filled if isinstance(value, int | float | Decimal) and not isinstance(value, bool)]
    all_numbers = bool(numbers) and len(numbers) == len(filled)
    texts = [value.strip() for value in filled if isinstance(value, str)]
    counted = sorted({number for number in numbers if isinstance(number, int)})
    distinct = tuple(dict.fromkeys(texts))
    date_form, unsure_date = form_of_days(distinct) if len(texts) == len(filled) else ("", "")
    return Evidence(
        seen=len(values),
        filled=len(filled),
        emails=sum(isinstance(value, str) and is_email(value) for value in filled),
        unclean=sum(isinstance(value, str) and is_email(value) and cleaned(value) != value for value in filled),
        unit=unit_of_values(numbers) if all_numbers else "",
        minor=all_numbers and look_like_minor_units(numbers),
        commas=sum(_COMMA.fullmatch(text) is not None for text in texts),
        moments=sum(map(_is_moment, texts)),
        nationals=sum(_NATIONAL.fullmatch(text) is not None for text in texts),
        few=distinct if len(distinct) <= _FEW and all(map(_is_a_word, distinct)) else (),
        numbers=tuple(counted) if len(counted) <= _FEW else (),
        date_form=date_form,
        unsure_date=unsure_date,
        region=region_of_phones(texts),
        commonest=Counter(texts).most_common(1)[0][0] if texts else "",
    )


def _is_a_word(text: str) -> bool:
    """And no number, no address and no sentence: what a kind is named."""
    return len(text) <= _LONGEST and "@" not in text and not text[:1].isdigit()


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return _DATED.match(text) is not None
