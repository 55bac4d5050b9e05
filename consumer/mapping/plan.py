"""One event type of one route, compiled: a record in, its requests out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import orjson

from consumer.mapping.contract import MAX_BODY_BYTES, contract_of
from consumer.mapping.customer import customer_of
from consumer.mapping.errors import RefusedError
from consumer.mapping.fields import ACCEPT, CUSTOMER, IDENTITY, Reader, reader
from consumer.mapping.identity import identity_of
from consumer.mapping.products import PREFIX, fit, products_of
from consumer.mapping.values import jsonable
from consumer.records import EventRequest, Reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from consumer.config import RouteConfig
    from consumer.mapping.contract import Contract
    from consumer.mapping.customer import Customer
    from consumer.mapping.identity import Identity, Who
    from consumer.mapping.products import Products

    Claim = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class Plan:
    """How a record becomes requests of one event type.

    Attributes:
        properties: the readers of what stands beside token, customer and products.
    """

    token: str
    route: RouteConfig
    contract: Contract
    identity: Identity
    customer: Customer | None
    products: Products | None
    properties: tuple[Reader, ...]

    def requests(self, record: Any, claim: Claim | None) -> list[EventRequest]:
        """The requests in the order in which they are to be sent.

        Args:
            record: the decoded record.
            claim: asked with an id and an e-mail, whether this record is to carry their link.

        Raises:
            RefusedError: the record breaks the event type's contract.
        """
        who = self.identity.read(record)
        properties: dict[str, Any] = {"token": self.token, "distinct_id": who.distinct_id}
        if self.customer is not None and who.email is not None:
            properties["customer"] = self.customer.read(record, who.email)
        listed = self._products(record)
        for each in self.properties:
            value = each.read(record)
            if value is not None:
                properties[each.field] = value
            elif each.field in self.contract.required:
                raise RefusedError.missing(each.field, each.hint)
        requests = self._links(record, who, claim)
        for products in listed:
            if products:
                properties["products"] = products
            requests.append(_request(self.contract.event, properties, who))
        return requests

    def _products(self, record: Any) -> list[list[dict[str, Any]]]:
        if self.products is None:
            return [[]]
        products = self.products.read(record)
        if not products:
            if "products" in self.contract.required:
                raise RefusedError.missing("products", self.products.source.hint)
            return [[]]
        return fit(products, self.contract, self.route)

    def _links(self, record: Any, who: Who, claim: Claim | None) -> list[EventRequest]:
        if claim is None or who.email is None:
            return []
        if self.contract.links:
            claim(who.distinct_id, who.email)
            return []
        return [
            replace(_request("identify", self._link(other, who.email), who), link=True)
            for other in self.identity.other_ids(record, who.email)
            if self.route.link_identities and claim(other, who.email)
        ]

    def _link(self, distinct_id: str, email: str) -> dict[str, Any]:
        return {"token": self.token, "distinct_id": distinct_id, "customer": {"email": email}}


def plan_of(route: RouteConfig, event: str, token: str) -> Plan:
    """Compiles one event type of a route whose configuration has no faults."""
    contract = contract_of(event)
    names = dict.fromkeys(name for name in contract.properties if name != "products")
    if contract.custom:
        names |= dict.fromkeys(name for name in route.fields if _is_property(name))
    return Plan(
        token,
        route,
        contract,
        identity_of(route, contract),
        customer_of(route, contract),
        products_of(route, contract),
        tuple(reader(name, route.fields.get(name), (name,), ACCEPT.get(name, jsonable)) for name in names),
    )


def _is_property(name: str) -> bool:
    return (
        name not in IDENTITY
        and name not in CUSTOMER
        and name != "products"
        and not name.startswith((PREFIX, "customer."))
    )


def _request(event: str, properties: dict[str, Any], who: Who) -> EventRequest:
    try:
        body = orjson.dumps({"event": event, "properties": properties})
    except orjson.JSONEncodeError:
        # Its message quotes the value.
        raise RefusedError(Reason.INVALID_FIELD, None, "the event cannot be written as JSON") from None
    if len(body) > MAX_BODY_BYTES:
        message = f"the event has {len(body)} bytes; Bluecore takes {MAX_BODY_BYTES}"
        raise RefusedError(Reason.TOO_LARGE, None, message)
    # A customer is one lane, by whatever id each event names it: the e-mail where it is known.
    return EventRequest(event, body, who.email or who.distinct_id)
