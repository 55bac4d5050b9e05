"""A configuration that is whole: the settings, and what only the rooms that use them can tell of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path

from consumer.avro.errors import SchemaFaults
from consumer.avro.options import parse_options
from consumer.avro.readers import ReaderSchema
from consumer.avro.route_schemas import reader_schema, written_schemas
from consumer.commands.validation.routes import faults as mapping_faults
from consumer.commands.validation.routes import overlap
from consumer.config.faults import Fault
from consumer.config.load import Sound, load
from consumer.config.model import Config, DeadLettersConfig, RouteConfig
from consumer.errors import UnusableSetting
from consumer.kafka.options import option_faults


def load_checked(path: Path, environ: Mapping[str, str]) -> Config:
    """The configuration, or ConfigError with every fault that can be found without a network."""
    return load(path, environ, _faults)


def _faults(sound: Sound) -> Iterator[Fault]:
    for name, message in option_faults(sound.kafka_options):
        yield Fault(f"kafka.options.{name}" if name else "kafka.options", message)
    yield from _registry_faults(sound)
    yield from _route_faults(sound.routes)
    yield from _schema_faults(sound.routes)
    if sound.dead_letters is not None:
        yield from _topic_faults(sound.routes, sound.dead_letters)


def _registry_faults(sound: Sound) -> Iterator[Fault]:
    confluent = [index for index, route in sound.routes.items() if route.wire_format == "confluent"]
    if confluent and not sound.has_registry:
        yield Fault("schema_registry", f"is required: routes[{confluent[0]}] reads Confluent's wire format")
    if sound.schema_registry is not None:
        try:
            parse_options(sound.schema_registry.options)
        except UnusableSetting as error:
            yield Fault("schema_registry.options", str(error))


def _route_faults(routes: Mapping[int, RouteConfig]) -> Iterator[Fault]:
    """Faults of the routes, under the indices that they have in the file."""
    indices = list(routes)

    def renumbered(text: str) -> str:
        return re.sub(r"\broutes\[(\d+)\]", lambda match: f"routes[{indices[int(match[1])]}]", text)

    for key, message in mapping_faults(list(routes.values())):
        yield Fault(renumbered(key), renumbered(message))


def _schema_faults(routes: Mapping[int, RouteConfig]) -> Iterator[Fault]:
    readers: dict[int, ReaderSchema] = {}
    for index, route in routes.items():
        try:
            written_schemas(route)
        except SchemaFaults as error:
            yield from (Fault(f"routes[{index}].schema", fault) for fault in error.faults)
        try:
            reader = reader_schema(route)
        except SchemaFaults as error:
            yield from (Fault(f"routes[{index}].reader_schema", fault) for fault in error.faults)
        else:
            readers |= {} if reader is None else {index: reader}
    for first, second in combinations(readers, 2):
        one, other = routes[first], routes[second]
        shared = _resolved_by_both(readers[first], readers[second])
        if shared and one.reader_schema != other.reader_schema and overlap(one, other):
            what = f"routes[{first}] resolves {shared} of the same topic to {one.reader_schema}"
            yield Fault(
                f"routes[{second}].reader_schema", f"{what}: name that one here too, or tell the two by `record`"
            )


def _resolved_by_both(one: ReaderSchema, other: ReaderSchema) -> str | None:
    """The name of a record type that both would resolve."""
    names = [name for reader in (one, other) for name in ((reader.record,) if reader.record else reader.names)]
    return next((name for name in names if one.for_name(name) and other.for_name(name)), None)


def _topic_faults(routes: Mapping[int, RouteConfig], letters: DeadLettersConfig) -> Iterator[Fault]:
    """A route that reads what the service itself writes would go round in a circle."""
    ours = (("retry_topic", letters.retry_topic), ("dead_letter_topic", letters.dead_letter_topic))
    for index, route in routes.items():
        for setting, topic in ours:
            if route.topic == topic:
                yield Fault(f"routes[{index}].topic", f"takes in {topic}, which is dead_letters.{setting}")
            elif route.topic_pattern is not None and _matches(route.topic_pattern, topic):
                yield Fault(f"routes[{index}].topic_pattern", f"takes in {topic}, which is dead_letters.{setting}")


def _matches(pattern: str, topic: str) -> bool:
    try:
        return re.match(pattern, topic) is not None
    except re.error:
        return False
