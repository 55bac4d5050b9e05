"""What a route wants of a schema: each value that it reads, and the types of which Bluecore's can be made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from consumer.config import EventByValue, FieldConfig
from consumer.mapping.contract import contract_of, events_of
from consumer.mapping.fields import ACCEPT, IDENTITY, PRODUCT_ID, email, number
from consumer.mapping.products import PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from consumer.config import RouteConfig
    from consumer.mapping.contract import Contract

    Mapped = str | FieldConfig | None

_SCALARS = frozenset(("boolean", "integer", "number", "string", "uuid", "bytes", "date", "time", "datetime"))
_TEXT = frozenset(("string", "uuid", "integer"))
_NUMBERS = frozenset(("integer", "number"))
_CONVERTIBLE = {
    "string": _SCALARS,
    "number": _NUMBERS | {"string"},
    "integer": _NUMBERS | {"string"},
    "boolean": frozenset(("boolean", "string", "integer")),
    "date": frozenset(("date", "datetime", "string")),
    "datetime": frozenset(("date", "datetime", "string", "integer")),
}
_CHOOSING = {bool: "boolean", int: "integer", str: "string"}


@dataclass(frozen=True, slots=True)
class Want:
    """One value that is read.

    Attributes:
        key: where the configuration says so, below the route: `fields.email`.
        paths: where it is looked for; one that the route maps, or Bluecore's own names for it.
        kinds: the kinds of `shapes` that will do; None: all.
        required: without it the record is refused.
        mapped: the route names the path itself, so that it must exist.
        per_product: the path starts at each product.
    """

    key: str
    paths: tuple[str, ...]
    kinds: frozenset[str] | None = None
    required: bool = False
    mapped: bool = True
    per_product: bool = False


def wants_of(route: RouteConfig) -> Iterator[Want]:
    """All that the route reads, in the order of the configuration."""
    if route.when is not None:
        yield Want("when", (route.when,))
    if isinstance(route.event, EventByValue):
        kinds = frozenset(_CHOOSING[type(value)] for value in route.event.values)
        yield Want("event.path", (route.event.path,), kinds, required=True)
    contracts = [contract_of(event) for event in events_of(route)]
    yield from _identity(route, contracts)
    required = {name for contract in contracts for name in contract.required}
    for name in dict.fromkeys(name for contract in contracts for name in contract.properties):
        if name == "products":
            yield from _products(route, required=name in required)
        else:
            yield _want(name, route.fields.get(name), (name,), required=name in required)
    read = {*IDENTITY, "products", *(name for contract in contracts for name in contract.properties)}
    for name, mapped in route.fields.items():
        if name not in read and not name.startswith(PREFIX):
            yield _want(name, mapped, ())
    for name, mapped in route.attributes.items():
        yield _want(name, mapped, (), section="attributes")


def _identity(route: RouteConfig, contracts: list[Contract]) -> Iterator[Want]:
    needs_email = any(contract.customer for contract in contracts)
    for name, own_names in IDENTITY.items():
        yield _want(name, route.fields.get(name), own_names, required=name == "email" and needs_email)
    links = any(contract.links for contract in contracts)
    standing_in = [name for name in IDENTITY if not (links and name == "email")]
    if (links or not needs_email) and not any(name in route.fields for name in standing_in):
        paths = tuple(path for name in standing_in for path in IDENTITY[name])
        yield Want("fields.distinct_id", paths, _TEXT, required=True, mapped=False)


def _products(route: RouteConfig, *, required: bool) -> Iterator[Want]:
    source = route.fields.get("products")
    listed = frozenset(("array", "record", "map"))
    if source is not None:
        yield Want("fields.products", (_path(source),), listed, required=required)
    else:
        flat = "product_id", "sku"
        own = (_path(route.fields[PREFIX + "id"]),) if PREFIX + "id" in route.fields else flat
        yield Want("fields.products", ("products", *own), listed | _TEXT, required=required, mapped=False)
    names = dict.fromkeys(name.removeprefix(PREFIX) for name in route.fields if name.startswith(PREFIX))
    for name in {"id": None, **names}:
        mapped = route.fields.get(PREFIX + name)
        kinds = _TEXT if name == "id" else None
        yield _want(PREFIX + name, mapped, PRODUCT_ID, kinds=kinds, required=name == "id", per_product=True)


def _want(  # noqa: PLR0913 - the parts of a Want, named
    name: str,
    mapped: Mapped,
    own_names: tuple[str, ...],
    *,
    section: str = "fields",
    kinds: frozenset[str] | None = None,
    required: bool = False,
    per_product: bool = False,
) -> Want:
    accept = ACCEPT.get(name) if section == "fields" else None
    if accept is not None:
        kinds = _NUMBERS if accept is number else frozenset(("string",)) if accept is email else _TEXT
    if isinstance(mapped, FieldConfig) and mapped.convert is not None:
        kinds = _CONVERTIBLE[mapped.convert]
    paths = own_names if mapped is None else (_path(mapped),)
    return Want(f"{section}.{name}", paths, kinds, required, mapped is not None, per_product)


def _path(mapped: str | FieldConfig) -> str:
    return mapped.path if isinstance(mapped, FieldConfig) else mapped
