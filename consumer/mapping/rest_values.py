"""The values of the fields that only Bluecore's REST APIs have: each taken as it is, or refused by its rule."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from consumer.mapping.errors import InvalidValueError
from consumer.mapping.fields import phone_of, text
from consumer.mapping.moments import Zone, to_datetime
from consumer.mapping.rest_contract import MESSAGE_TYPES, MOST_LINKS
from consumer.mapping.values import is_blank, readable

Accept = Callable[[Any], Any]

_E164: Final = re.compile(r"\+[1-9][0-9]{0,14}")
_FIRST_YEAR: Final = 2000
_IDS: Final = ("email", "phone_number")


def phone_number(region: str | None) -> Accept:
    """E.164 with its plus: a national number cannot be told from an international one without.

    `region`: whose numbers may come in another form (ISO 3166).
    """
    written = text if region is None else phone_of(region)
    advice = "; `phone_region` of the route reads other forms" if region is None else ""
    bare = "is no phone number in E.164: without a + a national number cannot be told from an international one"

    def accepted(value: Any) -> str | None:
        found: str | None = written(value)
        if found is not None and _E164.fullmatch(f"+{found}"):
            raise InvalidValueError(f"{bare}, such as +15556667777{advice}")
        if found is not None and not _E164.fullmatch(found):
            raise InvalidValueError(f"is no phone number in E.164, such as +15556667777{advice}")
        return found

    return accepted


def message_type(value: Any) -> str | None:
    """What is consented to; the case of its letters does not matter."""
    found = text(value)
    if found is None:
        return None
    if found.strip().upper() not in MESSAGE_TYPES:
        raise InvalidValueError(f"is none of {', '.join(MESSAGE_TYPES)}")
    return found.strip().upper()


def moment(zone: Zone) -> Accept:
    """A time with its zone, of this millennium; `zone`: of a time that says none."""

    def accepted(value: Any) -> datetime | None:
        if is_blank(value):
            return None
        found = to_datetime(value, None, zone)
        if found is not None and found.tzinfo is None:
            raise InvalidValueError("says no time zone: set the `timezone` of the route")
        if found is not None and is_long_ago(found):
            raise InvalidValueError(long_ago(found))
        return found

    return accepted


def is_long_ago(moment: datetime) -> bool:
    """Whether a time was read in a wrong unit, or never set: as a consent's, it would never count at Bluecore."""
    return moment.year < _FIRST_YEAR


def long_ago(moment: datetime) -> str:
    """The sentence for such a time."""
    return f"is of {moment.year}: does the number count seconds? Then give `unit: seconds`"


def link_ids(address_of: Accept, phone_number_of: Accept) -> Accept:
    """Further identifiers of the customer: a list of texts, or of objects with `email` or `phone_number`.

    Args:
        address_of: what an e-mail must be.
        phone_number_of: what a phone number must be.
    """
    accepts = dict(zip(_IDS, (address_of, phone_number_of), strict=True))

    def one(value: Any) -> dict[str, str] | None:
        kind = "email" if isinstance(value, str) and "@" in value else "phone_number"
        if isinstance(value, dict):
            given = [(name, value[name]) for name in _IDS if value.get(name) is not None]
            if len(given) != 1:
                raise InvalidValueError("each must have one of email and phone_number")
            ((kind, value),) = given
        found = accepts[kind](value)
        return None if found is None else {kind: found}

    def accepted(value: Any) -> list[dict[str, str]] | None:
        if value is None:
            return None
        readable(value)
        listed = value if isinstance(value, list) else [value]
        found = [each for each in map(one, listed) if each is not None]
        distinct = [each for number, each in enumerate(found) if each not in found[:number]]
        if len(distinct) > MOST_LINKS:
            raise InvalidValueError(f"are more than {MOST_LINKS}, the most that one request links")
        return distinct or None

    return accepted
