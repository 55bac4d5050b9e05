"""A record's requests by class: its consents go first, and wait for nothing else of the customer.

Each class is a part of the record, with a lane, attempts and a way into the retry topic of its own. The second part
begins when the first has ended, and keeps its place in its own lane from the start: so each class keeps its order.
"""

from __future__ import annotations

from collections import defaultdict, deque
from typing import NamedTuple

from consumer.records import CONSENTS, Delivered, EventRequest, OrderClass, Record, Redelivery, Reject, Send

CONSENT_STEP = 0.5
"""By how much consents go ahead of what has the same priority: less than from one whole number to the next."""

MIXED_STEP = 0.25
"""The same of a partition that may hold a consent: it is read on though enough is ready, for one may come."""


def may_hold_consents(priority: float) -> bool:
    """Whether a partition of this priority has a step of those above."""
    return priority % 1 > 0


def ordering_key(record: Record, requests: tuple[EventRequest, ...], *, by_customer: bool) -> bytes | None:
    """The key under which these requests of a record keep their order.

    Args:
        record: the record.
        requests: of one class.
        by_customer: it is the customer, whatever the Kafka key; an address in another case is no other.

    Returns:
        The Kafka key; without one, the customer of the first request. None where there is neither.
    """
    if not requests:
        return record.key
    if by_customer:
        return requests[0].customer.lower().encode()
    return requests[0].customer.encode() if record.key is None else record.key


def addressed(key: bytes | None, destination: str) -> bytes | None:
    """The key under which records for a destination are parked; of the one without a name, the ordering key."""
    return key if key is None or not destination else b"%b\0%b" % (destination.encode(), key)


class Part(NamedTuple):
    """What a record makes of one class.

    Attributes:
        requests: those that are left to send, its links first.
        numbers: the n of each request's idempotency key, links not counted.
        ordered: the order of these matters beyond the retries in memory.
        refused: what further routes would have made of this class, and refuse.
        done: the requests that are left out, as Bluecore has them already.
    """

    kind: OrderClass
    requests: tuple[EventRequest, ...]
    priority: float
    ordered: bool
    numbers: tuple[int, ...] = ()
    refused: tuple[Reject, ...] = ()
    done: Delivered = ()

    @property
    def own(self) -> Delivered:
        """The number and the event of each request, links not counted."""
        events = (request.event for request in self.requests if not request.link)
        return tuple(zip(self.numbers, events, strict=True))

    def without(self, done: Delivered) -> Part:
        """What is left where Bluecore has these requests; of another event under the same number it has none."""
        gone, own = frozenset(done), [request for request in self.requests if not request.link]
        kept = [(each, request) for each, request in zip(self.own, own, strict=True) if each not in gone]
        links = [request for request in self.requests if request.link] if kept else []
        return self._replace(
            requests=(*links, *(request for _, request in kept)),
            numbers=tuple(number for (number, _), _ in kept),
            done=(*self.done, *(each for each in self.own if each in gone)),
        )


def parts_of(mapped: Send, ordered_events: frozenset[str]) -> tuple[Part, ...]:
    """The parts of a record in the order in which they go: its consents, then the rest; none is empty.

    The links go ahead of the first. The numbers count in the order of the routes, so that each request has the same
    idempotency key whatever goes first. What is refused and of no known class belongs to the rest.
    """
    links = [request for request in mapped.requests if request.link]
    own = [request for request in mapped.requests if not request.link]
    numbered = list(zip(mapped.numbers or range(len(own)), own, strict=True))
    parts = []
    for kind, step in ((OrderClass.CONSENT, CONSENT_STEP), (OrderClass.OTHER, 0)):
        consents = kind is OrderClass.CONSENT
        of_kind = [(number, request) for number, request in numbered if (request.event in CONSENTS) is consents]
        refused = tuple(each for each in mapped.refused if (each.kind is OrderClass.CONSENT) is consents)
        if of_kind:
            requests = (*links, *(request for _, request in of_kind))
            ordered = any(request.event in ordered_events for request in requests)
            numbers = tuple(number for number, _ in of_kind)
            parts.append(Part(kind, requests, mapped.priority + step, ordered, numbers, refused))
            links = []
        elif refused:
            parts.append(Part(kind, (), mapped.priority + step, ordered=False, refused=refused))
    return tuple(parts)


def left_of(
    mapped: Send, past: Redelivery | None, ordered_events: frozenset[str], *, half: bool = False
) -> tuple[Part, ...]:
    """The parts of which something is still to be sent, or to be told to be refused.

    Args:
        mapped: the whole record.
        past: what its headers say of it.
        ordered_events: those whose order matters for good.
        half: its consents have ended.
    """
    parts = parts_of(mapped, ordered_events)
    if past is not None and past.which:
        elsewhere = frozenset(mapped.others)
        done = _moved(tuple(each for each in past.which if each not in elsewhere), parts)
        parts = tuple(part.without(done) for part in parts)
    elif past is not None and past.delivered:
        parts = _without_the_first(parts, past)
    wanted = OrderClass.OTHER if half else None if past is None else past.part
    parts = tuple(part for part in parts if (part.requests or part.refused) and wanted in {None, part.kind})
    alone = [part for part in parts if not part.requests]
    if len(parts) > 1 and alone:
        # Nothing goes ahead of the only requests that there are.
        (sent,) = (part for part in parts if part.requests) if len(alone) == 1 else (parts[0],)
        refused = tuple(each for part in parts for each in part.refused)
        return (sent._replace(refused=refused),)
    return parts


def _without_the_first(parts: tuple[Part, ...], past: Redelivery) -> tuple[Part, ...]:
    """Where mapping has changed since, and makes no more than so many requests, the last one goes again."""
    own = sorted(each for part in parts if past.part in {None, part.kind} for each in part.own)
    done = tuple(own[: min(past.delivered, max(0, len(own) - 1))])
    return tuple(part.without(done) for part in parts)


def _moved(which: Delivered, parts: tuple[Part, ...]) -> Delivered:
    """The requests that Bluecore has by the numbers that they have now: what was refused may be several by now."""
    own = {each for part in parts for each in part.own}
    found = [each for each in which if each in own]
    left: defaultdict[str, deque[tuple[int, str]]] = defaultdict(deque)
    for each in sorted(own.difference(found)):
        left[each[1]].append(each)
    found += [left[event].popleft() for number, event in which if (number, event) not in own and left[event]]
    return tuple(found)
