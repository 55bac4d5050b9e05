"""What the mapping meets, and what keeps records from being resolved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from consumer.avro.route_schemas import RouteSchemas, route_schemas
from consumer.avro.schema import parse
from consumer.commands.check.resolution import read_as, reader_versions, resolution_findings
from consumer.commands.check.search import by_record
from consumer.commands.typecheck.findings import Severity
from consumer.commands.typecheck.routes import SchemaVersion
from consumer.config.route import RouteConfig
from tests.avro.support import record, text

ORDER, REFUND = record("Order", n="int"), record("Refund", n="int")
ENUM = {"type": "enum", "name": "E", "symbols": ["A"]}


def reading(folder: Path, schema: Any, **keys: Any) -> RouteSchemas:
    (folder / "reader.avsc").write_text(text(schema))
    keys |= {"topic": "a", "event": "purchase", "reader_schema": str(folder / "reader.avsc")}
    return route_schemas(RouteConfig.model_validate(keys))


def versions(*schemas: Any) -> list[SchemaVersion]:
    return [version for n, schema in enumerate(schemas) for _, version in by_record(f"v{n}", parse(text(schema)))]


def labels(versions: tuple[SchemaVersion, ...]) -> list[str]:
    return [version.label for version in versions]


def test_the_mapping_meets_the_reader_schema_once_and_what_is_left(tmp_path: Path) -> None:
    route = reading(tmp_path, ORDER)
    assert labels(read_as(versions(ORDER, REFUND, record("Order", n="long")), [route])) == ["reader.avsc", "v1"]


def test_without_a_reader_schema_all_is_as_it_was_written(tmp_path: Path) -> None:
    route = RouteSchemas(reading(tmp_path, ORDER).route, (), None)
    assert labels(read_as(versions(ORDER, REFUND), [route])) == ["v0", "v1"]
    assert reader_versions(route) == ()


def test_a_reader_of_several_types_is_told_by_their_names(tmp_path: Path) -> None:
    assert labels(reader_versions(reading(tmp_path, [ORDER, REFUND]))) == ["reader.avsc Order", "reader.avsc Refund"]
    assert labels(reader_versions(reading(tmp_path, [ORDER, REFUND], record="Refund"))) == ["reader.avsc Refund"]


def test_what_no_record_can_is_an_error_and_what_some_cannot_a_warning(tmp_path: Path) -> None:
    route = reading(tmp_path, record("Order", n="int", kind=ENUM))
    grown = record("Order", n="string", kind=ENUM | {"symbols": ["A", "B"]})
    found = list(resolution_findings("routes[3]", versions(REFUND, grown), route))
    assert [(each.severity, each.key, each.path, each.schema) for each in found] == [
        (Severity.ERROR, "routes[3].reader_schema", "n", "v1"),
        (Severity.WARNING, "routes[3].reader_schema", "kind", "v1"),
    ]
