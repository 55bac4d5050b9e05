"""One event type of one route, compiled: a record in, its requests out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from consumer.config.destinations import UNNAMED
from consumer.config.route import RouteConfig
from consumer.mapping.contract import MAX_BYTES_IN_ALL, Contract, contract_of
from consumer.mapping.customer import Customer, attribute_name, customer_of
from consumer.mapping.errors import InvalidValueError, LeftOut, RefusedError
from consumer.mapping.fields import ACCEPT, CUSTOMER, IDENTITY, SYNONYMS, own_names
from consumer.mapping.identity import Identity, identity_of
from consumer.mapping.links import Links
from consumer.mapping.nearest import with_nearest
from consumer.mapping.products import PREFIX, Product, Products, products_of, products_per_request
from consumer.mapping.readers import Reader, read_into, read_required, reader
from consumer.mapping.shared import NOTHING_SHARED, Shared
from consumer.mapping.values import field_value
from consumer.mapping.writing import UnwritableError, drop_unwritable, request_of
from consumer.records import EventRequest, Omission, Reason

Straight = Callable[[Any, str], list[EventRequest] | None]
"""What a plan does where nothing is odd: a record and a destination in, its requests out, or None, or an error."""

_PLACE = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class Plan:
    """How a record becomes requests of one event type.

    Attributes:
        tokens: the namespaces, by destination.
        required: the readers of what stands beside token, customer and products and without which the record is
            refused.
        optional: those of what is sent beside them when there is a value.
        labels: all optional fields, without the places of products.
        omits: an optional field that cannot be read is left out.
        straight: the same for records with which nothing is wrong; None: there is no such way.
    """

    tokens: Mapping[str, str]
    route: RouteConfig
    contract: Contract
    identity: Identity
    customer: Customer | None
    products: Products | None
    required: tuple[Reader, ...]
    optional: tuple[Reader, ...]
    labels: frozenset[str]
    omits: bool
    straight: Straight | None = None

    def requests(
        self,
        record: Any,
        links: Links | None = None,
        omitted: list[Omission] | None = None,
        destination: str = UNNAMED,
    ) -> list[EventRequest]:
        """The requests in the order in which they are to be sent.

        Args:
            record: the decoded record.
            links: takes the links that the record shows; None where no route links.
            omitted: takes what is left out, where the route leaves anything out; None where nobody asks.
            destination: where they go.

        Raises:
            RefusedError: the record breaks the event type's contract.
        """
        if self.straight is not None:
            try:
                if (made := self.straight(record, destination)) is not None:
                    if links is not None and self.route.link_identities:
                        self._link(record, self.identity.email.read(record), links, None, destination)
                    return made
            except (InvalidValueError, RefusedError):
                pass  # what is wrong is found again, in order, and in words
        return self._interpreted(record, links, omitted, destination)

    def _interpreted(
        self, record: Any, links: Links | None, omitted: list[Omission] | None, destination: str
    ) -> list[EventRequest]:
        left_out: LeftOut = [] if self.omits else None
        ids = self.identity.read(record, left_out)
        properties: dict[str, Any] = {"token": self.tokens[destination], "distinct_id": ids.distinct_id}
        if ids.email is not None:
            if self.customer is not None:
                properties["customer"] = self.customer.read(record, ids.email, left_out)
            elif ids.email != ids.distinct_id:
                # An id alone reaches a profile only once it is linked to the address.
                properties["customer"] = {"email": ids.email}
        listed = self._products(record, left_out)
        read_required(properties, self.required, record)
        read_into(properties, self.optional, record, left_out)
        requests = self.written(properties, listed, ids.email or ids.distinct_id, left_out, destination)
        if links is not None and self.contract.links and ids.email is not None:
            links.setdefault((ids.distinct_id, ids.email, destination))
        elif links is not None and self.route.link_identities:
            self._link(record, ids.email, links, left_out, destination)
        if left_out and omitted is not None:
            omitted += map(self._omission, left_out)
        return requests

    def written(
        self,
        properties: dict[str, Any],
        listed: list[list[Product]],
        customer: str,
        left_out: LeftOut,
        destination: str,
    ) -> list[EventRequest]:
        """A request for each of these lists of products.

        Raises:
            RefusedError: they are too large, or cannot be written.
        """
        requests = []
        size = 0
        for products in listed:
            if products:
                properties["products"] = products
            try:
                requests.append(request_of(self.contract.event, properties, customer, destination))
            except UnwritableError:
                if left_out is None:
                    raise
                self._drop_unwritable(properties, listed, left_out)
                requests.append(request_of(self.contract.event, properties, customer, destination))
            size += len(requests[-1].body)
            if size > MAX_BYTES_IN_ALL:
                message = f"its {len(listed)} events have more than {MAX_BYTES_IN_ALL} bytes together"
                raise RefusedError(Reason.TOO_LARGE, None, message)
        return requests

    def _products(self, record: Any, left_out: LeftOut) -> list[list[Product]]:
        if self.products is None:
            return [[]]
        try:
            products = self.products.read(record, left_out)
        except RefusedError as refused:
            if left_out is None or "products" in self.contract.required:
                raise
            left_out.append(RefusedError(refused.reason, "products", str(refused)))
            return [[]]
        if products:
            return products_per_request(products, self.contract, self.route, left_out)
        if "products" in self.contract.required:
            hint = self.products.source.hint
            if products is None:
                names = self.products.source.names
                raise RefusedError.missing("products", with_nearest(hint, names, record))
            raise RefusedError(Reason.MISSING_FIELD, "products", f"products: the list is empty ({hint})")
        return [[]]

    def _drop_unwritable(self, properties: dict[str, Any], listed: list[list[Product]], left_out: LeftOut) -> None:
        """Takes out the optional values that JSON's writer does not take, which it tells only as it writes."""
        kept = {"token", "distinct_id", "customer", "products", *self.contract.required}
        drop_unwritable(properties, "", kept, left_out)
        drop_unwritable(properties.get("customer", {}), "", {"email"}, left_out)
        for index, product in enumerate(product for products in listed for product in products):
            drop_unwritable(product, f"products[{index}].", {"id"}, left_out)

    def _omission(self, refused: RefusedError) -> Omission:
        field = refused.field or ""
        label = _PLACE.sub("", field)
        return Omission(self.contract.event, field, str(refused), label if label in self.labels else f"{PREFIX}*")

    def _link(self, record: Any, email: str | None, links: Links, left_out: LeftOut, destination: str) -> None:
        """Adds an `identify` for each other id that the record shows beside an e-mail."""
        if email is None:
            return
        for one in self.identity.linkable_ids(record, left_out):
            if (one, email, destination) not in links:
                links[one, email, destination] = self._identify(one, email, destination)

    def _identify(self, distinct_id: str, email: str, destination: str) -> EventRequest:
        properties = {"token": self.tokens[destination], "distinct_id": distinct_id, "customer": {"email": email}}
        return request_of("identify", properties, email, destination, link=True)


def plan_of(route: RouteConfig, event: str, tokens: Mapping[str, str], shared: Shared = NOTHING_SHARED) -> Plan:
    """Compiles one event type of a route in whose configuration nothing is wrong; `tokens`: by destination."""
    contract = contract_of(event)
    properties = [
        reader(name, route.fields.get(name), own_names(route, name), ACCEPT.get(name, field_value), shared)
        for name in property_names(route, contract)
    ]
    further = [reader(name, source, shared=shared) for name, source in route.properties.items()]
    required = tuple(each for each in properties if each.field in contract.required)
    optional = (*(each for each in properties if each.field not in contract.required), *further)
    customer, products = customer_of(route, contract, shared), products_of(route, contract, shared)
    labels = {*IDENTITY, "products", *(each.field for each in optional)}
    if customer is not None:
        labels |= set(customer.names)
    if products is not None:
        labels |= {f"{PREFIX}{each.field}" for each in products.flat_others}
    identity = identity_of(route, contract, shared)
    omits = route.invalid_optional == "omit"
    return Plan(tokens, route, contract, identity, customer, products, required, optional, frozenset(labels), omits)


def property_names(route: RouteConfig, contract: Contract) -> tuple[str, ...]:
    """What stands beside token, customer and products: of a custom event, all that the route maps as no other."""
    names = dict.fromkeys(name for name in contract.properties if name != "products")
    if contract.custom:
        names |= dict.fromkeys(name for name in route.fields if _is_property(name))
    return tuple(names)


def _is_property(name: str) -> bool:
    is_of_products = name == "products" or name.startswith(PREFIX)
    return not is_of_products and name not in {*IDENTITY, *SYNONYMS} and attribute_name(name) not in CUSTOMER
