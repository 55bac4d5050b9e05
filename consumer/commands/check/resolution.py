"""Whether what is written can be resolved to the reader schemas of its topic, and what the mapping then meets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from consumer.avro.compatibility import compatibility_findings
from consumer.avro.route_schemas import RouteSchemas
from consumer.avro.schema import RecordType
from consumer.commands.typecheck.findings import Finding, Severity
from consumer.commands.typecheck.routes import SchemaVersion


def reader_versions(route: RouteSchemas) -> tuple[SchemaVersion, ...]:
    """What the records of a route are resolved to, whatever is written; nothing without a reader schema."""
    if route.reader is None:
        return ()
    if route.reader.record is not None:
        only = route.reader.for_name(route.reader.record)
        return () if only is None else (_version(route, only),)
    return tuple(_version(route, record) for record in route.reader.schema.records)


def read_as(versions: Sequence[SchemaVersion], routes: Sequence[RouteSchemas]) -> tuple[SchemaVersion, ...]:
    """What the mapping meets: the reader schemas, and what is left as it was written.

    Args:
        versions: what is written, each of one record type.
        routes: those that read the topic; the reader schema of one is in force for all.
    """
    resolved: dict[str, SchemaVersion] = {}
    left: list[SchemaVersion] = []
    for version in versions:
        to = read_version(version, routes)
        if to is version:
            left.append(version)
        else:
            resolved.setdefault(to.label, to)
    return (*resolved.values(), *left)


def read_version(version: SchemaVersion, routes: Sequence[RouteSchemas]) -> SchemaVersion:
    """What the mapping meets of one version: itself, where no reader schema is in force."""
    return next((each for route in routes if (each := _resolved(version, route)) is not None), version)


def resolution_findings(key: str, versions: Sequence[SchemaVersion], route: RouteSchemas) -> Iterator[Finding]:
    """What keeps records from being resolved to the route's own reader schema.

    Args:
        key: the route's, such as `routes[1]`.
        versions: what is written, each of one record type.
        route: the route.
    """
    place = f"{key}.reader_schema"
    pairs = [(version, _resolved(version, route)) for version in versions]
    if route.reader is not None and all(to is None for _, to in pairs):
        names = ", ".join(dict.fromkeys(version.schema.records[0].name for version in versions))
        message = f"is not used: it knows records as {', '.join(route.reader.names)}, and what is written is {names}"
        advice = "give its record that name as an alias"
        yield Finding(Severity.ERROR, f"{message}; {advice}", key=place, schema=labels(versions))
    for version, to in pairs:
        if to is None:
            continue
        for each in compatibility_findings(
            version.schema, version.schema.records[0], to.schema, to.schema.records[0]
        ):
            severity = Severity.ERROR if each.certain else Severity.WARNING
            yield Finding(severity, each.message, key=place, path=each.field, schema=version.label)


def _resolved(version: SchemaVersion, route: RouteSchemas) -> SchemaVersion | None:
    record = None if route.reader is None else route.reader.for_name(version.schema.records[0].name)
    return None if record is None else _version(route, record)


def _version(route: RouteSchemas, record: RecordType) -> SchemaVersion:
    if route.reader is None:
        raise ValueError("a route without a reader schema resolves nothing")
    schema = route.reader.schema
    name = Path(route.route.reader_schema or "").name
    label = f"{name} {record.name}" if schema.branches else name
    return SchemaVersion(label, replace(schema, record=record, branches=()))


def labels(versions: Sequence[SchemaVersion]) -> str:
    """How a finding names several versions at once."""
    return ", ".join(version.label for version in versions)
