"""A configuration that is whole: the settings, and what only the rooms that use them can tell of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path
from types import MappingProxyType
from typing import Any

from consumer.avro.connecting import check_options, without_missing_files
from consumer.avro.errors import UnusableSchemas
from consumer.avro.reader_schemas import ReaderSchema
from consumer.avro.route_schemas import reader_schema, written_schemas
from consumer.commands.validation.destinations import destination_findings
from consumer.commands.validation.routes import overlap, route_findings
from consumer.config.findings import Finding
from consumer.config.load import load
from consumer.config.model import Config
from consumer.config.route import RouteConfig
from consumer.config.tables import TableConfig
from consumer.config.validation import PartialConfig
from consumer.errors import UnusableSetting
from consumer.kafka.options import option_findings
from consumer.kafka.security import Access, address_findings
from consumer.mapping.tables import Tables, load_table


def load_checked(
    path: Path,
    environ: Mapping[str, str],
    missing: Mapping[str, Any] = MappingProxyType({}),
    *,
    offline: bool = False,
) -> Config:
    """The configuration of a file and the environment, checked as far as that goes without a network.

    Args:
        path: the file.
        environ: the environment's variables.
        missing: sections that stand in for those that it has not.
        offline: certificates and keys that options name need not be here.

    Raises:
        ConfigError: something is wrong, all of which it names.
    """
    return load(path, environ, lambda found: _findings(found, offline=offline), missing)


def _findings(partial: PartialConfig, *, offline: bool) -> Iterator[Finding]:
    access = Access(partial.servers, partial.kafka_options, partial.has_authentication, partial.authentication)
    for each in address_findings(access):
        yield Finding(f"kafka.{each.key}", each.message)
    for each in option_findings(access, offline=offline):
        yield Finding(f"kafka.options.{each.key}" if each.key else "kafka.options", each.message)
    yield from _registry_findings(partial, offline=offline)
    tables, found = _tables(partial.tables)
    yield from found
    yield from _all_route_findings(partial.routes, tables)
    yield from destination_findings(partial, tables)
    yield from _schema_findings(partial.routes)
    yield from _topic_findings(partial)


def _registry_findings(partial: PartialConfig, *, offline: bool) -> Iterator[Finding]:
    confluent = [index for index, route in partial.routes.items() if route.wire_format == "confluent"]
    if confluent and not partial.has_registry:
        yield Finding("schema_registry", f"is required: routes[{confluent[0]}] takes its schemas from a registry")
    keyed = [index for index, route in partial.routes.items() if route.key_format == "avro"]
    if keyed and not confluent and not partial.has_registry:
        yield Finding("schema_registry", f"is required: routes[{keyed[0]}] reads keys in Avro")
    if partial.schema_registry is not None:
        try:
            check_options(without_missing_files(partial.schema_registry) if offline else partial.schema_registry)
        except UnusableSetting as error:
            yield Finding("schema_registry.options", str(error))


def _tables(tables: Mapping[str, TableConfig | None]) -> tuple[Tables, list[Finding]]:
    """The tables, an empty one for each that cannot be read; and what is wrong with those."""
    read: dict[str, Mapping[str, Any]] = {}
    found: list[Finding] = []
    for name, table in tables.items():
        try:
            read[name] = {} if table is None else load_table(table)
        except UnusableSetting as error:
            read[name] = {}
            found.append(Finding(f"tables.{name}", str(error)))
    return read, found


def _all_route_findings(routes: Mapping[int, RouteConfig], tables: Tables) -> Iterator[Finding]:
    """What is wrong with the routes, under the indices that they have in the file."""
    indices = list(routes)

    def renumbered(text: str) -> str:
        return re.sub(r"\broutes\[(\d+)\]", lambda match: f"routes[{indices[int(match[1])]}]", text)

    for each in route_findings(list(routes.values()), tables):
        yield Finding(renumbered(each.key), renumbered(each.message))


def _schema_findings(routes: Mapping[int, RouteConfig]) -> Iterator[Finding]:
    readers: dict[int, ReaderSchema] = {}
    for index, route in routes.items():
        try:
            written_schemas(route)
        except UnusableSchemas as error:
            yield from (Finding(f"routes[{index}].schema", finding) for finding in error.findings)
        try:
            reader = reader_schema(route)
        except UnusableSchemas as error:
            yield from (Finding(f"routes[{index}].reader_schema", finding) for finding in error.findings)
        else:
            readers |= {} if reader is None else {index: reader}
    for first, second in combinations(readers, 2):
        one, other = routes[first], routes[second]
        shared = _resolved_by_both(readers[first], readers[second])
        if shared and one.reader_schema != other.reader_schema and overlap(one, other):
            what = f"routes[{first}] resolves {shared} of the same topic to {one.reader_schema}"
            yield Finding(
                f"routes[{second}].reader_schema", f"{what}: name that one here too, or tell the two by `record`"
            )


def _resolved_by_both(one: ReaderSchema, other: ReaderSchema) -> str | None:
    """The name of a record type that both would resolve."""
    names = [name for reader in (one, other) for name in ((reader.record,) if reader.record else reader.names)]
    return next((name for name in names if one.for_name(name) and other.for_name(name)), None)


def _topic_findings(partial: PartialConfig) -> Iterator[Finding]:
    """A route that reads what the service itself writes would go round in a circle."""
    letters, own_topics = partial.dead_letters, dict[str, str]()
    if letters is not None:
        own_topics["dead_letters.retry_topic"] = letters.retry_topic
        own_topics["dead_letters.dead_letter_topic"] = letters.dead_letter_topic
    if partial.receipts is not None and (receipts := partial.receipts.topic) is not None:
        for setting in [setting for setting, topic in own_topics.items() if topic == receipts]:
            yield Finding(
                "receipts.topic", f"is {receipts}, which is {setting}: give the receipts a topic of their own"
            )
        own_topics["receipts.topic"] = receipts
    for index, route in partial.routes.items():
        for setting, topic in own_topics.items():
            if route.topic == topic:
                yield Finding(f"routes[{index}].topic", f"takes in {topic}, which is {setting}")
            elif route.topic_pattern is not None and _matches(route.topic_pattern, topic):
                yield Finding(f"routes[{index}].topic_pattern", f"takes in {topic}, which is {setting}")


def _matches(pattern: str, topic: str) -> bool:
    try:
        return re.match(pattern, topic) is not None
    except re.error:
        return False
