"""A value that was read and that Python has no type for: a day in the year 10000, a negative time of day.

It stands in the record in the value's place, so that it matters only to who asks for it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unreadable:
    """In a value's place.

    Attributes:
        rule: what is wrong with it, as the end of a sentence about its field; never the value itself.
        encrypted: it is encrypted, and cannot be decrypted here.
        pending: the name of the key that it waits for: it may yet be read.
    """

    rule: str
    encrypted: bool = False
    pending: str | None = None


OUT_OF_RANGE = Unreadable("is a time outside of the years 1 to 9999")
NO_TIME_OF_DAY = Unreadable("is no time of a day: it is negative, or 24 hours or more")
