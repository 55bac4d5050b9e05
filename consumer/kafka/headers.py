"""The headers of records in the retry and dead-letter topics: a failure written down, and read again.

Kafka Connect's names where it has one, so that its tools read them; `bluecore.*` for the rest.
"""

from __future__ import annotations

import re

from consumer.records import OWN_HEADERS, Delivered, Failure, Headers, OrderClass, Partition, Record, Redelivery

CONNECT, BLUECORE = OWN_HEADERS
_TOPIC = re.compile("[A-Za-z0-9._-]{1,249}")
ORDERING_KEY_HEADER = BLUECORE + "ordering-key"
"""The key under which later records of the customer follow this one into the retry topic."""
_ORDERING_CLASS = BLUECORE + "ordering-class"
_PART = BLUECORE + "part"
_DESTINATION = BLUECORE + "destination"
_GROUP = BLUECORE + "group"
_REQUEST_ID = BLUECORE + "request-id"
"""`x-bluecore-id` of the answer: Bluecore's name for the request, to be given to its support."""
_LEFT_OUT = BLUECORE + "left-out"
_REQUESTS = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?:([^,:]{1,200})")
_MOST_REQUESTS = 100_000  # above what a route may make of a record; anyone may write the header
_LONGEST_MESSAGE = 2000
"""Characters. It may quote a schema's names, and the registry's words, which have no limits of their own."""
_LONGEST_NAME = 63
_CLASSES: dict[bytes | None, OrderClass] = {kind.encode(): kind for kind in OrderClass}
_PARKS: dict[OrderClass | None, frozenset[OrderClass]] = {
    None: frozenset(OrderClass),
    **{kind: frozenset((kind,)) for kind in OrderClass},
}
"""One of each for all, as there may be hundreds of thousands. An earlier version wrote no class: that parks both."""


def failure_headers(  # noqa: PLR0913, PLR0917 - all that is to be known of a failure
    record: Record,
    failure: Failure,
    parking_key: bytes | None = None,
    kind: OrderClass | None = None,
    part: OrderClass | None = None,
    destination: str | None = None,
    *,
    group: str | None = None,
) -> list[tuple[str, str | bytes | None]]:
    """The record's own headers, and what is to be known of its failure. Times in milliseconds since the epoch.

    Args:
        record: the record.
        failure: why it is written.
        parking_key: the ordering key of a record that order matters for, and which goes to the retry topic.
        kind: of which class the later records are that follow it; None: of both.
        part: which requests of a record of both classes are left; None: all.
        destination: for which the requests are that are left; None: for all that its routes name.
        group: the consumer group that is to read it again; None: nobody is.
    """
    origin = record.origin
    added: dict[str, object] = {
        CONNECT + "topic": origin.topic,
        CONNECT + "partition": origin.number,
        CONNECT + "offset": record.origin_offset,
        CONNECT + "stage": failure.stage,
        CONNECT + "exception.class.name": "".join(part.title() for part in failure.reason.split("_")),
        CONNECT + "exception.message": failure.message[:_LONGEST_MESSAGE],
        BLUECORE + "reason": failure.reason,
        BLUECORE + "status": failure.status,
        BLUECORE + "attempts": failure.attempts,
        BLUECORE + "first-failed-at": _milliseconds(failure.first_failed_at),
        BLUECORE + "not-before": _milliseconds(failure.not_before) or None,
        BLUECORE + "delivered": _which(failure.which) or failure.delivered or None,
        BLUECORE + "timestamp": record.written_ms,
        ORDERING_KEY_HEADER: parking_key,
        _ORDERING_CLASS: None if parking_key is None else kind,
        _PART: part,
        _DESTINATION: destination,
        _LEFT_OUT: record.left_out or None,
        _GROUP: group,
        _REQUEST_ID: failure.request_id or None,
    }
    kept = [header for header in record.headers if header[0] not in added]
    return [*kept, *((name, _text(value)) for name, value in added.items() if value is not None)]


def redelivery(headers: Headers) -> Redelivery | None:
    """What a record of the retry topic says of its past; None where its origin is missing or does not parse."""
    values = {name: value for name, value in headers if name.startswith((CONNECT, BLUECORE))}
    topic = (values.get(CONNECT + "topic") or b"").decode(errors="replace")
    partition, offset = (
        _number(values.get(CONNECT + "partition")),
        _number(values.get(CONNECT + "offset")),
    )
    # Anyone may write a header, and this one becomes a part of the request's own.
    if not _TOPIC.fullmatch(topic) or partition is None or offset is None:
        return None
    return Redelivery(
        Partition(topic, partition),
        offset,
        attempts=_number(values.get(BLUECORE + "attempts")) or 0,
        first_failed_at_ms=_number(values.get(BLUECORE + "first-failed-at")) or 0,
        not_before_ms=_number(values.get(BLUECORE + "not-before")) or 0,
        delivered=_number(values.get(BLUECORE + "delivered")) or 0,
        which=_parsed_which(values.get(BLUECORE + "delivered")),
        timestamp_ms=_number(values.get(BLUECORE + "timestamp")),
        part=_CLASSES.get(values.get(_PART)),
        destination=_destination(values.get(_DESTINATION)),
        parks=_PARKS[_CLASSES.get(values.get(_ORDERING_CLASS))],
        group=None if (group := values.get(_GROUP)) is None else group.decode(errors="replace"),
    )


def left_out(headers: Headers) -> int:
    """How many bytes a record had that was set aside without its value; 0: it has it."""
    return _number(dict(headers).get(_LEFT_OUT)) or 0


def _which(delivered: Delivered) -> str:
    """`0:customer_patch,2-4:add_to_cart`: the requests that Bluecore has, by the n of their idempotency keys."""
    ranges: list[tuple[int, int, str]] = []
    for number, event in delivered:
        if ranges and ranges[-1][1:] == (number - 1, event):
            ranges[-1] = ranges[-1][0], number, event
        else:
            ranges.append((number, number, event))
    return ",".join(
        f"{first}-{last}:{event}" if last > first else f"{first}:{event}" for first, last, event in ranges
    )


def _parsed_which(value: bytes | None) -> Delivered:
    """Nothing where it is a number, or does not parse."""
    found: list[tuple[int, str]] = []
    for each in (value or b"").decode(errors="replace").split(","):
        match = _REQUESTS.fullmatch(each)
        if match is None:
            return ()
        first, last = int(match[1]), int(match[2] or match[1])
        if len(found) + last - first >= _MOST_REQUESTS:
            return ()
        found += [(number, match[3]) for number in range(first, last + 1)]
    return tuple(found)


def _destination(value: bytes | None) -> str | None:
    """A name, whether or not there is such a destination: nothing else is sent of it."""
    return None if value is None else value.decode(errors="replace")[:_LONGEST_NAME]


def _text(value: object) -> str | bytes:
    return value if isinstance(value, bytes) else str(value)


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def _number(value: bytes | None) -> int | None:
    """A count or a time in decimal digits: what is longer than any real one is none."""
    if value is None or not value.isdigit() or len(value) > 18:  # noqa: PLR2004
        return None
    return int(value)
