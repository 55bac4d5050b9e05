"""The customers as Bluecore would know them after the events it accepted, in bounded memory."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from consumer.sandbox.bounded import short_name
from consumer.sandbox.contract.values import is_email
from consumer.sandbox.links import Links
from consumer.sandbox.profile import Profile

_LINKS_A_CUSTOMER = 2
_LINKS_SHARE = 4


class Profiles:
    """The profiles of the most recently seen customers; the least recently seen is forgotten first.

    At most `keep` of them, and about `keep_bytes`, a quarter of it for the links between ids and e-mails.
    """

    def __init__(self, keep: int, keep_bytes: int) -> None:
        self._keep = keep
        self._keep_bytes = keep_bytes - keep_bytes // _LINKS_SHARE
        self._bytes = 0
        self._profiles: OrderedDict[str, Profile] = OrderedDict()
        self.links = Links(_LINKS_A_CUSTOMER * keep, keep_bytes // _LINKS_SHARE)

    def __len__(self) -> int:
        return len(self._profiles)

    @property
    def size(self) -> int:
        """About the bytes of memory that profiles and links hold."""
        return self._bytes + self.links.size

    def find(self, identifier: str) -> Profile | None:
        """The profile of an e-mail address, or of an id that was linked to one."""
        return self._profiles.get(self._key(identifier.strip() if is_email(identifier.strip()) else identifier))

    def apply(self, number: int, at_ms: int, event: str, properties: dict[str, Any]) -> None:
        """Let one accepted event change its customer; `properties` have kept the contract.

        Whose profile it is, `distinct_id` alone says: the e-mail, or an id that an `identify` event has linked to
        one (Bluecore, Events API). An e-mail that comes along in `customer` is an attribute and links nothing.
        """
        identifier: str = properties["distinct_id"]
        customer = properties.get("customer")
        attributes = customer if isinstance(customer, dict) else {}
        if event == "identify" and is_email(attributes.get("email")):
            self._identify(identifier, attributes["email"].lower())
            profile = self._touch(attributes["email"].lower())
        else:
            profile = self._touch(self._key(identifier))
        before = profile.size
        if identifier in self.links:
            profile.linked_ids.drop(short_name(identifier))
            profile.linked_ids.put(short_name(identifier), None)
        profile.record_event(number, at_ms, event)
        if profile.linked:
            profile.patch(attributes)
            profile.shop(event, properties)
            if event in {"optin", "unsubscribe"}:
                profile.consent = "opted_in" if event == "optin" else "unsubscribed"
        self._bytes += profile.size - before
        while len(self._profiles) > self._keep or (self._bytes > self._keep_bytes and len(self._profiles) > 1):
            self._forget(next(iter(self._profiles)))

    def _key(self, identifier: str) -> str:
        return (
            identifier.lower() if is_email(identifier) else self.links.email_of(identifier) or short_name(identifier)
        )

    def _identify(self, identifier: str, email: str) -> None:
        if is_email(identifier):
            return
        for former, owner in self.links.link(identifier, email):
            if (profile := self._profiles.get(owner)) is not None:
                before = profile.size
                profile.linked_ids.drop(former)
                self._bytes += profile.size - before
        # What it did before it was linked reached no profile, so there is nothing to move over.
        self._forget(short_name(identifier))

    def _touch(self, key: str) -> Profile:
        profile = self._profiles.get(key)
        if profile is None:
            profile = self._profiles[key] = Profile(key, linked=is_email(key))
            self._bytes += profile.size
        else:
            self._profiles.move_to_end(key)
        return profile

    def _forget(self, key: str) -> None:
        if (profile := self._profiles.pop(key, None)) is not None:
            self._bytes -= profile.size
