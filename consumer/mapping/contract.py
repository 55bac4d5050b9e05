"""What Bluecore asks of each event type, as data: a new event type is one more entry of `CONTRACTS`.

Sources: Bluecore's Events API, Customer Events and Purchase Events; Zeotap's Required Mapping Fields, Best
Practices and Troubleshooting; the refusals of RudderStack's destination.
"""

from __future__ import annotations

from dataclasses import dataclass

from consumer.config.route import SKIP, EventByValue, RouteConfig
from consumer.records import CONSENTS

MAX_BODY_BYTES = 900_000
"""Bodies stay under 900 KB (Bluecore's transactional API)."""
MAX_BYTES_IN_ALL = 8 << 20
"""Of the bodies that one route makes of one record: each repeats the customer, however short a product is."""

DEFAULT_ATTRIBUTES = (
    "first_name",
    "last_name",
    "phone",
    "city",
    "state",
    "zip",
    "country",
    "gender",
    "birthday",
)
"""Zeotap, Default Destination Fields; the tenth is the e-mail, which every customer has."""


@dataclass(frozen=True, slots=True)
class Contract:
    """One event type: what must be there beside `token` and `distinct_id`, and what may be.

    Attributes:
        event: the name, as Bluecore reads it.
        customer: it is about a customer's profile: `customer` is sent, and must have an `email`. The other event
            types send a customer only when the route maps attributes for it.
        required: names of `properties` without which the record is refused.
        optional: names of `properties` that are sent when there is a value.
        max_products: how many products one request may name.
        distinct_products: each product id may stand there once.
        splittable: several products may become one request each.
        links: the event links an id to an e-mail, so its `distinct_id` is never the e-mail.
        custom: a name agreed with Bluecore: any property that the route maps rides along.
    """

    event: str
    customer: bool = False
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ("client", "device")
    max_products: int | None = None
    distinct_products: bool = False
    splittable: bool = False
    links: bool = False
    custom: bool = False

    @property
    def properties(self) -> tuple[str, ...]:
        return self.required + self.optional

    @property
    def takes_products(self) -> bool:
        return "products" in self.properties


CONTRACTS = {
    contract.event: contract
    for contract in (
        Contract("customer_patch", customer=True),
        Contract("identify", customer=True, links=True),
        Contract("optin", customer=True),
        Contract("unsubscribe", customer=True),
        Contract("viewed_product", required=("products",), splittable=True),
        Contract("search", required=("search_term",)),
        # Customer Events: "only a single product id is accepted per event".
        Contract("add_to_cart", required=("products",), splittable=True, max_products=1),
        Contract("remove_from_cart", required=("products",), splittable=True),
        Contract("wishlist", required=("products",), splittable=True),
        # Purchase Events: at most 30 product ids, each id once; Bluecore invents an order id that is missing,
        # which ruins the attribution.
        Contract(
            "purchase",
            customer=True,
            required=("products", "order_id", "total"),
            max_products=30,
            distinct_products=True,
        ),
    )
}


def events_of(route: RouteConfig) -> tuple[str, ...]:
    """Every event that the route can make, each once."""
    if isinstance(route.event, EventByValue):
        named = (*route.event.values.values(), *filter(None, (route.event.default,)))
        return tuple(dict.fromkeys(event for event in named if event != SKIP))
    return (route.event,)


def decides_consent(route: RouteConfig) -> bool:
    """Whether the route's `when` tells a consent that was given, or taken back, from one that was not.

    It must be true or false, and nothing else (RudderStack).
    """
    return isinstance(route.event, str) and route.event in CONSENTS


def contract_of(event: str) -> Contract:
    """The contract of a known event type, or the loose one of a custom name."""
    known = CONTRACTS.get(event)
    if known is not None:
        return known
    return Contract(
        event,
        optional=("products", "search_term", "order_id", "total", "client", "device"),
        custom=True,
    )
