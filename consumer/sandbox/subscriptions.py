"""What a customer has consented to: a state for each address and message type; of two, the later time's stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from sys import getsizeof
from typing import Any, Final

from consumer.sandbox.bounded import BoundedMapping, short_name
from consumer.sandbox.moments import written_moment

MARKETING: Final = "MARKETING"
MESSAGE_TYPES: Final = (MARKETING, "TRANSACTIONAL")
_MOST: Final = 50
_BETWEEN: Final = "\0"


class Status(StrEnum):
    """The states of Bluecore's eligibility API."""

    SUBSCRIBED = "SUBSCRIBED"
    UNSUBSCRIBED = "UNSUBSCRIBED"
    PENDING_CONFIRMATION = "PENDING_CONFIRMATION"


class Source(StrEnum):
    """By which way a state came, in Bluecore's words."""

    EVENTS = "integration"
    REST = "public-api"
    UPLOAD = "upload"


@dataclass(frozen=True, slots=True)
class Subscription:
    """One state.

    Attributes:
        identifier: the e-mail address in small letters, or the phone number with its plus sign.
        consented_at: when it was true, in nanoseconds since the epoch.
        channel_identifier: the number that sends, of a phone number's; empty: none was named.
    """

    identifier: str
    message_type: str
    status: Status
    consented_at: int
    source: Source
    channel_identifier: str = ""

    @property
    def channel(self) -> str:
        """`email` or `sms`."""
        return "email" if "@" in self.identifier else "sms"

    def __sizeof__(self) -> int:
        return object.__sizeof__(self) + getsizeof(self.identifier) + getsizeof(self.channel_identifier)

    def as_state(self) -> dict[str, str]:
        """An element of `states`, as the eligibility API answers it."""
        state = {
            "message_type": self.message_type,
            "status": str(self.status),
            "consented_at": written_moment(self.consented_at),
            "source": str(self.source),
        }
        return state | ({"channel_identifier": self.channel_identifier} if self.channel_identifier else {})

    def as_dict(self) -> dict[str, Any]:
        """The same for the page, with its channel and address."""
        return {"channel": self.channel, "id": self.identifier} | self.as_state()


class Subscriptions:
    """Those of one customer; at most 50."""

    def __init__(self) -> None:
        self._states: BoundedMapping[Subscription] = BoundedMapping(_MOST)

    def __iter__(self) -> Iterator[Subscription]:
        return iter(list(self._states.values()))

    @property
    def size(self) -> int:
        """About the bytes of memory that they hold."""
        return self._states.size

    def of(self, identifier: str) -> list[Subscription]:
        """The states of one address."""
        return [each for each in self._states.values() if each.identifier == identifier]

    def find(self, identifier: str, message_type: str = MARKETING) -> Subscription | None:
        return self._states.get(_key(identifier, message_type))

    def take(self, subscription: Subscription) -> None:
        """Take in what was said, unless something of a later time stands; of two of one time the last counts."""
        key = _key(subscription.identifier, subscription.message_type)
        known = self._states.get(key)
        if known is None or known.consented_at <= subscription.consented_at:
            self._states.put(key, subscription)

    def drop(self, subscription: Subscription) -> None:
        self._states.drop(_key(subscription.identifier, subscription.message_type))


def _key(identifier: str, message_type: str) -> str:
    return f"{short_name(identifier)}{_BETWEEN}{message_type}"
