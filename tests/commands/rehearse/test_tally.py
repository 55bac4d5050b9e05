"""What would become of records, counted."""

from __future__ import annotations

from collections import Counter

import pytest

from consumer.commands.rehearse.tally import RowKey, Span, Tally
from consumer.config.destinations import UNNAMED
from consumer.records import Partition, Reason, Record, Reject, Stage

KEY = RowKey(0, "shop.orders", "purchase")


def refused(message: str, reason: Reason = Reason.INVALID_FIELD) -> Reject:
    return Reject(reason, Stage.MAP, message)


def record(offset: int) -> Record:
    return Record(Partition("shop.orders", 3), offset, key=None, value=b"")


def test_a_message_is_counted_with_the_place_of_its_first_record() -> None:
    row = Tally().row(KEY)
    for offset, message in enumerate(["a", "b", "b", "c", "c", "c", "d"]):
        row.add_refusal(refused(message), record(offset), lambda taken: f"record {taken.offset}")

    assert [(each.message, each.count, each.place[1], each.example) for each in row.commonest()] == [
        ("c", 3, 3, "record 3"),
        ("b", 2, 1, "record 1"),
        ("a", 1, 0, "record 0"),
    ]
    assert row.reject == {"invalid_field": 7}


def test_messages_without_end_are_counted_and_not_kept() -> None:
    row = Tally().row(KEY)
    for number in range(2_000):
        row.add_refusal(refused(f"message {number}"), record(number), lambda _: "")
    assert row.rejected == 2_000
    assert len(row.refusals) == 1_000


def test_the_same_message_of_two_reasons_is_two() -> None:
    row = Tally().row(KEY)
    row.add_refusal(refused("x"), record(0), lambda _: "")
    row.add_refusal(refused("x", Reason.MISSING_FIELD), record(1), lambda _: "")
    assert [each.reason for each in row.commonest()] == ["invalid_field", "missing_field"]


def test_what_no_route_takes_stands_last() -> None:
    tally = Tally()
    keys = [
        RowKey(None, "a", ""),
        RowKey(1, "b", "search", "zeta"),
        RowKey(1, "b", "search", None),
        RowKey(0, "b", "purchase"),
        RowKey(0, "a", "optin"),
    ]
    for key in keys:
        tally.row(key)
    assert [key for key, _ in tally.ordered()] == [keys[4], keys[3], keys[2], keys[1], keys[0]]


def test_the_pace_is_that_of_the_records_own_times() -> None:
    """Of each topic for itself: they are read one after the other, and written side by side."""
    tally = Tally()
    for topic, requests, seconds in (("shop.orders", 300, 100), ("shop.carts", 50, 500)):
        tally.row(RowKey(0, topic, "x")).requests = requests
        tally.spans[topic] = Span(0, seconds * 1000)
    assert tally.requests_per_second() == pytest.approx(3.1)


def test_the_pace_of_a_destination_is_that_of_its_own_requests() -> None:
    tally = Tally()
    for destination, requests in ((UNNAMED, 60), ("acme", 600), (None, 0)):
        tally.row(RowKey(0, "shop.orders", "purchase", destination)).requests = requests
    tally.spans["shop.orders"] = Span(0, 60_000)
    assert [tally.requests_per_second(each) for each in (UNNAMED, "acme", "zeta")] == pytest.approx([1, 10, 0])
    assert tally.requests_per_second() == pytest.approx(11)


def test_records_that_were_written_at_once_tell_no_pace() -> None:
    tally = Tally()
    tally.row(KEY).requests = 100_000
    tally.spans["shop.orders"] = Span(0, 59_999)
    assert tally.requests_per_second() == 0


def test_a_span_reaches_from_the_first_time_to_the_last() -> None:
    """Whatever order they come in; a record without a time, as a producer may write, has none."""
    span = Span()
    for at in (5_000, None, 2_000, 9_000):
        span.add(at)
    assert (span.first_ms, span.last_ms, span.seconds) == (2_000, 9_000, 7.0)
    assert Span().seconds == 0


def test_the_share_that_is_refused() -> None:
    """What is skipped on purpose does not make it smaller."""
    tally = Tally()
    assert tally.rejected_share == 0
    row = tally.row(KEY)
    row.send, row.skip = 7, Counter(when=100)
    row.add_refusal(refused("x"), record(0), lambda _: "")
    tally.row(RowKey(1, "b", "search")).send = 2
    assert tally.rejected_share == pytest.approx(0.1)


def test_what_is_paused_is_not_sent_now() -> None:
    """Nor refused: it is skipped, and has no part in the pace."""
    tally = Tally()
    for number, paused in enumerate((True, False)):
        row = tally.row(RowKey(number, "shop.orders", "purchase"))
        row.read, row.send, row.requests, row.paused = 4, 3, 6_000, paused
        row.add_refusal(refused("x"), record(0), lambda _: "")
    tally.spans["shop.orders"] = Span(0, 60_000)
    assert (tally.judged, tally.sent, tally.skipped, tally.rejected) == (8, 3, 4, 1)
    assert tally.requests_per_second() == pytest.approx(100)
