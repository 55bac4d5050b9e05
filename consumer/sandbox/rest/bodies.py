"""The bodies of the REST APIs: what is asked for a customer, and what is said of a consent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from consumer.age import AHEAD_SECONDS
from consumer.sandbox.bounded import short_name
from consumer.sandbox.contract.rules import Rule
from consumer.sandbox.contract.values import is_attribute
from consumer.sandbox.moments import parsed_moment
from consumer.sandbox.rest.identifiers import identifier
from consumer.sandbox.rest.refused import Refused
from consumer.sandbox.subscriptions import MARKETING, MESSAGE_TYPES, Source, Status, Subscription

STATUSES: Final = {
    "OPTIN": Status.SUBSCRIBED,
    "UNSUBSCRIBE": Status.UNSUBSCRIBED,
    "SIGNUP": Status.PENDING_CONFIRMATION,
}
_MOST_LINKS: Final = 4
_SKEW: Final = AHEAD_SECONDS * 1_000_000_000  # nanoseconds by which a sender's clock may be ahead


@dataclass(frozen=True, slots=True)
class CustomerChange:
    """What is asked for a customer: `POST …/customers`."""

    identifier: str
    link_ids: tuple[str, ...]
    attributes: dict[str, Any]


def customer_change(document: object) -> CustomerChange:
    """Read the body of `POST …/customers`.

    Raises:
        Refused: something that it needs is missing or wrong.
    """
    body = _object(document)
    links = body.get("link_ids") or []
    if not isinstance(links, list) or len(links) > _MOST_LINKS:
        raise Refused("link_ids", Rule.LINK_IDS, f"These are a list of at most {_MOST_LINKS} further identifiers.")
    attributes = body.get("attributes") or {}
    if not isinstance(attributes, dict):
        raise Refused("attributes", Rule.ATTRIBUTES, "The attributes are an object: a value for each name.")
    for name in attributes:
        if not is_attribute(name):
            message = "The name of an attribute has small letters, digits and underscores."
            raise Refused(f"attributes.{short_name(name)}", Rule.ATTRIBUTES, message)
    if body.get("timestamp") is not None:
        _moment(body["timestamp"], "timestamp")
    return CustomerChange(
        identifier(body.get("id"), "id"),
        tuple(identifier(each, f"link_ids[{index}]") for index, each in enumerate(links)),
        attributes,
    )


def consent(document: object, now: int) -> Subscription:
    """Read the body of `POST …/eligibility_events`.

    Args:
        document: the body.
        now: nanoseconds since the epoch: when it arrived, which counts where it has no time of its own.

    Raises:
        Refused: something that it needs is missing or wrong.
    """
    body = _object(document)
    whom = identifier(body.get("id"), "id")
    state = body.get("state")
    if not isinstance(state, Mapping):
        raise Refused("state", Rule.STATE, "What the customer has said is missing: state, an object with event.")
    event, message_type = state.get("event"), state.get("message_type", MARKETING)
    if not isinstance(event, str) or event not in STATUSES:
        raise Refused("state.event", Rule.STATE, f"This is one of {', '.join(STATUSES)}.")
    if message_type not in MESSAGE_TYPES:
        raise Refused("state.message_type", Rule.STATE, f"This is one of {', '.join(MESSAGE_TYPES)}.")
    if event == "SIGNUP" and "@" in whom:
        message = "SIGNUP is the double opt-in of text messages: it needs a phone_number."
        raise Refused("state.event", Rule.STATE, message)
    sender = state.get("channel_identifier") or ""
    if not isinstance(sender, str):
        raise Refused("state.channel_identifier", Rule.STATE, "The number that sends is a text.")
    at = now if state.get("consented_at") is None else _moment(state["consented_at"], "state.consented_at")
    if at > now + _SKEW:
        raise Refused("state.consented_at", Rule.CONSENTED_AT, "This time has not come yet.")
    return Subscription(whom, str(message_type), STATUSES[event], at, Source.REST, short_name(sender))


def event_name(subscription: Subscription) -> str:
    """The name under which a consent is listed, as the Events API would call it: `optin`, `unsubscribe`, `signup`."""
    return next(name.lower() for name, status in STATUSES.items() if status is subscription.status)


def _object(document: object) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise Refused("", Rule.JSON, "The body must be one JSON object.")
    return document


def _moment(given: object, field: str) -> int:
    if (at := parsed_moment(given)) is None:
        message = "This is no date and time with its zone, as in 2026-11-30T08:15:00Z."
        raise Refused(field, Rule.CONSENTED_AT, message)
    return at
