"""The customers as Bluecore would know them after the events it accepted, in bounded memory."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

from consumer.sandbox.contract import is_attribute, is_email

_MOST_ATTRIBUTES = 200
_MOST_ITEMS = 50
_MOST_TEXT = 500


@dataclass(slots=True)
class Profile:
    """One customer. `linked` is false for an id that no `identify` event has tied to an e-mail."""

    id: str
    linked: bool
    attributes: dict[str, Any] = field(default_factory=dict)
    consent: Literal["opted_in", "unsubscribed"] | None = None
    linked_ids: dict[str, None] = field(default_factory=dict)
    cart: dict[str, dict[str, Any]] = field(default_factory=dict)
    wishlist: dict[str, dict[str, Any]] = field(default_factory=dict)
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: int = 0
    last_events: deque[tuple[int, int, str]] = field(default_factory=lambda: deque(maxlen=30))

    def as_dict(self) -> dict[str, Any]:
        """The profile as JSON; the latest order and event first, times in milliseconds since the epoch."""
        return {
            "id": self.id,
            "linked": self.linked,
            "attributes": dict(self.attributes),
            "consent": self.consent,
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


class Profiles:
    """The profiles of the most recently seen customers; the least recently seen is forgotten first."""

    def __init__(self, keep: int) -> None:
        self._keep = keep
        self._profiles: OrderedDict[str, Profile] = OrderedDict()
        self.links: OrderedDict[str, str] = OrderedDict()

    def __len__(self) -> int:
        return len(self._profiles)

    def find(self, identifier: str) -> Profile | None:
        """The profile of an e-mail address, or of an id that was linked to one."""
        key = identifier.strip().lower() if is_email(identifier.strip()) else identifier
        return self._profiles.get(self.links.get(key, key))

    def apply(self, number: int, at_ms: int, event: str, properties: dict[str, Any]) -> None:
        """Let one accepted event change its customer; `properties` have kept the contract."""
        identifier = properties["distinct_id"]
        customer = properties.get("customer") or {}
        addresses = [str(value) for value in (customer.get("email"), identifier) if is_email(value)]
        email = addresses[0].lower() if addresses else None
        if event == "identify" and email and not is_email(identifier):
            self._link(identifier, email)
        profile = self._profile(email or self.links.get(identifier, identifier))
        if profile.linked and not is_email(identifier) and self.links.get(identifier) == profile.id:
            _put(profile.linked_ids, identifier, None)
        profile.events += 1
        profile.last_events.append((number, at_ms, event))
        for name, value in customer.items():
            if is_attribute(name) and (name in profile.attributes or len(profile.attributes) < _MOST_ATTRIBUTES):
                profile.attributes[name] = _short(value)
        if event in {"optin", "unsubscribe"}:
            profile.consent = "opted_in" if event == "optin" else "unsubscribed"
        elif isinstance(products := properties.get("products"), list):
            _shop(profile, event, properties, [product for product in products if isinstance(product, dict)])

    def _link(self, identifier: str, email: str) -> None:
        self.links[identifier] = email
        self.links.move_to_end(identifier)
        # What it did before it was linked reached no profile, so there is nothing to move over.
        self._profiles.pop(identifier, None)
        if len(self.links) > 2 * self._keep:
            self.links.popitem(last=False)

    def _profile(self, key: str) -> Profile:
        profile = self._profiles.get(key)
        if profile is None:
            profile = self._profiles[key] = Profile(key, linked=is_email(key))
            if len(self._profiles) > self._keep:
                self._profiles.popitem(last=False)
        else:
            self._profiles.move_to_end(key)
        return profile


def _shop(profile: Profile, event: str, properties: dict[str, Any], products: list[dict[str, Any]]) -> None:
    lines = {str(product.get("id")): {name: _short(value) for name, value in product.items()} for product in products}
    if event == "add_to_cart":
        for key, line in lines.items():
            _put(profile.cart, key, line)
    elif event == "wishlist":
        for key, line in lines.items():
            _put(profile.wishlist, key, line)
    elif event in {"remove_from_cart", "purchase"}:
        for key in lines:
            profile.cart.pop(key, None)
    elif event == "remove_from_wishlist":
        for key in lines:
            profile.wishlist.pop(key, None)
    if event == "purchase":
        order = {"order_id": properties["order_id"], "total": properties["total"], "products": len(lines)}
        _put(profile.orders, str(properties["order_id"]), order)


def _put(items: dict[str, Any], key: str, value: Any) -> None:
    items.pop(key, None)
    items[key] = value
    if len(items) > _MOST_ITEMS:
        del items[next(iter(items))]


def _short(value: Any) -> Any:
    """A value small enough to keep: long text and structures are cut."""
    if isinstance(value, dict | list):
        value = orjson.dumps(value).decode()
    return value[:_MOST_TEXT] + "…" if isinstance(value, str) and len(value) > _MOST_TEXT else value
