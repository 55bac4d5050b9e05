"""The `products` of an event.

A list of objects, each with its `id`. A single flat product, under `products` or at the top of the record,
becomes a list of one (RudderStack). Without a mapped `products.x` all that a product has rides along; with one,
only what is mapped and Bluecore's own `name`, `price` and `quantity`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from consumer.mapping.errors import InvalidValueError, RefusedError
from consumer.mapping.fields import PRODUCT, PRODUCT_ID, Reader, read_into, reader, text
from consumer.mapping.values import AS_THEY_ARE, jsonable

if TYPE_CHECKING:
    from consumer.config import RouteConfig
    from consumer.mapping.contract import Contract

    Product = dict[str, Any]

PREFIX = "products."
_FLAT_ID = ("product_id", "sku")
"""At the top of a record a bare `id` is the record's own."""


@dataclass(frozen=True, slots=True)
class Products:
    """Reads the products; `others` are the fields beside the id, None for all that there are."""

    source: Reader
    id: Reader
    flat_id: Reader
    others: tuple[Reader, ...] | None
    flat_others: tuple[Reader, ...]
    is_mapped: bool

    def read(self, record: Any) -> list[Product]:
        """The products in their order; empty when the record has none.

        Raises:
            RefusedError: one is no object, has no id, or a value that is invalid.
        """
        found = self.source.read(record)
        if found is None:
            return [] if self.is_mapped else self._flat(record)
        if isinstance(found, dict):
            found = [found]
        if not isinstance(found, list):
            raise RefusedError.invalid("products", "must be a list of objects", self.source.hint)
        return [self._product(item, index) for index, item in enumerate(found)]

    def _flat(self, record: Any) -> list[Product]:
        found = self.flat_id.read(record)
        if found is None:
            return []
        product = {"id": found}
        read_into(product, self.flat_others, record)
        return [product]

    def _product(self, item: Any, index: int) -> Product:
        if not isinstance(item, dict):
            raise RefusedError.invalid(f"products[{index}]", "must be an object with an id", self.source.hint)
        try:
            product = {"id": self.id.require(item)}
            if self.others is None:
                _ride_along(product, item)
            else:
                read_into(product, self.others, item)
        except RefusedError as refused:
            place = f"products[{index}]."
            raise RefusedError(refused.reason, f"{place}{refused.field}", f"{place}{refused}") from None
        return product


def products_of(route: RouteConfig, contract: Contract) -> Products | None:
    """How one event type of a route finds its products; None when it has none."""
    if not contract.takes_products:
        return None
    mapped = {key.removeprefix(PREFIX): path for key, path in route.fields.items() if key.startswith(PREFIX)}
    others = tuple(
        reader(name, mapped.get(name), (name,)) for name in dict.fromkeys((*PRODUCT, *mapped)) if name != "id"
    )
    source = route.fields.get("products")
    return Products(
        source=reader("products", source, ("products",), lambda found: found),
        id=reader("id", mapped.get("id"), PRODUCT_ID, text),
        flat_id=reader("products[0].id", mapped.get("id"), _FLAT_ID, text),
        others=others if mapped else None,
        flat_others=others,
        is_mapped=source is not None,
    )


def fit(products: list[Product], contract: Contract, route: RouteConfig) -> list[list[Product]]:
    """The products of each request: one list, or one a product where the route splits them.

    Raises:
        RefusedError: Bluecore does not take these products in one event, and the route does not say what to do.
    """
    if contract.distinct_products and len({product["id"] for product in products}) < len(products):
        if route.repeated_products == "refuse":
            raise RefusedError.invalid(
                "products", "an id is repeated; `repeated_products: merge` adds their quantities"
            )
        products = _merged(products)
    if contract.splittable and route.split_products:
        return [[product] for product in products]
    most = contract.max_products
    if most is not None and len(products) > most:
        if contract.splittable:
            rule = f"{contract.event} takes one product an event; `split_products: true` makes one of each"
            raise RefusedError.invalid("products", rule)
        if route.surplus_products == "refuse":
            rule = f"{contract.event} takes at most {most} ids; `surplus_products: drop` drops those beyond"
            raise RefusedError.invalid("products", rule)
        products = products[:most]
    return [products]


def _ride_along(product: Product, item: Product) -> None:
    for name, value in item.items():
        if value is not None and name not in PRODUCT_ID:
            try:
                product[name] = value if type(value) in AS_THEY_ARE else jsonable(value)
            except InvalidValueError as rule:
                raise RefusedError.invalid(name, rule) from None


def _merged(products: list[Product]) -> list[Product]:
    """Each id once, where it first stood: its quantities are added, of the rest the first stands.

    A product without a quantity counts as one.
    """
    merged: dict[str, Product] = {}
    for product in products:
        first = merged.setdefault(product["id"], product)
        if first is not product:
            first["quantity"] = _quantity(first) + _quantity(product)
    return list(merged.values())


def _quantity(product: Product) -> Any:
    quantity = product.get("quantity", 1)
    if isinstance(quantity, bool) or not isinstance(quantity, int | float):
        raise RefusedError.invalid("products", "a repeated id's quantity is no number and cannot be added")
    return quantity
