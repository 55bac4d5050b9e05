"""What a rehearsal was made of and when, for those who find its page weeks later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from consumer.commands.rehearse.tally import Span, Tally


@dataclass(frozen=True, slots=True)
class Occasion:
    """`configuration`: the name of the file; `at_ms`: when it was made, ms since the epoch."""

    configuration: str
    at_ms: int

    def in_words(self, tally: Tally) -> str:
        """One sentence: the configuration, the time that the records are of, and when it was made."""
        span = whole_span(tally)
        of = ""
        if span.first_ms is not None and span.last_ms is not None:
            of = f" from {_minute(span.first_ms)} to {_minute(span.last_ms)}"
        return f"A rehearsal of {self.configuration} on your own records{of}, made {_minute(self.at_ms)} (UTC)."


def whole_span(tally: Tally) -> Span:
    """From the first record of any topic to the last."""
    whole = Span()
    for span in tally.spans.values():
        whole.add(span.first_ms)
        whole.add(span.last_ms)
    return whole


def _minute(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")
