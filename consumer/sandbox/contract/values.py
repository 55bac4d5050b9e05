"""What single values must look like: text, identifiers, e-mails, phone numbers, attribute names."""

from __future__ import annotations

import re
from functools import lru_cache

from consumer.sandbox.contract.rules import CONTRACTS
from consumer.suggestions import misspelt

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_MOST_PLACE = 200
_LONGEST_EMAIL = 254  # RFC 5321
_ATTRIBUTE = re.compile(r"[a-z0-9_]+")
_EVENT = re.compile(r"[a-z][a-z0-9_]*")
_LONGEST_SLIP = 40  # letters; what is longer is nearly like none of the ten
_E164 = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)


def is_email(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST_EMAIL and _EMAIL.fullmatch(value) is not None


def is_attribute(name: str) -> bool:
    """Whether Bluecore keeps an attribute of this name: lower case, digits and underscores."""
    return _ATTRIBUTE.fullmatch(name) is not None


def is_event_name(name: str) -> bool:
    """Whether an event may be called so: lower case, digits and underscores, a letter first."""
    return _EVENT.fullmatch(name) is not None


def meant_event(name: str) -> str | None:
    """The one of the ten event types that this name, which is none of them, is surely meant to be."""
    return _nearest(name) if len(name) <= _LONGEST_SLIP else None


@lru_cache(maxsize=1_000)
def _nearest(name: str) -> str | None:
    return misspelt(re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_"), CONTRACTS)


def is_phone(value: object) -> bool:
    return isinstance(value, str) and _E164.fullmatch(value) is not None


def is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def is_identifier(value: object) -> bool:
    return is_text(value) or (isinstance(value, int) and not isinstance(value, bool))


def within(place: str, name: object) -> str:
    """The path of a field of an object, cut where it has no end."""
    path = f"{place}.{name}"
    return path if len(path) <= _MOST_PLACE else path[:_MOST_PLACE] + "…"
