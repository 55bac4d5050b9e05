"""Spans of time and counts for a person."""

from __future__ import annotations

from typing import Final

_UNITS: Final = ((86_400, "day"), (3600, "hour"), (60, "minute"))
_TWICE: Final = 2


def spelt(seconds: float) -> str:
    """`3 hours`: the largest unit of which there are two, `45 seconds` below."""
    for size, name in _UNITS:
        if seconds >= _TWICE * size:
            return f"{seconds / size:.0f} {name}s"
    return f"{seconds:.0f} second{'' if round(seconds) == 1 else 's'}"


def counted(number: int, noun: str) -> str:
    """`1 record`, `2,000 records`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
