"""Durations as ISO 8601 text."""

from __future__ import annotations

_MONTHS = 12
_NANOSECONDS = 10**9
_PARTS = (("H", 3600), ("M", 60))


def of_months_days_millis(months: int, days: int, millis: int) -> str:
    """Avro's duration: 14 months, 3 days, 4,005 ms as `P1Y2M3DT4.005S`. Each part stands for itself."""
    years, months = divmod(months, _MONTHS)
    parts = ((years, "Y"), (months, "M"), (days, "D"))
    text = "P" + "".join(f"{count}{letter}" for count, letter in parts if count) + _time(millis * 10**6)
    return text if len(text) > 1 else "PT0S"


def of_nanoseconds(count: int) -> str:
    """An exact time: 90 s as `PT1M30S`, a negative one as `-PT1M30S`."""
    text = _time(abs(count)) or "T0S"
    return f"-P{text}" if count < 0 else f"P{text}"


def _time(nanoseconds: int) -> str:
    """The part of hours, minutes and seconds, empty where there is none."""
    seconds, rest = divmod(nanoseconds, _NANOSECONDS)
    text = ""
    for letter, size in _PARTS:
        count, seconds = divmod(seconds, size)
        text += f"{count}{letter}" if count else ""
    if rest:
        text += f"{seconds}.{rest:09}".rstrip("0") + "S"
    elif seconds:
        text += f"{seconds}S"
    return f"T{text}" if text else ""
