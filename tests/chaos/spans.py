"""Stretches of time, in ms since the epoch."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """From `begin` to before `end`."""

    begin: int
    end: int

    @property
    def ms(self) -> int:
        return max(0, self.end - self.begin)

    def within(self, other: Span) -> Span:
        """The part of it that lies in the other; empty when none does."""
        return Span(max(self.begin, other.begin), min(self.end, other.end))


def ms_outside(span: Span, others: Iterable[Span]) -> int:
    """How much of the span lies in none of the others, which may overlap."""
    left, at = 0, span.begin
    for each in sorted((other.within(span) for other in others), key=lambda other: other.begin):
        if each.ms:
            left += max(0, each.begin - at)
            at = max(at, each.end)
    return left + max(0, span.end - at)


def now_ms() -> int:
    return time.time_ns() // 1_000_000
