"""What the sandbox remembers: the newest requests, exact counts, the customers; memory is bounded."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict, deque
from dataclasses import dataclass, field
from typing import Any

from consumer.sandbox.bounded import short_name
from consumer.sandbox.profiles import Profiles
from consumer.sandbox.received import Outcome, Received
from consumer.sandbox.refusals import Refusals
from consumer.sandbox.settings import SandboxSettings

_MOST_NAMES = 200
OTHER_NAMES = "(other names)"
NAMELESS = "(no name)"
"""As a filter: the events whose name could not be read, as their body is no JSON or has none."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Figures since the start or the last reset, exact however many requests there were.

    Attributes:
        lost: of the faults, the events that were accepted all the same, as only their answer was lost.
        duplicates: those accepted though their idempotency key had been before.
        warned: those accepted though Bluecore would silently ignore a part of them.
        by_event: by the event's name, how many had each outcome.
        by_status: how many had each HTTP status; `none` where there was no answer.
    """

    total: int = 0
    accepted: int = 0
    refused: int = 0
    fault: int = 0
    lost: int = 0
    duplicates: int = 0
    warned: int = 0
    by_event: dict[str, dict[str, int]] = field(default_factory=dict)
    by_status: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which requests are asked for: every field that is given must fit.

    Attributes:
        customer: a part of the id or of the e-mail, in any case.
    """

    event: str = ""
    distinct_id: str = ""
    outcome: str = ""
    customer: str = ""

    def matches(self, received: Received) -> bool:
        return (
            (not self.event or (received.event or NAMELESS) == self.event)
            and (not self.outcome or received.outcome == self.outcome)
            and (not self.distinct_id or received.distinct_id == short_name(self.distinct_id))
            and (not self.customer or self._names(received))
        )

    def _names(self, received: Received) -> bool:
        part = self.customer.lower()
        return part in received.distinct_id.lower() or part in received.email.lower()


class Store:
    """One thread adds, any thread reads."""

    def __init__(self, settings: SandboxSettings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self.number = 0
        self.generation = 0
        self._clear()

    def _clear(self) -> None:
        self._events: deque[Received] = deque()
        self._sizes: deque[int] = deque()
        self._bytes = 0
        self._by_event: Counter[tuple[str, Outcome]] = Counter()
        self._by_status: Counter[str] = Counter()
        self._names: set[str] = set()
        self._lost = self._duplicates = self._warned = 0
        self._keys: OrderedDict[int, None] = OrderedDict()
        self._refusals = Refusals()
        self.profiles = Profiles(self._settings.keep_customers, self._settings.keep_customer_bytes)

    def reset(self) -> None:
        """Forget everything; numbers go on, so that a reader that follows along never meets one twice."""
        with self._lock:
            self._clear()
            self.generation += 1

    def add(self, received: Received, properties: dict[str, Any] | None) -> None:
        """Remember the request of the next number; an accepted event's `properties` go to its customer."""
        with self._lock:
            self.number = received.number
            self._count(received)
            self._keep(received)
            if received.outcome is Outcome.REFUSED:
                self._refusals.add(received)
            if not received.accepted:
                return
            if received.idempotency_key:
                # One size for all keys, so that their number alone bounds what they take.
                self._keys[hash(received.idempotency_key)] = None
                if len(self._keys) > self._settings.keep_keys:
                    self._keys.popitem(last=False)
            if properties is not None:
                self.profiles.apply(received.number, received.at_ms, received.event, properties)

    def _keep(self, received: Received) -> None:
        self._events.append(received)
        self._sizes.append(received.size)
        self._bytes += self._sizes[-1]
        while len(self._events) > self._settings.keep_events or self._bytes > self._settings.keep_bytes:
            self._events.popleft()
            self._bytes -= self._sizes.popleft()

    def _count(self, received: Received) -> None:
        name = received.event
        if name not in self._names:
            # A label that grows with the data would grow for ever.
            name = name if len(self._names) < _MOST_NAMES else OTHER_NAMES
            self._names.add(name)
        self._by_event[name, received.outcome] += 1
        self._by_status["none" if received.status is None else str(received.status)] += 1
        self._lost += received.accepted and received.outcome is Outcome.FAULT
        self._duplicates += received.duplicate
        self._warned += received.outcome is Outcome.ACCEPTED and bool(received.findings)

    def accepted_before(self, idempotency_key: str) -> bool:
        return bool(idempotency_key) and hash(idempotency_key) in self._keys

    def counts(self) -> Counts:
        with self._lock:
            by_event: dict[str, dict[str, int]] = {}
            outcomes: Counter[Outcome] = Counter()
            for (name, outcome), count in self._by_event.items():
                by_event.setdefault(name, dict.fromkeys(map(str, Outcome), 0))[outcome] = count
                outcomes[outcome] += count
            return Counts(
                total=outcomes.total(),
                accepted=outcomes[Outcome.ACCEPTED],
                refused=outcomes[Outcome.REFUSED],
                fault=outcomes[Outcome.FAULT],
                lost=self._lost,
                duplicates=self._duplicates,
                warned=self._warned,
                by_event=by_event,
                by_status=dict(self._by_status),
            )

    def refusals(self) -> list[dict[str, Any]]:
        """The refused events by their reasons, as `Refusals.listed` has them."""
        with self._lock:
            return self._refusals.listed()

    def newest(self, wanted: Filter, limit: int, since: int = 0) -> list[Received]:
        """The newest `limit` kept requests that fit and are numbered above `since`, oldest first."""
        found: list[Received] = []
        with self._lock:
            for received in reversed(self._events):
                if received.number <= since or len(found) == limit:
                    break
                if wanted.matches(received):
                    found.append(received)
        return found[::-1]

    def find(self, number: int) -> Received | None:
        """The request of that number, while it is kept."""
        with self._lock:
            index = number - self._events[0].number if self._events else -1
            return self._events[index] if 0 <= index < len(self._events) else None

    def profile(self, identifier: str, namespace: str | None = None) -> dict[str, Any] | None:
        """The customer of an e-mail address or a linked id, as `Profile.as_dict` has it; see `Profiles.find`."""
        with self._lock:
            profile = self.profiles.find(identifier, namespace)
            return profile.as_dict() if profile else None
