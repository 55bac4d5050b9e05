"""The `products` of an event.

A list of objects, each with its `id`. A single flat product, under `products` or at the top of the record,
becomes a list of one (RudderStack). Without a mapped `products.x` all that a product has rides along; with one,
only what is mapped and Bluecore's own `name`, `price` and `quantity`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson

from consumer.avro.unreadable import Unreadable
from consumer.config.route import RouteConfig
from consumer.mapping.contract import Contract
from consumer.mapping.decimals import exact_sum
from consumer.mapping.errors import InvalidValueError, LeftOut, RefusedError, leave_out
from consumer.mapping.fields import FLAT_PRODUCT_ID, PRODUCT_ID, own_names, product_fields, text
from consumer.mapping.readers import Reader, reader
from consumer.mapping.shared import NOTHING_SHARED, Shared
from consumer.mapping.values import FORMS, is_blank, jsonable, other_form, readable

Product = dict[str, Any]

PREFIX = "products."
_IDS = frozenset(PRODUCT_ID)


@dataclass(frozen=True, slots=True)
class Products:
    """Reads the products.

    Attributes:
        source: finds the list.
        id: finds a product's id, and `flat_id` that of a single product at the top of the record.
        others: the fields beside the id; None: all that there are.
        flat_others: those of a single product at the top of the record.
        is_mapped: the route says where the list is.
    """

    source: Reader
    id: Reader
    flat_id: Reader
    others: tuple[Reader, ...] | None
    flat_others: tuple[Reader, ...]
    is_mapped: bool

    def read(self, record: Any, left_out: LeftOut = None) -> list[Product] | None:
        """The products in their order; None when the record has neither a list nor a product.

        Args:
            record: the record.
            left_out: takes the invalid fields beside the ids.

        Raises:
            RefusedError: one is no object, has no id, or a value that is invalid, and nothing may be left out.
        """
        found = self.source.read(record)
        if found is None:
            return None if self.is_mapped else self._flat(record, left_out)
        if isinstance(found, dict):
            found = [found]
        if not isinstance(found, list):
            raise RefusedError.invalid("products", "must be a list of objects", self.source.hint)
        return [self._product(item, index, left_out) for index, item in enumerate(found)]

    def _flat(self, record: Any, left_out: LeftOut) -> list[Product] | None:
        found = self.flat_id.read(record)
        if found is None:
            return None
        product = {"id": found}
        _read_fields(product, self.flat_others, record, 0, left_out)
        return [product]

    def _product(self, item: Any, index: int, left_out: LeftOut) -> Product:
        if not isinstance(item, dict):
            raise RefusedError.invalid(f"products[{index}]", "must be an object with an id", self.source.hint)
        try:
            product = {"id": self.id.require(item)}
        except RefusedError as refused:
            raise refused.inside(f"products[{index}].") from None
        if self.others is None:
            try:
                ride_along(product, item)
            except InvalidValueError:
                _ride_along_without_the_invalid(product, item, f"products[{index}].", left_out)
        else:
            _read_fields(product, self.others, item, index, left_out)
        return product


def products_of(route: RouteConfig, contract: Contract, shared: Shared = NOTHING_SHARED) -> Products | None:
    """How one event type of a route finds its products; None when it has none."""
    if not contract.takes_products:
        return None
    mapped = {key.removeprefix(PREFIX): path for key, path in route.fields.items() if key.startswith(PREFIX)}
    others = tuple(
        reader(name, mapped.get(name), (name,), shared=shared)
        for name in dict.fromkeys((*product_fields(route), *mapped))
        if name != "id"
    )
    source = route.fields.get("products")
    return Products(
        source=reader("products", source, own_names(route, "products"), listed, shared),
        id=reader("id", mapped.get("id"), PRODUCT_ID, text, shared),
        flat_id=reader("products[0].id", mapped.get("id"), FLAT_PRODUCT_ID, text, shared),
        others=others if mapped or route.preset is not None else None,
        flat_others=others,
        is_mapped=source is not None,
    )


def products_per_request(
    products: list[Product], contract: Contract, route: RouteConfig, left_out: LeftOut = None
) -> list[list[Product]]:
    """The products of each request: one list, or one a product where the route splits them.

    Args:
        products: all of the record.
        contract: of the event type.
        route: says what becomes of too many.
        left_out: what was left out of the products.

    Raises:
        RefusedError: Bluecore does not take these products in one event, and the route does not say what to do.
    """
    if contract.distinct_products and len({product["id"] for product in products}) < len(products):
        if route.repeated_products == "refuse":
            which = "products[{}] repeats the id of products[{}]".format(*_repeated(products))
            raise RefusedError.invalid("products", f"{which}; `repeated_products: merge` adds their quantities")
        products = _merged(products, left_out)
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


def listed(value: Any) -> Any:
    """A list of products as it is, or what may stand in its place; None of a blank text."""
    if type(value) is list:
        return value
    return None if is_blank(value) else readable(value)


def _read_fields(product: Product, readers: Sequence[Reader], item: Any, index: int, left_out: LeftOut) -> None:
    for each in readers:
        try:
            found = each.get(item)
            if found is not None and (value := each.accept(found)) is not None:
                product[each.field] = value
        except InvalidValueError as rule:
            leave_out(left_out, each.field, rule, each.hint, f"products[{index}].")


def ride_along(product: Product, item: Product) -> None:
    """Adds all that an item has beside its id.

    Raises:
        InvalidValueError: some of it has no JSON form.
    """
    for name, value in item.items():
        if name in _IDS:
            continue
        kind = type(value)
        if kind is str:
            if value and not value.isspace():
                product[name] = value
        elif (form := FORMS.get(kind, other_form)) is not None:
            product[name] = form(value)
        elif value is not None:
            product[name] = value


def _ride_along_without_the_invalid(product: Product, item: Product, place: str, left_out: LeftOut) -> None:
    """What could not be read is judged as any optional field is; what nobody may read, as it is encrypted, is not."""
    for name, value in item.items():
        if value is None or name in _IDS or is_blank(value):
            continue
        legible = _legible_part(value)
        if legible is not value and (left_out is not None or _is_dirty(value)):
            leave_out(left_out, name, "holds what could not be read", place=place)
        if legible is not None:
            try:
                product[name] = jsonable(legible)
            except InvalidValueError as rule:
                leave_out(left_out, name, rule, place=place)


def _is_dirty(value: Any) -> bool:
    """Whether some of it could not be read, and would not be readable with a key."""
    if isinstance(value, dict | list):
        return any(map(_is_dirty, value.values() if isinstance(value, dict) else value))
    return isinstance(value, Unreadable) and not value.encrypted and value.pending is None


def _legible_part(value: Any) -> Any:
    """The value itself where all of it could be read, else what could; None where nothing could."""
    try:
        legible = _legible([value])
        return value if legible == [value] else legible[0] if legible else None
    except RecursionError:
        return value


def _legible(value: Any) -> Any:
    """The value without what could not be read, wherever in it that stands."""
    if isinstance(value, dict):
        return {name: _legible(each) for name, each in value.items() if not isinstance(each, Unreadable)}
    if isinstance(value, list):
        return [_legible(each) for each in value if not isinstance(each, Unreadable)]
    return value


def _repeated(products: list[Product]) -> tuple[int, int]:
    """The first product whose id has been there, and the one that had it."""
    first: dict[str, int] = {}
    for index, product in enumerate(products):
        if (before := first.setdefault(product["id"], index)) != index:
            return index, before
    raise ValueError("no id is repeated")


def _merged(products: list[Product], left_out: LeftOut) -> list[Product]:
    """Each id once, where it first stood: its quantities are added, of the rest the first stands.

    A product without a quantity counts as one. Decimals are added without loss. Where a quantity was left out, the
    product goes without one: the sum of the others would be wrong.
    """
    merged: dict[str, Product] = {}
    invalid = {each.field for each in left_out or ()}
    unknown = {each["id"] for index, each in enumerate(products) if f"products[{index}].quantity" in invalid}
    for product in products:
        first = merged.setdefault(product["id"], product)
        if product["id"] in unknown:
            first.pop("quantity", None)
        elif first is not product:
            try:
                first["quantity"] = jsonable(exact_sum((_quantity(first), _quantity(product))))
            except InvalidValueError as rule:
                raise RefusedError.invalid("products", f"a repeated id's quantity {rule}") from None
    return list(merged.values())


def _quantity(product: Product) -> Any:
    quantity = product.get("quantity", 1)
    if isinstance(quantity, orjson.Fragment):
        return Decimal(orjson.dumps(quantity).decode())
    if isinstance(quantity, bool) or not isinstance(quantity, int | float):
        raise InvalidValueError("is no number and cannot be added; `as: number` converts text")
    return quantity
