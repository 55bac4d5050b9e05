"""What the sandbox remembers: the newest requests, exact counts, the customers; memory is bounded."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from consumer.sandbox.bounded import short_name
from consumer.sandbox.profiles import Profiles
from consumer.sandbox.received import Outcome, Received
from consumer.sandbox.refusals import Refusals
from consumer.sandbox.settings import SandboxSettings
from consumer.sandbox.tally import Counts, Tally

NAMELESS = "(no name)"
"""As a filter: the events whose name could not be read, as their body is no JSON or has none."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which requests are asked for: every field that is given must fit.

    Attributes:
        customer: a part of the id or of the e-mail, in any case.
        api: by which it came.
    """

    event: str = ""
    distinct_id: str = ""
    outcome: str = ""
    customer: str = ""
    api: str = ""

    def matches(self, received: Received) -> bool:
        return (
            (not self.event or (received.event or NAMELESS) == self.event)
            and (not self.api or received.api == self.api)
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
        self._tally = Tally()
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
            self._note(received)
            if received.accepted and properties is not None:
                self.profiles.apply(received.number, received.at_ms, received.event, properties)

    def change(self, received: Received, change: Callable[[Profiles], None]) -> None:
        """Remember the request of the next number, and what it does to the customers."""
        with self._lock:
            self._note(received)
            change(self.profiles)

    def count_asked(self, what: str, status: int | None) -> None:
        """Count a request that is no event: a token, or what is only read."""
        with self._lock:
            self._tally.add_asked(what, status)

    def _note(self, received: Received) -> None:
        self.number = received.number
        self._tally.add(received)
        self._keep(received)
        if received.outcome is Outcome.REFUSED:
            self._refusals.add(received)
        if received.accepted and received.idempotency_key:
            # One size for all keys, so that their number alone bounds what they take.
            self._keys[hash(received.idempotency_key)] = None
            if len(self._keys) > self._settings.keep_keys:
                self._keys.popitem(last=False)

    def _keep(self, received: Received) -> None:
        self._events.append(received)
        self._sizes.append(received.size)
        self._bytes += self._sizes[-1]
        while len(self._events) > self._settings.keep_events or self._bytes > self._settings.keep_bytes:
            self._events.popleft()
            self._bytes -= self._sizes.popleft()

    def accepted_before(self, idempotency_key: str) -> bool:
        return bool(idempotency_key) and hash(idempotency_key) in self._keys

    def counts(self) -> Counts:
        with self._lock:
            return self._tally.counts()

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

    def consents(self, namespace: str | None = None) -> list[dict[str, Any]]:
        """The states of all customers that are kept, of one namespace or of all; see `Subscription.as_dict`."""
        with self._lock:
            return [each.as_dict() for profile in self.profiles.of(namespace) for each in profile.subscriptions]

    def confirm(self, phone: str, now: int, namespace: str | None = None) -> bool:
        """Let a customer answer the message of a double opt-in: what waits to be confirmed is so from `now` on.

        Args:
            phone: the number with its plus sign.
            now: nanoseconds since the epoch.
            namespace: whose customer; None: that of the namespace which saw the customer last.

        Returns:
            Whether something was waiting.
        """
        with self._lock:
            return self.profiles.confirm(phone, now, namespace)
