"""A type checker for mappings: every path of every route against the schemas that records are written with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from consumer.config import FieldConfig
from consumer.mapping.inference import Inference, UntypableError
from consumer.mapping.names import nearest
from consumer.mapping.paths import compile_path
from consumer.mapping.shapes import UNKNOWN, Shape, items, shape_of, united
from consumer.mapping.wants import wants_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from consumer.avro import AvroSchema, RecordType
    from consumer.config import RouteConfig
    from consumer.mapping.wants import Want


class Severity(StrEnum):
    """`error`: no record can be sent so; `warning`: some cannot; `info`: only the records can tell."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class SchemaVersion:
    """A schema under the name that the reader of a finding knows it by: a file, or a subject and its version."""

    label: str
    schema: AvroSchema


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know about a route.

    Attributes:
        key: the configuration's, such as `routes[1].fields.order_id`.
        path: the path in question.
        schema: the label of the schema version, empty when it is about none.
        nearest: the name that exists and was probably meant.
    """

    severity: Severity
    key: str
    path: str
    schema: str
    message: str
    nearest: str | None = None


def check_types(routes: Sequence[RouteConfig], schemas: Mapping[str, Sequence[SchemaVersion]]) -> list[Finding]:
    """What is wrong between the routes, which have no faults, and the schemas.

    Args:
        routes: the configuration's.
        schemas: the versions by topic, or by the full name of a record; a route finds its own by either.
    """
    return [finding for index, route in enumerate(routes) for finding in _route(f"routes[{index}]", route, schemas)]


def _route(key: str, route: RouteConfig, schemas: Mapping[str, Sequence[SchemaVersion]]) -> Iterator[Finding]:
    records = list(_records(route, schemas))
    if not records:
        yield _unknown(key, route, schemas)
    for want in wants_of(route):
        found = [finding for version, record in records for finding in _check(key, route, want, version, record)]
        absent = [finding for finding in found if finding.severity is Severity.ERROR]
        if len(absent) < len(records) and not want.required:
            # Other versions have it: the records of this one are sent without.
            found = [replace(each, severity=Severity.WARNING) if each in absent else each for each in found]
        yield from found


def _unknown(key: str, route: RouteConfig, schemas: Mapping[str, Sequence[SchemaVersion]]) -> Finding:
    """A route without a schema. Where there are schemas and none is of its record, the name may be wrong."""
    if route.record is None:
        topic = route.topic or route.topic_pattern or ""
        near = nearest(topic, [name for name in schemas if name])
        return Finding(Severity.INFO, key, "", "", f"not checked: there is no schema of topic {topic}", near)
    known = {record.name for versions in schemas.values() for each in versions for record in each.schema.records}
    severity = Severity.WARNING if known else Severity.INFO
    message = f"not checked: there is no schema of record {route.record}"
    return Finding(severity, f"{key}.record", "", "", message, nearest(route.record, known))


def _records(
    route: RouteConfig, schemas: Mapping[str, Sequence[SchemaVersion]]
) -> Iterator[tuple[SchemaVersion, RecordType]]:
    for name, versions in schemas.items():
        if route.takes(name) or name == route.record:
            for version in versions:
                for record in version.schema.records:
                    if route.record in {None, record.name}:
                        yield version, record


def _check(key: str, route: RouteConfig, want: Want, version: SchemaVersion, record: RecordType) -> Iterator[Finding]:
    named = version.schema.named
    inference = Inference(named)
    place, path, label = f"{key}.{want.key}", ", ".join(want.paths), version.label
    start = shape_of(record.parsed, named)
    if want.per_product:
        product = _product(route, inference, start, version)
        if product is None:
            return
        start = product
    shapes: list[Shape] = []
    for each in want.paths:
        try:
            shapes.append(inference.infer(compile_path(each).tree, start))
        except UntypableError as error:
            if want.mapped:
                yield Finding(Severity.ERROR, place, path, label, str(error), error.nearest)
                return
    if not shapes:
        if want.required:
            yield Finding(Severity.ERROR, place, path, label, "is required, and the schema has none of these names")
        return
    yield from _fits(want, shapes, place, label)


def _fits(want: Want, shapes: list[Shape], place: str, label: str) -> Iterator[Finding]:
    path, shape = ", ".join(want.paths), united(shapes)
    if not shape.known:
        yield Finding(Severity.INFO, place, path, label, "not checked: only the records can tell its type")
        return
    unfit = [kind for kind in shape.kinds if want.kinds is not None and kind not in want.kinds]
    if want.kinds is not None and (unfit or not shape.types):
        severity = Severity.ERROR if len(unfit) == len(shape.kinds) else Severity.WARNING
        message = f"is {' or '.join(unfit) or 'null'}, and must be {' or '.join(sorted(want.kinds))}"
        yield Finding(severity, place, path, label, message)
    if want.required and all(each.nullable for each in shapes):
        yield Finding(Severity.WARNING, place, path, label, "may be null: such a record is refused")


def _product(route: RouteConfig, inference: Inference, record: Shape, version: SchemaVersion) -> Shape | None:
    """The shape of one product; None when there is none, which is a finding of `products` itself."""
    source = route.fields.get("products", "products")
    path = source.path if isinstance(source, FieldConfig) else source
    try:
        found = inference.infer(compile_path(path).tree, record)
    except UntypableError:
        return record if "products" not in route.fields and _is_flat(route) else None
    if not found.known:
        return UNKNOWN
    each = items(found, version.schema.named) or found
    return Shape(each.types, known=each.known) if {"record", "map"} & set(each.kinds) else None


def _is_flat(route: RouteConfig) -> bool:
    return any(name.startswith("products.") for name in route.fields)
