"""The products of a route held against a schema: the list, a single flat product, and the fields of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from consumer.commands.typecheck.findings import Finding, Severity
from consumer.commands.typecheck.lookups import MAY_BE_NULL, NONE_OF_THESE, Scope, look_up, value_findings
from consumer.commands.typecheck.requirements import Requirement, omittable, requirement
from consumer.commands.typecheck.shapes import OBJECTS, Shape, fields_of, items, kind, union_of
from consumer.commands.typecheck.type_rules import PRODUCTS, product_rule
from consumer.config.route import RouteConfig
from consumer.mapping.contract import contract_of, events_of
from consumer.mapping.fields import FLAT_PRODUCT_ID, PRODUCT, PRODUCT_ID, own_names, product_fields
from consumer.mapping.products import PREFIX

_KEY = "fields.products"


def product_findings(route: RouteConfig, record: Scope) -> Iterator[Finding]:
    """What is wrong with the products, for the event types of the route that take any."""
    contracts = [contract_of(event) for event in events_of(route)]
    taking = [contract for contract in contracts if contract.takes_products]
    requiring = [contract for contract in taking if "products" in contract.required]
    if taking:
        found = list(_findings(route, record, required=bool(requiring)))
        certain = len(taking) == len(contracts) and len(requiring) in {0, len(contracts)}
        yield from found if certain else (_unless_mapped(finding) for finding in found)


def _unless_mapped(finding: Finding) -> Finding:
    """Of one event type of several; a path that does not exist helps none of them."""
    return finding if finding.ignored else finding.downgraded()


def _findings(route: RouteConfig, record: Scope, *, required: bool) -> Iterator[Finding]:
    source = requirement(_KEY, route.fields.get("products"), own_names(route, "products"), PRODUCTS)
    shape, findings = look_up(source, record)
    yield from findings
    if not source.mapped and (shape is None or shape.nullable):
        yield from _flat(route, record, shape, required=required)
    elif shape is not None and shape.nullable and shape.known and required:
        yield Finding(Severity.WARNING, MAY_BE_NULL).with_path(_KEY, source.paths[0])
    if shape is None:
        return
    yield from value_findings(source, record)
    each = _each(shape, record)
    if each is None or not each.known:
        return
    yield from _elements(each, source.paths[0])
    objects = tuple(avro for avro in each.types if kind(avro) in OBJECTS)
    if objects:
        yield from _fields(route, Scope(Shape(objects), record.named, beside=record.beside), PRODUCT_ID)
        yield from _riding_along(route, Shape(objects), source.paths[0])


def _riding_along(route: RouteConfig, product: Shape, path: str) -> Iterator[Finding]:
    """What is sent though nobody has mapped it."""
    if route.preset is not None or any(name.startswith(PREFIX) for name in route.fields):
        return
    names = [name for name in dict.fromkeys(fields_of(product)) if name not in {*PRODUCT_ID, *PRODUCT}]
    if "map" in product.kinds:
        names.append("every key of a map")
    if names:
        message = f"of each product, {', '.join(names)} ride along: once a products.x is mapped, only what is mapped"
        yield Finding(Severity.INFO, f"{message} is sent, and {', '.join(PRODUCT)}").with_path(_KEY, path)


def _flat(route: RouteConfig, record: Scope, listed: Shape | None, *, required: bool) -> Iterator[Finding]:
    """A single product at the top of the record, where there is no list."""
    mapped = route.fields.get(PREFIX + "id")
    flat = requirement(f"{_KEY}.id", mapped, FLAT_PRODUCT_ID, product_rule("id", route))
    shape, _ = look_up(replace(flat, mapped=False), record)
    paths = ", ".join(("products", *flat.paths))
    needed = required or any(name.startswith(PREFIX) for name in route.fields)
    if shape is None:
        if listed is None and needed:
            yield Finding(Severity.ERROR, NONE_OF_THESE).with_path(_KEY, paths)
        elif listed is not None and listed.known and required:
            yield Finding(Severity.WARNING, MAY_BE_NULL).with_path(_KEY, paths)
        return
    if shape.nullable and shape.known and required:
        yield Finding(Severity.WARNING, MAY_BE_NULL).with_path(_KEY, paths)
    found = _fields(route, record, FLAT_PRODUCT_ID, required=False)
    yield from found if listed is None else (finding.downgraded() for finding in found if not finding.ignored)


def _each(shape: Shape, record: Scope) -> Shape | None:
    """One element of the list, or the one product that stands there without a list."""
    inner = items(shape, record.named)
    alone = Shape(tuple(avro for avro in shape.types if kind(avro) in OBJECTS), known=shape.known)
    if inner is None:
        return alone if alone.types else None
    return union_of([inner, alone])


def _elements(each: Shape, path: str) -> Iterator[Finding]:
    strange = [name for name in each.kinds if name not in OBJECTS]
    if strange:
        severity = Severity.ERROR if len(strange) == len(each.kinds) else Severity.WARNING
        message = f"has elements of type {' or '.join(strange)}, and each must be a record with an id: "
        yield Finding(severity, f"{message}such a record is refused").with_path(_KEY, path)
    elif each.nullable:
        yield Finding(Severity.WARNING, "has elements that may be null: such a record is refused").with_path(
            _KEY, path
        )


def _fields(route: RouteConfig, product: Scope, ids: tuple[str, ...], *, required: bool = True) -> Iterator[Finding]:
    mapped = {name.removeprefix(PREFIX): path for name, path in route.fields.items() if name.startswith(PREFIX)}
    for name in dict.fromkeys(("id", *product_fields(route), *mapped)):
        names = ids if name == "id" else (name,)
        rule = product_rule(name, route)
        each: Requirement = requirement(
            f"{_KEY}.{name}", mapped.get(name), names, rule, required=required and name == "id"
        )
        yield from value_findings(each if name == "id" else omittable(each, route), product)
