"""One event type of one route, compiled: a record in, its requests out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from consumer.config.route import RouteConfig
from consumer.mapping.contract import MAX_BODY_BYTES, MAX_BYTES_IN_ALL, Contract, contract_of
from consumer.mapping.customer import Customer, attribute_name, customer_of
from consumer.mapping.errors import RefusedError
from consumer.mapping.fields import ACCEPT, CUSTOMER, IDENTITY, own_names
from consumer.mapping.identity import CustomerIds, Identity, identity_of
from consumer.mapping.links import Links
from consumer.mapping.products import PREFIX, Products, products_of, products_per_request
from consumer.mapping.readers import Reader, read_into, reader
from consumer.mapping.shared import NOTHING_SHARED, Shared
from consumer.mapping.values import jsonable, unwritable
from consumer.records import EventRequest, Reason


@dataclass(frozen=True, slots=True)
class Plan:
    """How a record becomes requests of one event type.

    Attributes:
        properties: the readers of what stands beside token, customer and products.
        required: those of them without which the record is refused.
    """

    token: str
    route: RouteConfig
    contract: Contract
    identity: Identity
    customer: Customer | None
    products: Products | None
    properties: tuple[Reader, ...]
    required: tuple[Reader, ...]

    def requests(self, record: Any, links: Links | None = None) -> list[EventRequest]:
        """The requests in the order in which they are to be sent.

        Args:
            record: the decoded record.
            links: takes the links that the record shows; None where no route links.

        Raises:
            RefusedError: the record breaks the event type's contract.
        """
        ids = self.identity.read(record)
        properties: dict[str, Any] = {"token": self.token, "distinct_id": ids.distinct_id}
        if self.customer is not None and ids.email is not None:
            properties["customer"] = self.customer.read(record, ids.email)
        listed = self._products(record)
        read_into(properties, self.properties, record)
        for each in self.required:
            if each.field not in properties:
                raise RefusedError.missing(each.field, each.hint)
        if links is not None and ids.email is not None:
            self._collect_links(record, ids.distinct_id, ids.email, links)
        requests = []
        size = 0
        for products in listed:
            if products:
                properties["products"] = products
            requests.append(_request(self.contract.event, properties, ids))
            size += len(requests[-1].body)
            if size > MAX_BYTES_IN_ALL:
                message = f"its {len(listed)} events have more than {MAX_BYTES_IN_ALL} bytes together"
                raise RefusedError(Reason.TOO_LARGE, None, message)
        return requests

    def _products(self, record: Any) -> list[list[dict[str, Any]]]:
        if self.products is None:
            return [[]]
        products = self.products.read(record)
        if products:
            return products_per_request(products, self.contract, self.route)
        if "products" in self.contract.required:
            hint = self.products.source.hint
            if products is None:
                raise RefusedError.missing("products", hint)
            raise RefusedError(Reason.MISSING_FIELD, "products", f"products: the list is empty ({hint})")
        return [[]]

    def _collect_links(self, record: Any, distinct_id: str, email: str, links: Links) -> None:
        if self.contract.links:
            links.setdefault((distinct_id, email))
        elif self.route.link_identities:
            for one in self.identity.linkable_ids(record):
                if (one, email) not in links:
                    links[one, email] = self._identify(one, email)

    def _identify(self, distinct_id: str, email: str) -> EventRequest:
        properties = {"token": self.token, "distinct_id": distinct_id, "customer": {"email": email}}
        return _request("identify", properties, CustomerIds(distinct_id, email), link=True)


def plan_of(route: RouteConfig, event: str, token: str, shared: Shared = NOTHING_SHARED) -> Plan:
    """Compiles one event type of a route in whose configuration nothing is wrong."""
    contract = contract_of(event)
    properties = tuple(
        reader(name, route.fields.get(name), own_names(route, name), ACCEPT.get(name, jsonable), shared)
        for name in property_names(route, contract)
    )
    return Plan(
        token,
        route,
        contract,
        identity_of(route, contract, shared),
        customer_of(route, contract, shared),
        products_of(route, contract, shared),
        properties,
        tuple(each for each in properties if each.field in contract.required),
    )


def property_names(route: RouteConfig, contract: Contract) -> tuple[str, ...]:
    """What stands beside token, customer and products: of a custom event, all that the route maps as no other."""
    names = dict.fromkeys(name for name in contract.properties if name != "products")
    if contract.custom:
        names |= dict.fromkeys(name for name in route.fields if _is_property(name))
    return tuple(names)


def _is_property(name: str) -> bool:
    is_of_products = name == "products" or name.startswith(PREFIX)
    return not is_of_products and name not in IDENTITY and attribute_name(name) not in CUSTOMER


def _request(event: str, properties: dict[str, Any], ids: CustomerIds, *, link: bool = False) -> EventRequest:
    try:
        body = orjson.dumps({"event": event, "properties": properties})
    except orjson.JSONEncodeError:
        # Its message quotes the value.
        place, rule = unwritable(properties, "")
        raise RefusedError.invalid(place.removeprefix("customer."), rule) from None
    if len(body) > MAX_BODY_BYTES:
        message = f"the event has {len(body)} bytes; Bluecore takes {MAX_BODY_BYTES}"
        raise RefusedError(Reason.TOO_LARGE, None, message)
    # A customer is one lane, by whatever id each event names it: the e-mail where it is known.
    return EventRequest(event, body, ids.email or ids.distinct_id, link)
