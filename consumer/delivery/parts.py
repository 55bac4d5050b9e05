"""A record's requests by class: its consents go first, and wait for nothing else of the customer.

Each class is a part of the record, with a lane, attempts and a way into the retry topic of its own. The second part
begins when the first has ended, and keeps its place in its own lane from the start: so each class keeps its order.
"""

from __future__ import annotations

from typing import NamedTuple

from consumer.records import CONSENTS, EventRequest, OrderClass, Send

CONSENT_STEP = 0.5
"""By how much consents go ahead of what has the same priority: less than from one whole number to the next."""

MIXED_STEP = 0.25
"""The same of a partition that may hold a consent: it is read on though enough is ready, for one may come."""


def may_hold_consents(priority: float) -> bool:
    """Whether a partition of this priority has a step of those above."""
    return priority % 1 > 0


class Part(NamedTuple):
    """The requests of one class of a record.

    Attributes:
        numbers: the n of each request's idempotency key, links not counted; none where they count from 0 on.
        ordered: the order of these matters beyond the retries in memory.
        delivered: how many requests of it are left out, as Bluecore has them already.
    """

    kind: OrderClass
    requests: tuple[EventRequest, ...]
    priority: float
    ordered: bool
    numbers: tuple[int, ...] = ()
    delivered: int = 0

    def without(self, delivered: int) -> Part:
        """What is left where Bluecore has all requests up to this number."""
        gone = sum(number < delivered for number in self.numbers)
        own = [request for request in self.requests if not request.link]
        links = [request for request in self.requests if request.link]
        requests = (*links, *own[gone:]) if gone < len(own) else ()
        return self._replace(requests=requests, numbers=self.numbers[gone:], delivered=gone)


def parts_of(mapped: Send, ordered_events: frozenset[str]) -> tuple[Part, ...]:
    """The parts of a record in the order in which they go: its consents, then the rest; none is empty.

    The links go ahead of the first. The numbers count in the order of the routes, so that each request has the same
    idempotency key whatever goes first.
    """
    links = [request for request in mapped.requests if request.link]
    own = [request for request in mapped.requests if not request.link]
    parts = []
    for kind, step in ((OrderClass.CONSENT, CONSENT_STEP), (OrderClass.OTHER, 0)):
        consents = kind is OrderClass.CONSENT
        numbers = tuple(number for number, request in enumerate(own) if (request.event in CONSENTS) is consents)
        if numbers:
            requests = (*links, *(own[number] for number in numbers))
            ordered = any(request.event in ordered_events for request in requests)
            parts.append(Part(kind, requests, mapped.priority + step, ordered, numbers))
            links = []
    return tuple(parts)
