"""The customers as Bluecore would know them after the events it accepted, by namespace, in bounded memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from consumer.sandbox.bounded import short_name
from consumer.sandbox.contract.values import is_email
from consumer.sandbox.links import Links
from consumer.sandbox.profile import Profile
from consumer.sandbox.subscriptions import MARKETING, Source, Status, Subscription

_LINKS_A_CUSTOMER = 2
_LINKS_SHARE = 4
_NANOSECONDS = 1_000_000  # in a millisecond
_EVENTS: Final = {"optin": Status.SUBSCRIBED, "unsubscribe": Status.UNSUBSCRIBED}
_Place = tuple[str, str]
"""A namespace, and an e-mail or an id in it."""


class Profiles:
    """The profiles of the most recently seen customers; the least recently seen is forgotten first.

    At most `keep` of them, and about `keep_bytes`, a quarter of it for the links between ids and e-mails.
    """

    def __init__(self, keep: int, keep_bytes: int) -> None:
        self._keep = keep
        self._keep_bytes = keep_bytes - keep_bytes // _LINKS_SHARE
        self._bytes = 0
        self._profiles: OrderedDict[_Place, Profile] = OrderedDict()
        self.links = Links(_LINKS_A_CUSTOMER * keep, keep_bytes // _LINKS_SHARE)

    def __len__(self) -> int:
        return len(self._profiles)

    @property
    def size(self) -> int:
        """About the bytes of memory that profiles and links hold."""
        return self._bytes + self.links.size

    def find(self, identifier: str, namespace: str | None = None) -> Profile | None:
        """The profile of an e-mail address, or of an id that was linked to one.

        Args:
            identifier: the address or the id.
            namespace: whose profile; None: that of the namespace which saw the customer last.
        """
        name = identifier.strip() if is_email(identifier.strip()) else identifier
        if namespace is not None:
            return self._profiles.get(self._place(namespace, name))
        seen = reversed(self._profiles.items())
        return next((profile for place, profile in seen if place == self._place(place[0], name)), None)

    def apply(self, number: int, at_ms: int, event: str, properties: dict[str, Any]) -> None:
        """Let one accepted event change its customer; `properties` have kept the contract.

        Whose profile it is, `distinct_id` alone says: the e-mail, or an id that an `identify` event has linked to
        one (Bluecore, Events API). An e-mail that comes along in `customer` is an attribute and links nothing.
        """
        namespace = short_name(str(properties.get("token", "")))
        identifier: str = properties["distinct_id"]
        customer = properties.get("customer")
        attributes = customer if isinstance(customer, dict) else {}
        if event == "identify" and is_email(attributes.get("email")):
            self._identify(namespace, identifier, attributes["email"].lower())
            profile = self._touch((namespace, attributes["email"].lower()))
        else:
            profile = self._touch(self._place(namespace, identifier))
        before = profile.size
        if identifier in self.links.within(namespace):
            profile.linked_ids.drop(short_name(identifier))
            profile.linked_ids.put(short_name(identifier), None)
        profile.record_event(number, at_ms, event)
        if profile.linked:
            profile.patch(attributes)
            profile.shop(event, properties)
            if (status := _EVENTS.get(event)) is not None:
                moment = _NANOSECONDS * at_ms  # the Events API takes no time of the consent's own
                profile.subscriptions.take(Subscription(profile.id, MARKETING, status, moment, Source.EVENTS))
        self._grown(profile, before)

    def change(self, namespace: str, identifier: str, change: Callable[[Profile], None]) -> Profile:
        """Let a request of the REST APIs change its customer, who is there from then on.

        Args:
            namespace: whose customer.
            identifier: an e-mail address in small letters, or a phone number with its plus sign.
            change: what is done to the profile.
        """
        profile = self._touch(self._place(namespace, identifier))
        before = profile.size
        profile.linked = True
        change(profile)
        self._grown(profile, before)
        return profile

    def of(self, namespace: str | None) -> list[Profile]:
        """The customers of one namespace, or of all; those seen last come last."""
        within = None if namespace is None else short_name(namespace)
        return [profile for (place, _), profile in self._profiles.items() if within in (None, place)]

    def confirm(self, phone: str, now: int, namespace: str | None) -> bool:
        """Subscribe what waits to be confirmed, at `now`, in nanoseconds; give whether something did."""
        profile = self.find(phone, namespace)
        if profile is None:
            return False
        waiting = [each for each in profile.subscriptions.of(phone) if each.status is Status.PENDING_CONFIRMATION]
        for each in waiting:
            profile.subscriptions.take(replace(each, status=Status.SUBSCRIBED, consented_at=now))
        return bool(waiting)

    def join(self, namespace: str, phone: str, email: str) -> None:
        """Let a phone number be the customer's of this e-mail address: what was known of the number goes there."""
        former = self._profiles.get(self._place(namespace, phone))
        if former is not None and former.id == email:
            return
        states = self._taken_from(former, phone) if former is not None else []
        # What was known of a number alone was known of the customer whose number it turns out to be.
        attributes = dict(former.attributes) if former is not None and former.id == phone else {}
        self._identify(namespace, phone, email)

        def take_over(profile: Profile) -> None:
            profile.linked_ids.put(phone, None)
            profile.patch({name: value for name, value in attributes.items() if name not in profile.attributes})
            for each in states:
                profile.subscriptions.take(each)

        self.change(namespace, email, take_over)

    def _taken_from(self, former: Profile, phone: str) -> list[Subscription]:
        before, states = former.size, former.subscriptions.of(phone)
        for each in states:
            former.subscriptions.drop(each)
        self._bytes += former.size - before
        return states

    def _grown(self, profile: Profile, before: int) -> None:
        self._bytes += profile.size - before
        while len(self._profiles) > self._keep or (self._bytes > self._keep_bytes and len(self._profiles) > 1):
            self._forget(next(iter(self._profiles)))

    def _place(self, namespace: str, identifier: str) -> _Place:
        namespace = short_name(namespace)
        if is_email(identifier):
            return namespace, identifier.lower()
        return namespace, self.links.email_of(namespace, identifier) or short_name(identifier)

    def _identify(self, namespace: str, identifier: str, email: str) -> None:
        if is_email(identifier):
            return
        for ended in self.links.link(namespace, identifier, email):
            if (profile := self._profiles.get((ended.namespace, ended.email))) is not None:
                before = profile.size
                profile.linked_ids.drop(ended.identifier)
                self._bytes += profile.size - before
        # What it did before it was linked reached no profile, so there is nothing to move over.
        self._forget((namespace, short_name(identifier)))

    def _touch(self, place: _Place) -> Profile:
        profile = self._profiles.get(place)
        if profile is None:
            profile = self._profiles[place] = Profile(place[1], linked=is_email(place[1]))
            self._bytes += profile.size
        else:
            self._profiles.move_to_end(place)
        return profile

    def _forget(self, place: _Place) -> None:
        if (profile := self._profiles.pop(place, None)) is not None:
            self._bytes -= profile.size
