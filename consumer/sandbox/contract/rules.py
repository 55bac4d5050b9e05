"""The rules of the Events API as data: each with its source, and what each event type needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

MAX_BODY_BYTES = 900_000

MAX_PURCHASE_PRODUCTS = 30


class Rule(StrEnum):
    """The rules by name, each with its source."""

    SIZE = "size"  # Bluecore, transactional API: bodies stay under 900 KB
    JSON = "json"  # third-party survey: a malformed body is answered 500
    API_KEY = "api_key"  # Zeotap, Troubleshooting: invalid API key or namespace
    ENVELOPE = "envelope"  # Zeotap, Event Payload Format: `event` and `properties`
    TOKEN = "token"  # noqa: S105 - a rule's name; every source: `properties.token` is the namespace
    DISTINCT_ID = "distinct_id"  # Bluecore, Events API: every event says whose it is
    CUSTOMER = "customer"  # Bluecore, Customer Events: an object with at least `email`
    EMAIL = "email"  # third-party survey: e-mails are validated
    PRODUCTS = "products"  # Bluecore, Events API: an array of objects, each with its catalogue `id`
    ONE_PRODUCT = "one_product"  # Bluecore, Customer Events: add_to_cart takes a single product id
    PURCHASE_PRODUCTS = "purchase_products"  # Bluecore, Purchase Events: at most 30 ids, each id once
    SEARCH_TERM = "search_term"  # Bluecore, Customer Events
    ORDER_ID = "order_id"  # Bluecore, Purchase Events: a missing one is invented, and attribution is lost
    TOTAL = "total"  # Zeotap, Best Practices: purchases carry order_id and total
    ATTRIBUTE_NAME = "attribute_name"  # Zeotap, Troubleshooting: other names are silently ignored
    ATTRIBUTE_BOOLEAN = "attribute_boolean"  # Zeotap, Best Practices: "true" is stored as a string
    UNLINKED_ID = "unlinked_id"  # Bluecore, Events API: an id that no `identify` linked reaches no profile
    IDENTIFY_ID = "identify_id"  # Bluecore, Customer Events: the id to be linked, never the e-mail
    PHONE = "phone"  # third-party survey: phone numbers are E.164
    FIELD_TYPE = "field_type"  # Zeotap, Default Destination Fields, Commerce Events; Bluecore, Customer Profiles
    EVENT_NAME = "event_name"  # Bluecore, Events API: ten event types, and custom ones agreed beforehand
    ACCESS = "access"  # Bluecore, REST APIs, Error codes: 401; 403 is this sandbox's word for a right that is missing
    MEDIA_TYPE = "media_type"  # Bluecore, REST APIs, Error codes: 406 where it is not application/json
    IDENTIFIER = "identifier"  # Bluecore, REST APIs: `id`, one of `email` and `phone_number`
    ATTRIBUTES = "attributes"  # Bluecore, Customers API: an object, each name of which is in snake_case
    LINK_IDS = "link_ids"  # Bluecore, Customers API: at most 4
    STATE = "state"  # Bluecore, Eligibility API: `event`, `message_type`, `channel_identifier`
    CONSENTED_AT = "consented_at"  # Bluecore, Eligibility API: a date-time at which it was known to be true


SILENT = frozenset(
    {
        *(Rule.ATTRIBUTE_NAME, Rule.ATTRIBUTE_BOOLEAN, Rule.UNLINKED_ID, Rule.IDENTIFY_ID, Rule.PHONE),
        *(Rule.FIELD_TYPE, Rule.EVENT_NAME),
    }
)
"""Rules whose breach Bluecore answers with 202 all the same, and the customer's profile suffers."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach: the field's path, such as `properties.products[0].id`, the rule, a sentence for people."""

    field: str
    rule: Rule
    message: str

    @property
    def silent(self) -> bool:
        return self.rule in SILENT


@dataclass(frozen=True, slots=True)
class EventContract:
    """What one event type needs beyond `token` and `distinct_id`.

    Attributes:
        customer: a customer with an e-mail.
        products: how many, at least and at most; None: none are needed.
        search_term: what was searched for.
        order: an order's number and total.
    """

    customer: bool = False
    products: tuple[int, int | None] | None = None
    search_term: bool = False
    order: bool = False


CONTRACTS: Mapping[str, EventContract] = {
    "customer_patch": EventContract(customer=True),
    "identify": EventContract(customer=True),
    "optin": EventContract(customer=True),
    "unsubscribe": EventContract(customer=True),
    "viewed_product": EventContract(products=(1, None)),
    "search": EventContract(search_term=True),
    "add_to_cart": EventContract(products=(1, 1)),
    "remove_from_cart": EventContract(products=(1, None)),
    "wishlist": EventContract(products=(1, None)),
    "purchase": EventContract(customer=True, products=(1, MAX_PURCHASE_PRODUCTS), order=True),
}
CUSTOM = EventContract()
"""An event name agreed with Bluecore's account manager: the envelope is all that is known of it."""
