"""Dates and times of ISO 8601, read alike by every Python: 3.14 takes 24:00 for the next day's midnight."""

from __future__ import annotations

import re
from datetime import datetime, time
from typing import Final

_24_HOURS: Final = re.compile(r"[\d-]{8,10}[T ]24", re.ASCII)


def moment_of(text: str) -> datetime:
    """A day, or a day and a time; it has a zone where the text has one.

    Raises:
        ValueError: it is none; so is 24:00, which the standard has dropped.
    """
    if _24_HOURS.match(text):
        raise ValueError("24:00 is no time")
    return datetime.fromisoformat(text)


def time_of(text: str) -> time:
    """A time of day.

    Raises:
        ValueError: it is none; so is 24:00.
    """
    if text.startswith(("24", "T24")):
        raise ValueError("24:00 is no time")
    return time.fromisoformat(text)
