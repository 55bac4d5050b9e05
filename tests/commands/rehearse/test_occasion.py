"""What a rehearsal was made of and when."""

from __future__ import annotations

from consumer.commands.rehearse.occasion import Occasion, whole_span
from consumer.commands.rehearse.tally import Span, Tally

MADE = Occasion("events.yaml", 1_764_464_400_000)


def test_the_records_are_of_the_time_from_the_first_to_the_last_of_all_topics() -> None:
    tally = Tally(spans={"shop.orders": Span(1_000, 60_000), "shop.carts": Span(500, 2_000), "shop.empty": Span()})
    assert whole_span(tally) == Span(500, 60_000)
    assert "from 1970-01-01 00:00 to 1970-01-01 00:01, made 2025-11-30 01:00 (UTC)." in MADE.in_words(tally)


def test_records_without_a_time_are_of_no_time() -> None:
    sentence = MADE.in_words(Tally(spans={"shop.empty": Span()}))
    assert sentence == "A rehearsal of events.yaml on your own records, made 2025-11-30 01:00 (UTC)."
