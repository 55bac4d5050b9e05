"""A configuration that is whole: the settings, and what only the rooms that use them can tell of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from consumer.avro.errors import SchemaFaults
from consumer.avro.files import load_file
from consumer.avro.options import parse_options
from consumer.config import Config, RouteConfig
from consumer.mapping.faults import faults as mapping_faults
from consumer.settings import ConfigError, Fault, load


def load_checked(path: Path, environ: Mapping[str, str]) -> Config:
    """The configuration, or ConfigError with every fault that can be found without a network."""
    config = load(path, environ, _route_faults)
    faults = [*_topic_faults(config), *_registry_faults(config)]
    if faults:
        raise ConfigError(str(path), faults)
    return config


def _route_faults(routes: Mapping[int, RouteConfig]) -> Iterator[Fault]:
    """Faults of the routes, under the indices that they have in the file."""
    indices = list(routes)
    for key, message in mapping_faults(list(routes.values())):
        yield Fault(re.sub(r"routes\[(\d+)\]", lambda match: f"routes[{indices[int(match[1])]}]", key), message)
    for index, route in routes.items():
        if route.schema_file is not None:
            try:
                load_file(Path(route.schema_file))
            except SchemaFaults as error:
                yield Fault(f"routes[{index}].schema", str(error))


def _topic_faults(config: Config) -> Iterator[Fault]:
    """A route that reads what the service itself writes would go round in a circle."""
    letters = config.dead_letters
    for index, route in enumerate(config.routes):
        for key, topic in (("retry_topic", letters.retry_topic), ("dead_letter_topic", letters.dead_letter_topic)):
            if route.topic == topic or (route.topic_pattern and re.match(route.topic_pattern, topic)):
                which = "topic" if route.topic else "topic_pattern"
                yield Fault(f"routes[{index}].{which}", f"takes in {topic}, which is dead_letters.{key}")


def _registry_faults(config: Config) -> Iterator[Fault]:
    if config.schema_registry is None:
        needing = [index for index, route in enumerate(config.routes) if route.wire_format == "confluent"]
        if needing:
            yield Fault("schema_registry", f"is required: routes[{needing[0]}] reads Confluent's wire format")
        return
    try:
        parse_options(config.schema_registry.options)
    except ValueError as error:
        yield Fault("schema_registry.options", str(error))
