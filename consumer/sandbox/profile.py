"""One customer as Bluecore would know them: attributes, consent, linked ids, cart, wishlist, orders."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from sys import getsizeof
from typing import Any, Final, Literal

import orjson

from consumer.sandbox.bounded import BoundedMapping, short_name
from consumer.sandbox.contract.values import is_attribute
from consumer.sandbox.subscriptions import Status, Subscriptions

_MOST_ATTRIBUTES = 200
_MOST_ITEMS = 50
_MOST_FIELDS = 20
_MOST_TEXT = 500
_MOST_EVENTS = 30
_EMPTY_BYTES = 2_900
_EVENT_BYTES = 130
_CONSENTS: Final[dict[Status, Literal["opted_in", "unsubscribed"]]] = {
    Status.SUBSCRIBED: "opted_in",
    Status.UNSUBSCRIBED: "unsubscribed",
}


class Profile:
    """One customer."""

    def __init__(self, identifier: str, *, linked: bool) -> None:
        """Begin with nothing known.

        Args:
            identifier: the e-mail, or an id.
            linked: False: an id that no `identify` event has tied to an e-mail. Nothing is known of it but that its
                events came: they reach no profile (Bluecore, Events API). A phone number that the REST APIs brought
                is a customer by itself.
        """
        self.id = identifier
        self.linked = linked
        self.subscriptions = Subscriptions()
        self.attributes: BoundedMapping[Any] = BoundedMapping(_MOST_ATTRIBUTES)
        self.linked_ids: BoundedMapping[None] = BoundedMapping(_MOST_ITEMS)
        self.cart: BoundedMapping[dict[str, Any]] = BoundedMapping(_MOST_ITEMS)
        self.wishlist: BoundedMapping[dict[str, Any]] = BoundedMapping(_MOST_ITEMS)
        self.orders: BoundedMapping[dict[str, Any]] = BoundedMapping(_MOST_ITEMS)
        self.events = 0
        self.last_events: deque[tuple[int, int, str]] = deque()
        self._own_bytes = _EMPTY_BYTES + getsizeof(identifier)

    @property
    def size(self) -> int:
        """About the bytes of memory that it holds."""
        carts = self.cart.size + self.wishlist.size + self.orders.size
        return self._own_bytes + self.attributes.size + self.linked_ids.size + carts + self.subscriptions.size

    @property
    def consent(self) -> Literal["opted_in", "unsubscribed"] | None:
        """Whether the address may be sent e-mails that advertise."""
        state = self.subscriptions.find(self.id)
        return _CONSENTS.get(state.status) if state else None

    def as_dict(self) -> dict[str, Any]:
        """The profile as JSON; the latest order and event first, times in milliseconds since the epoch."""
        return {
            "id": self.id,
            "linked": self.linked,
            "attributes": dict(self.attributes),
            "consent": self.consent,
            "subscriptions": [each.as_dict() for each in self.subscriptions],
            "linked_ids": list(self.linked_ids),
            "cart": list(self.cart.values()),
            "wishlist": list(self.wishlist.values()),
            "orders": list(self.orders.values())[::-1],
            "events": self.events,
            "last_events": [
                {"number": number, "at_ms": at_ms, "event": event}
                for number, at_ms, event in reversed(self.last_events)
            ],
        }

    def record_event(self, number: int, at_ms: int, event: str) -> None:
        """Count an event of this customer, whatever it says."""
        self.events += 1
        self.last_events.append((number, at_ms, event))
        self._own_bytes += _EVENT_BYTES + getsizeof(event)
        if len(self.last_events) > _MOST_EVENTS:
            self._own_bytes -= _EVENT_BYTES + getsizeof(self.last_events.popleft()[2])

    def patch(self, attributes: dict[str, Any]) -> None:
        """Take in the attributes that Bluecore does not ignore; the older value is overwritten."""
        for name, value in attributes.items():
            if name in self.attributes or (len(self.attributes) < _MOST_ATTRIBUTES and is_attribute(name)):
                self.attributes.put(short_name(name), _short(value))

    def shop(self, event: str, properties: dict[str, Any]) -> None:
        """Let a commerce event change cart, wishlist and orders."""
        products = properties.get("products")
        lines = [line for line in products if isinstance(line, dict)] if isinstance(products, list) else []
        if event == "add_to_cart":
            _place(self.cart, lines)
        elif event == "wishlist":
            _place(self.wishlist, lines)
        elif event in {"remove_from_cart", "purchase"}:
            _take(self.cart, lines)
        elif event == "remove_from_wishlist":
            _take(self.wishlist, lines)
        if event == "purchase":
            order_id = _short(properties["order_id"])
            self.orders.drop(short_name(str(order_id)))
            order = {"order_id": order_id, "total": properties["total"], "products": len(lines)}
            self.orders.put(short_name(str(order_id)), order)


def _place(items: BoundedMapping[dict[str, Any]], lines: Iterable[dict[str, Any]]) -> None:
    for line in lines:
        key = _key(line)
        items.drop(key)
        items.put(key, {short_name(name): _short(value) for name, value in list(line.items())[:_MOST_FIELDS]})


def _take(items: BoundedMapping[dict[str, Any]], lines: Iterable[dict[str, Any]]) -> None:
    for line in lines:
        items.drop(_key(line))


def _key(line: dict[str, Any]) -> str:
    return short_name(str(_short(line.get("id"))))


def _short(value: Any) -> Any:
    """A value small enough to keep: long text and structures are cut."""
    if isinstance(value, dict | list):
        try:
            value = orjson.dumps(value).decode()
        except TypeError:  # it is nested more deeply than it can be written
            return "…"
    return value[:_MOST_TEXT] + "…" if isinstance(value, str) and len(value) > _MOST_TEXT else value
