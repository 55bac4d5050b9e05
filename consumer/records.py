"""What passes from room to room: a record, the requests made of it, an answer, a failure.

Plain values only. Nothing here does I/O or knows a library.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Literal, NamedTuple

Headers = tuple[tuple[str, bytes | None], ...]
OWN_HEADERS = ("__connect.errors.", "bluecore.")
"""How the headers begin that the service writes into the retry and dead-letter topics."""


class Reason(StrEnum):
    """Why a record was given up or put off: the closed list of `bluecore.reason`."""

    UNDECODABLE = "undecodable"
    UNROUTABLE = "unroutable"
    MISSING_FIELD = "missing_field"
    INVALID_FIELD = "invalid_field"
    TOO_OLD = "too_old"
    TOO_LARGE = "too_large"
    REJECTED = "rejected"
    RETRIES_EXHAUSTED = "retries_exhausted"
    REDELIVERIES_EXHAUSTED = "redeliveries_exhausted"
    ENCRYPTED = "encrypted"
    NOT_APPLIED = "not_applied"


class Stage(StrEnum):
    """Where in the pipeline a record failed."""

    DECODE = "decode"
    MAP = "map"
    DELIVER = "deliver"


CONSENTS = frozenset(("optin", "unsubscribe", "signup"))
"""The events that say what a customer has consented to: they come first."""


class OrderClass(StrEnum):
    """Consents keep their order among themselves, and everything else among itself: neither waits for the other."""

    CONSENT = "consent"
    OTHER = "other"


Delivered = tuple[tuple[int, str], ...]
"""Requests of a record that Bluecore has accepted: the n of each one's idempotency key, and its event."""

_LONGEST_KEY = 64 << 10


class Partition(NamedTuple):
    """One partition of one topic."""

    topic: str
    number: int

    def __str__(self) -> str:
        return f"{self.topic}[{self.number}]"


@dataclass(frozen=True, slots=True)
class Redelivery:
    """What the headers of a record in the retry topic say of its past; times are milliseconds since the epoch.

    Attributes:
        delivered: how many of its requests, links not counted, Bluecore has accepted: the first of them.
        which: which requests it has accepted, where those are not the first ones.
        timestamp_ms: of the record in its own topic.
        part: the requests that are left of a record of both classes; None: all of them.
        parks: the classes that it parks, if it parks any.
        destination: where what is left of it goes; None: wherever its routes say.
        group: the consumer group that has written it; None: an earlier version, which did not say.
    """

    origin: Partition
    offset: int
    attempts: int = 0
    first_failed_at_ms: int = 0
    not_before_ms: int = 0
    delivered: int = 0
    which: Delivered = ()
    request_id: str = ""
    timestamp_ms: int | None = None
    part: OrderClass | None = None
    parks: frozenset[OrderClass] = frozenset(OrderClass)
    destination: str | None = None
    group: str | None = None


class Record(NamedTuple):
    """A Kafka record as it was read.

    A tuple, as `Answer` is: there is one for every event, and a frozen dataclass takes three times as long to make.

    Attributes:
        redelivery: its past, when it was read from the retry topic.
        left_out: how many bytes it had, where it was too large and its value and headers are left out here.
        own_time_ms: the time that it says of itself, where its route reads that (`event_time`).
    """

    partition: Partition
    offset: int
    key: bytes | None
    value: bytes | None
    timestamp_ms: int | None = None
    headers: Headers = ()
    redelivery: Redelivery | None = None
    left_out: int = 0
    own_time_ms: int | None = None

    @property
    def origin(self) -> Partition:
        """The partition that the record was first read from: its routes are that topic's."""
        return self.partition if self.redelivery is None else self.redelivery.origin

    @property
    def origin_offset(self) -> int:
        return self.offset if self.redelivery is None else self.redelivery.offset

    @property
    def event_time_ms(self) -> int | None:
        """When the event was: what it says of itself, or when it was written."""
        if self.own_time_ms is not None:
            return self.own_time_ms
        return self.timestamp_ms if self.redelivery is None else self.redelivery.timestamp_ms

    @property
    def written_ms(self) -> int | None:
        """When the event was written to its own topic, whichever topic it was read from now."""
        return self.timestamp_ms if self.redelivery is None else self.redelivery.timestamp_ms

    @property
    def traceparent(self) -> str | None:
        """The trace that the producer wrote the record in, as the header of W3C's Trace Context; not checked."""
        for name, value in reversed(self.headers):
            if name == "traceparent" and value is not None:
                return value.decode("ascii", "replace")
        return None

    @property
    def size(self) -> int:
        """Bytes of key, value and headers."""
        key, value = self.key, self.value
        size = (len(key) if key else 0) + (len(value) if value else 0)
        return size + sum(len(name) + len(value or b"") for name, value in self.headers) if self.headers else size

    def without_value(self) -> Record:
        """The same without what makes it large: its value and headers, and a key of more than 64 KiB.

        Of one that is without them already the key goes, too: there are topics that take very little.
        """
        key = self.key if len(self.key or b"") <= _LONGEST_KEY and not self.left_out else None
        return self._replace(key=key, value=None, headers=(), left_out=self.left_out or self.size)


class EventRequest(NamedTuple):
    """One event as Bluecore will receive it.

    Attributes:
        body: the whole JSON document.
        customer: whose it is: their events are sent in order.
        link: an `identify` that goes ahead of the record's own events. Whether there is one depends on what the
            process has seen, so that it is not counted among the record's requests.
        rated: the number of its route, where that has a rate of its own.
        until_ms: from then on it is too old, ms since the epoch, where its route has a time or a limit of its own.
        destination: where it goes, by its name; empty is that of the section `bluecore`.
        api: by which of Bluecore's REST APIs; empty is the Events API.
    """

    event: str
    body: bytes
    customer: str
    link: bool = False
    rated: int | None = None
    until_ms: int | None = None
    destination: str = ""
    api: str = ""


class Omission(NamedTuple):
    """An optional field that could not be read as what it must be: the event goes without it.

    Attributes:
        event: the event type.
        field: such as `phone`, or `products[2].price`.
        message: for people, without a value of the record.
        label: the field among those that there can be: `products.price`, and `products.*` for what is not mapped.
    """

    event: str
    field: str
    message: str
    label: str


class Send(NamedTuple):
    """A record that became requests, in the order of its routes.

    Consents are sent before the others; the n of an idempotency key counts in this order all the same.

    Attributes:
        omitted: what was left out of them.
        refused: why other routes of the record make nothing of it; it becomes a dead letter once these are sent.
        numbers: the n of each request's idempotency key, links not counted; none where they count from 0 on. What a
            route refuses has a number, too: the keys of the others stay what they are once it is sent.
        event_time_ms: the record's own time, where a route reads it: of several, the earliest.
        others: the requests of the record that go to other destinations, where it is one destination's share.
    """

    requests: tuple[EventRequest, ...]
    priority: float = 0
    omitted: tuple[Omission, ...] = ()
    refused: tuple[Reject, ...] = ()
    numbers: tuple[int, ...] = ()
    event_time_ms: int | None = None
    others: Delivered = ()


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that no retry can help, or that one route makes nothing of.

    Attributes:
        message: for people, without a value of the record.
        event: what the record would have become, empty where that is not known.
        kind: the class of what it would have become, None where that is not known.
        number: the n that the idempotency key of its request would have had.
        event_time_ms: the record's own time, where a route reads it.
        several: where several routes refuse the record, why each of them does.
        destination: where it would have gone, None where that is not known.
    """

    reason: Reason
    stage: Stage
    message: str
    field: str | None = None
    event: str = ""
    kind: OrderClass | None = None
    number: int = 0
    destination: str | None = None
    event_time_ms: int | None = None
    several: tuple[Reject, ...] = ()

    @property
    def each(self) -> tuple[Reject, ...]:
        """Of each route that refuses the record, why."""
        return self.several or (self,)


@dataclass(frozen=True, slots=True)
class Skip:
    """A record that is deliberately not sent."""

    reason: Literal["when", "event", "destination", "tombstone", "records", "only_emails", "other_group"]


Mapped = Send | Reject | Skip


class NoAnswer(StrEnum):
    """Why a request got no HTTP answer."""

    DNS = "dns"
    TLS = "tls"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    RESET = "reset"
    OTHER = "other"
    TOKEN = "token"  # noqa: S105 - why there was none to send


class Answer(NamedTuple):
    """What came back for one request: a status, or the reason why there is none.

    Attributes:
        headers: only what delivery reads, by names in lower case.
        text: the start of the body, or what it says of the fault.
        unapplied: what Bluecore has stored in the place of what was sent, as its answer says; empty: nothing else.
        request_id: Bluecore's name for the request, where its answer has one.
    """

    status: int | None
    no_answer: NoAnswer | None = None
    headers: Mapping[str, str] = MappingProxyType({})
    text: str = ""
    seconds: float = 0.0
    unapplied: str = ""
    request_id: str = ""


class Outcome(StrEnum):
    """What became of a record: the label of `events_total`."""

    DELIVERED = "delivered"
    RETRY = "retry"
    DEAD_LETTER = "dead_letter"
    SKIPPED = "skipped"


class Receipt(NamedTuple):
    """What became of one event, for who asks later.

    Attributes:
        customer: whose event it is; empty where that is not known, as of what could not be mapped.
        at: seconds since the epoch.
        request_id: Bluecore's name for the request, where its answer had one.
    """

    idempotency_key: str
    event: str
    outcome: Outcome
    customer: str
    at: float
    status: int | None = None
    reason: Reason | None = None
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a record goes to the retry topic or to the dead-letter topic; times are seconds since the epoch.

    Attributes:
        not_before: when it is to be sent again; 0 for a dead letter.
        delivered: how many of its requests were accepted before one failed.
        which: which of its requests were accepted, where those are not the first ones.
        request_id: Bluecore's name for the request, where its answer had one.
    """

    outcome: Outcome
    reason: Reason
    stage: Stage
    message: str
    status: int | None = None
    attempts: int = 0
    first_failed_at: float = 0.0
    not_before: float = 0.0
    delivered: int = 0
    which: Delivered = ()
    request_id: str = ""
