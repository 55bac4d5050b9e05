"""What the REST APIs do to a customer, and what they answer of one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from consumer.sandbox.bounded import short_name
from consumer.sandbox.moments import written_moment
from consumer.sandbox.profile import Profile
from consumer.sandbox.profiles import Profiles
from consumer.sandbox.rest.bodies import CustomerChange
from consumer.sandbox.rest.identifiers import written
from consumer.sandbox.subscriptions import MARKETING, Source, Status, Subscription

_MILLISECOND: Final = 1_000_000
_NOT_KNOWN: Final = {"message_type": MARKETING, "status": "NOT_KNOWN"}


class Mark(NamedTuple):
    """The request in the customer's list of events."""

    number: int
    at_ms: int
    event: str


@dataclass(frozen=True, slots=True)
class CustomerWrite:
    """`POST …/customers`, to be carried out."""

    namespace: str
    change: CustomerChange

    def apply(self, profiles: Profiles, mark: Mark, *, differs: bool) -> None:
        """Do it; where it `differs`, nothing of it holds."""
        change = self.change

        def patch(profile: Profile) -> None:
            profile.record_event(*mark)
            if differs:
                for name in change.attributes:
                    profile.attributes.drop(short_name(name))
            else:
                profile.patch(change.attributes)

        whom = _joined(profiles, self.namespace, change) if not differs else change.identifier
        profiles.change(self.namespace, whom, patch)

    def answer(self, profiles: Profiles, *, differs: bool) -> dict[str, Any]:
        """The customer as it now is, with what was asked for as it was written: the sandbox keeps long values cut."""
        found = customer_answer(profiles, self.namespace, self.change.identifier) or {}
        if found and not differs:
            found["data"]["attributes"] |= self.change.attributes
        return found


@dataclass(frozen=True, slots=True)
class ConsentWrite:
    """`POST …/eligibility_events`, to be carried out."""

    namespace: str
    subscription: Subscription

    def apply(self, profiles: Profiles, mark: Mark, *, differs: bool) -> None:
        """Do it; where it `differs`, the opposite holds, as if a file had said so at the same time or after it."""
        said = self.subscription

        def take(profile: Profile) -> None:
            profile.record_event(*mark)
            profile.subscriptions.take(_opposite(said, profile) if differs else said)

        profiles.change(self.namespace, said.identifier, take)

    def answer(self, profiles: Profiles, *, differs: bool) -> dict[str, Any]:  # noqa: ARG002 - it is what stands
        """What stands for the address."""
        return consent_answer(profiles, self.namespace, self.subscription.identifier) or {}


def _opposite(said: Subscription, profile: Profile) -> Subscription:
    """What stands in the place of what was said, also where something of a later time was known."""
    known = profile.subscriptions.find(said.identifier, said.message_type)
    status = Status.UNSUBSCRIBED if said.status is not Status.UNSUBSCRIBED else Status.SUBSCRIBED
    at = max(said.consented_at, known.consented_at if known else said.consented_at)
    return replace(said, status=status, source=Source.UPLOAD, consented_at=at)


def customer_answer(profiles: Profiles, namespace: str, identifier: str) -> dict[str, Any] | None:
    """The customer as it now is; None: there is none."""
    profile = _known(profiles, namespace, identifier)
    if profile is None:
        return None
    ids = [profile.id, *(each for each in profile.linked_ids if "@" in each or each.startswith("+"))]
    _, at_ms, _ = profile.last_events[-1]
    return {
        "data": {
            "namespace": namespace,
            "ids": [written(each) for each in ids],
            "attributes": dict(profile.attributes),
            "updated": written_moment(at_ms * _MILLISECOND),
        }
    }


def consent_answer(profiles: Profiles, namespace: str, identifier: str) -> dict[str, Any] | None:
    """The states of one address; None: nobody has it."""
    profile = _known(profiles, namespace, identifier)
    if profile is None:
        return None
    states = [each.as_state() for each in profile.subscriptions.of(identifier)] or [_NOT_KNOWN]
    return {"data": {"namespace": namespace, "subscription": {"id": written(identifier), "states": states}}}


def _known(profiles: Profiles, namespace: str, identifier: str) -> Profile | None:
    profile = profiles.find(identifier, namespace)
    return profile if profile is not None and profile.linked else None


def _joined(profiles: Profiles, namespace: str, change: CustomerChange) -> str:
    """Let the identifiers be one customer's, the first e-mail's among them; give that, or the only one."""
    everybody = (change.identifier, *change.link_ids)
    email = next((each for each in everybody if "@" in each), None)
    if email is None:
        return change.identifier
    for each in everybody:
        if "@" not in each:
            profiles.join(namespace, each, email)
    return email
