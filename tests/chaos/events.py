"""What the shop's systems write: every customer's events, some in transactions, some broken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from random import Random
from typing import Final

from tests.chaos.plan import customer
from tests.support.shop import Shop

PROFILES, BEHAVIOUR = "chaos.profiles", "chaos.behaviour"
TOPICS: Final = {
    PROFILES: ("customer_patch", "optin", "unsubscribe"),
    BEHAVIOUR: ("search", "viewed_product", "add_to_cart", "purchase"),
}
"""The types of event in each topic. Those of the profiles keep their order through the retry topic, too."""

_BROKEN_SHARE: Final = 0.002
_CHUNK: Final = 20


class Fate(Enum):
    """How a chunk of events is written."""

    PLAIN = auto()
    COMMITTED = auto()
    ABORTED = auto()


_FATES: Final = (Fate.PLAIN, Fate.COMMITTED, Fate.PLAIN, Fate.ABORTED, Fate.PLAIN, Fate.COMMITTED, Fate.PLAIN)


@dataclass(frozen=True, slots=True)
class Event:
    """A record to be written: the `number`-th of all, from 0 on."""

    number: int
    topic: str
    kind: str
    customer: str
    broken: str = ""

    @property
    def ordered(self) -> bool:
        """Whether its order outlasts the retry topic."""
        return self.topic == PROFILES


@dataclass(frozen=True, slots=True)
class Chunk:
    """Events that follow one another; those of a transaction become visible together, or never."""

    fate: Fate
    events: tuple[Event, ...]


def chunks(seed: int, customers: int) -> Iterator[Chunk]:
    """Without end: customers and types at random, a few records broken on purpose."""
    random = Random(seed)
    first = 0
    while True:
        for fate in _FATES:
            numbers = range(first, first + _CHUNK)
            yield Chunk(fate, tuple(_event(random, number, customers) for number in numbers))
            first += _CHUNK


def value(event: Event, shop: Shop) -> bytes:
    """The record's bytes; the number of the event comes out again as `device`."""
    if event.broken == "no Avro":
        return b"this is no Avro"
    email = "no-address" if event.broken else event.customer
    return shop.event(event.kind, email, device=str(event.number))


def _event(random: Random, number: int, customers: int) -> Event:
    topic = random.choice(tuple(TOPICS))
    broken = random.choice(("no Avro", "no e-mail")) if random.random() < _BROKEN_SHARE else ""
    return Event(number, topic, random.choice(TOPICS[topic]), customer(random.randrange(customers)), broken)
