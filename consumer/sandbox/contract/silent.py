"""What Bluecore answers with 202 and then ignores, or stores as something else.

The sources speak of attributes in general. They stand in `customer`, and beside Bluecore's own fields in
`properties` and in a product; all of them are held to the same rules, at any depth that a person would write.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Any

from consumer.sandbox.contract.rules import CONTRACTS, Finding, Rule
from consumer.sandbox.contract.value_types import type_findings
from consumer.sandbox.contract.values import is_attribute, is_email, is_event_name, is_phone, meant_event, within

_DEEPEST = 4
_WORDS = frozenset(
    {
        *("token", "distinct_id", "search_term", "order_id", "client", "device", "id", "name"),
        *("email", "first_name", "last_name", "phone", "city", "state", "zip", "country", "gender", "birthday"),
    }
)
"""Bluecore's own fields that hold a word: all are well named, and who searches for `true` has sent no boolean."""


def silent_findings(document: dict[str, Any], linked: Container[str]) -> Iterator[Finding]:
    """The breaches of the `SILENT` rules.

    Args:
        document: the decoded JSON body, an object.
        linked: the ids that an `identify` has linked to an e-mail.
    """
    event, properties = document.get("event"), document.get("properties")
    if isinstance(event, str) and event not in CONTRACTS:
        yield from _event_name(event)
    if not isinstance(properties, dict):
        return
    yield from _identity(event, properties.get("distinct_id"), linked)
    yield from _attributes(properties, "properties", _DEEPEST)
    yield from type_findings(properties)
    customer = properties.get("customer")
    if isinstance(customer, dict) and (phone := customer.get("phone")) is not None and not is_phone(phone):
        message = "A phone number is written with its country: + and digits, as in +14155550100."
        yield Finding("properties.customer.phone", Rule.PHONE, message)


def _event_name(event: str) -> Iterator[Finding]:
    """Custom names are legal, so only what is surely a slip is told."""
    meant = meant_event(event)
    hint = f" Did you mean {meant}?" if meant else ""
    if event.strip() and not is_event_name(event):
        message = f"Event names are lower case with underscores: Bluecore has none like this.{hint}"
        yield Finding("event", Rule.EVENT_NAME, message)
    elif meant:
        yield Finding("event", Rule.EVENT_NAME, f"Bluecore has no event type of this name.{hint}")


def _identity(event: object, identifier: object, linked: Container[str]) -> Iterator[Finding]:
    if event == "identify":
        if is_email(identifier):
            message = "identify links another id to an e-mail; here it is given the e-mail itself."
            yield Finding("properties.distinct_id", Rule.IDENTIFY_ID, message)
    elif isinstance(identifier, str) and identifier and not is_email(identifier) and identifier not in linked:
        message = "No identify event has linked this id to an e-mail: the event reaches no customer's profile."
        yield Finding("properties.distinct_id", Rule.UNLINKED_ID, message)


def _attributes(found: dict[str, Any] | list[Any], place: str, deepest: int) -> Iterator[Finding]:
    named = isinstance(found, dict)
    for name, value in found.items() if isinstance(found, dict) else enumerate(found):
        if isinstance(name, str) and name not in _WORDS:
            if not is_attribute(name):
                message = "Bluecore ignores attributes whose names are not lower case with underscores."
                yield Finding(within(place, name), Rule.ATTRIBUTE_NAME, message)
            if isinstance(value, str) and value.lower() in {"true", "false"}:
                message = "A yes or no must be a JSON true or false: as text in quotes it is stored as a word."
                yield Finding(within(place, name), Rule.ATTRIBUTE_BOOLEAN, message)
        if isinstance(value, dict | list) and deepest:
            yield from _attributes(value, within(place, name) if named else f"{place}[{name}]", deepest - 1)
