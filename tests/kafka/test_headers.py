"""A failure in headers: written for people and Kafka Connect's tools, read again by the service."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consumer.kafka.headers import failure_headers, redelivery
from consumer.records import (
    Delivered,
    Failure,
    Headers,
    OrderClass,
    Outcome,
    Partition,
    Reason,
    Record,
    Redelivery,
    Stage,
)

ORDERS = Partition("shop.orders", 3)
RETRY = Partition("retry", 0)
FAILURE = Failure(
    Outcome.RETRY,
    Reason.RETRIES_EXHAUSTED,
    Stage.DELIVER,
    "HTTP 503",
    status=503,
    attempts=4,
    first_failed_at=1_700_000_000.25,
    not_before=1_700_000_060.5,
    delivered=1,
)


def record(headers: Headers = (), past: Redelivery | None = None) -> Record:
    partition, offset = (ORDERS, 42) if past is None else (RETRY, 7)
    return Record(partition, offset, b"jane", b"value", 1_699_999_999_000, headers, past)


def written(record: Record, failure: Failure, parking_key: bytes | None = None) -> Headers:
    """The headers as a broker gives them back: values are bytes."""
    headers = failure_headers(record, failure, parking_key)
    return tuple((name, value.encode() if isinstance(value, str) else value) for name, value in headers)


def test_the_group_that_is_to_read_it_again_is_told() -> None:
    headers = failure_headers(record(), FAILURE, group="shop")
    past = redelivery(tuple((name, value.encode() if isinstance(value, str) else value) for name, value in headers))
    assert past is not None
    assert past.group == "shop"
    earlier = redelivery(written(record(), FAILURE))
    assert earlier is not None
    assert earlier.group is None


def test_the_time_of_the_first_record_is_kept_and_not_what_an_event_says_of_itself() -> None:
    """That is in its value, and is read again; the other is known here alone."""
    timed = record()._replace(own_time_ms=1_600_000_000_000)
    assert dict(written(timed, FAILURE))["bluecore.timestamp"] == b"1699999999000"
    past = redelivery(written(timed, FAILURE))
    again = record(past=past)._replace(own_time_ms=1_600_000_000_000)
    assert (again.event_time_ms, again.written_ms) == (1_600_000_000_000, 1_699_999_999_000)


def test_a_failure_has_the_documented_headers() -> None:
    """Kafka Connect's names and ours, all values text, times in milliseconds."""
    assert dict(written(record(), FAILURE, b"jane")) == {
        "__connect.errors.topic": b"shop.orders",
        "__connect.errors.partition": b"3",
        "__connect.errors.offset": b"42",
        "__connect.errors.stage": b"deliver",
        "__connect.errors.exception.class.name": b"RetriesExhausted",
        "__connect.errors.exception.message": b"HTTP 503",
        "bluecore.reason": b"retries_exhausted",
        "bluecore.status": b"503",
        "bluecore.attempts": b"4",
        "bluecore.first-failed-at": b"1700000000250",
        "bluecore.not-before": b"1700000060500",
        "bluecore.delivered": b"1",
        "bluecore.timestamp": b"1699999999000",
        "bluecore.ordering-key": b"jane",
    }


@pytest.mark.parametrize(
    ("which", "text"),
    [
        (((1, "unsubscribe"),), b"1:unsubscribe"),
        (((0, "search"), (1, "wishlist"), (2, "wishlist"), (4, "wishlist")), b"0:search,1-2:wishlist,4:wishlist"),
        (tuple((number, "add_to_cart") for number in range(1, 2000)), b"1-1999:add_to_cart"),
    ],
)
def test_what_was_delivered_is_named_where_a_number_does_not_say_it(which: Delivered, text: bytes) -> None:
    headers = written(record(), replace(FAILURE, which=which))
    assert dict(headers)["bluecore.delivered"] == text
    past = redelivery(headers)
    assert past is not None
    assert (past.which, past.delivered) == (which, 0)


@pytest.mark.parametrize(
    "text", [b"", b"1", b"1:", b":search", b"x:search", b"1:search,", b"1:a,2", b"0-999999999:a", b"\xff", b"1:a:b"]
)
def test_what_does_not_parse_was_not_delivered(text: bytes) -> None:
    """Anyone may write a header: it must not fill the memory, nor end the loop."""
    headers = [(name, text if name == "bluecore.delivered" else value) for name, value in written(record(), FAILURE)]
    past = redelivery(tuple(headers))
    assert past is not None
    assert past.which == ()


def test_what_is_not_known_has_no_header() -> None:
    """A record that could not be decoded got no answer, and is not tried again."""
    failure = Failure(Outcome.DEAD_LETTER, Reason.UNDECODABLE, Stage.DECODE, "too short")

    names = dict(written(record(), failure)).keys()

    assert not names & {"bluecore.status", "bluecore.not-before", "bluecore.delivered", "bluecore.ordering-key"}


def test_the_records_own_headers_come_first_and_stay() -> None:
    """Null values, repeated names and bytes that are no text too; only an earlier failure's are replaced."""
    own = (("trace", b"\xff"), ("trace", None), ("bluecore.reason", b"old"))

    headers = written(record(own), FAILURE)

    assert headers[:2] == own[:2]
    assert [value for name, value in headers if name == "bluecore.reason"] == [b"retries_exhausted"]


def test_a_redelivery_is_read_as_it_was_written() -> None:
    """What the service needs to know after a restart is in the topic."""
    assert redelivery(written(record(), FAILURE)) == Redelivery(
        ORDERS,
        42,
        attempts=4,
        first_failed_at_ms=1_700_000_000_250,
        not_before_ms=1_700_000_060_500,
        delivered=1,
        timestamp_ms=1_699_999_999_000,
    )


def test_a_record_that_fails_again_still_names_its_first_place() -> None:
    """Not the retry topic, where it was read from this time."""
    past = redelivery(written(record(), FAILURE))

    again = dict(written(record(written(record(), FAILURE), past), FAILURE))

    assert again["__connect.errors.topic"] == b"shop.orders"
    assert (again["__connect.errors.partition"], again["__connect.errors.offset"]) == (b"3", b"42")
    assert again["bluecore.timestamp"] == b"1699999999000"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("__connect.errors.topic", b""),
        ("__connect.errors.topic", None),
        ("__connect.errors.topic", b"shop.orders\r\nX-Other: 1"),
        ("__connect.errors.topic", b"shop orders"),
        ("__connect.errors.partition", b"three"),
        ("__connect.errors.offset", b"-1"),
        ("__connect.errors.offset", b"9" * 5000),
    ],
)
def test_a_record_that_somebody_else_wrote_has_no_past(name: str, value: bytes | None) -> None:
    """The retry topic is open to others: what does not say where it came from is no redelivery."""
    headers = tuple((each, value if each == name else kept) for each, kept in written(record(), FAILURE))

    assert redelivery(headers) is None


def test_of_a_record_that_says_no_more_than_where_it_came_from_nothing_is_known() -> None:
    """As one that another tool of Kafka Connect's naming has put there: it goes at once, and whole."""
    origin: Headers = (
        ("__connect.errors.topic", b"shop.orders"),
        ("__connect.errors.partition", b"0"),
        ("__connect.errors.offset", b"0"),
    )
    assert redelivery(origin) == Redelivery(
        Partition("shop.orders", 0), 0, attempts=0, first_failed_at_ms=0, not_before_ms=0, delivered=0
    )


def test_a_number_has_as_many_digits_as_any_real_one_and_no_more() -> None:
    """Python reads numbers of any length, in a time that grows with its square."""

    def offset(digits: int) -> Redelivery | None:
        headers = dict(written(record(), FAILURE)) | {"__connect.errors.offset": b"9" * digits}
        return redelivery(tuple(headers.items()))

    longest = offset(18)
    assert longest is not None
    assert longest.offset == 10**18 - 1
    assert offset(19) is None


def test_a_header_that_does_not_parse_counts_as_absent() -> None:
    """The origin is known, so the record can still be routed."""
    headers = (*written(record(), FAILURE), ("bluecore.attempts", b"many"), ("bluecore.not-before", b"\xff"))

    past = redelivery(headers)

    assert past is not None
    assert (past.origin, past.attempts, past.not_before_ms) == (ORDERS, 0, 0)


@pytest.mark.parametrize("kind", OrderClass)
def test_the_class_that_is_parked_and_the_part_that_is_left_are_read_as_they_were_written(kind: OrderClass) -> None:
    headers = failure_headers(record(), FAILURE, b"jane", kind, kind)
    read = tuple((name, str(value).encode()) for name, value in headers)

    past = redelivery(read)

    assert dict(read)["bluecore.ordering-class"] == dict(read)["bluecore.part"] == kind.encode()
    assert past is not None
    assert past.part is kind
    assert past.parks == {kind}


def test_what_an_earlier_version_wrote_parks_both_classes_and_is_whole() -> None:
    past = redelivery(written(record(), FAILURE, b"jane"))

    assert past is not None
    assert past.part is None
    assert past.parks == set(OrderClass)


def test_what_parks_nothing_names_no_class() -> None:
    """A dead letter keeps the part that it is, for its replay."""
    headers = dict(failure_headers(record(), FAILURE, None, OrderClass.CONSENT, OrderClass.CONSENT))

    assert "bluecore.ordering-class" not in headers
    assert headers["bluecore.part"] == "consent"
