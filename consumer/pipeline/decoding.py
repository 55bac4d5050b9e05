"""How a topic's decoder is made of the configuration, and what it asks: the registry, its schemas, the keys.

The service and the commands that look at records share it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from consumer.avro.cache import SchemaCache
from consumer.avro.connecting import open_registry, registry_type
from consumer.avro.decoding import WireFormat
from consumer.avro.decryption import NO_EXTRA, Decryption
from consumer.avro.encryption import Keys
from consumer.avro.key_registry import KeyRegistry
from consumer.avro.key_ring import KeyRing
from consumer.avro.key_service import KeyService, is_installed
from consumer.avro.keys import KeyDecoder
from consumer.avro.options import parse_options
from consumer.avro.registry import RegistryClient
from consumer.avro.registry_protocol import Registry
from consumer.avro.registry_types import CONFLUENT
from consumer.avro.route_schemas import route_schemas, topic_decoder
from consumer.avro.unknown_ids import Patience
from consumer.config.model import Config

# A redelivery names its topic itself, in a header that anyone may write.
_MOST_REMEMBERED = 4096


def registry(config: Config) -> Registry | None:
    """The client of the registry, if one is configured.

    Raises:
        UnusableSetting: an option cannot be used.
        ExtraMissing: what its type needs is not installed.
    """
    return None if config.schema_registry is None else open_registry(config.schema_registry)


def schema_cache(config: Config, most_seconds: float = float("inf")) -> SchemaCache | None:
    """The registry's schemas; `most_seconds`: for who does not wait as long as the service for an unknown id."""
    client, section = registry(config), config.schema_registry
    if client is None or section is None:
        return None
    asked = client.subjects_of if isinstance(client, RegistryClient) else None
    patience = Patience(min(section.unknown_id_seconds, most_seconds))
    return SchemaCache(client, subjects_of=asked, patience=patience, keys=key_ring(config))


def key_ring(config: Config) -> KeyRing | None:
    """The keys of encrypted fields; None without the extra that brings the means to have them."""
    client, section = registry(config) if is_installed() else None, config.schema_registry
    if section is None or not isinstance(client, RegistryClient):
        return None
    options = parse_options(section.options)
    return KeyRing(KeyRegistry(client, KeyService(options.keys, options.timeout_seconds)).cipher)


def decoders(config: Config, schemas: SchemaCache | None, *, any_record: bool = False) -> Callable[[str], WireFormat]:
    """A topic's decoder, by the wire format of the first route that takes it and the schemas of all that do.

    Args:
        config: the configuration.
        schemas: those of the registry.
        any_record: for people: what no route takes is read, too.

    Raises:
        UnusableSchemas: a route's schema files cannot be used.
    """
    each_with_files = [route_schemas(route) for route in config.routes]
    asked = CONFLUENT if config.schema_registry is None else registry_type(config.schema_registry)
    most_bytes = config.delivery.max_record_bytes

    @lru_cache(_MOST_REMEMBERED)
    def of_topic(topic: str) -> WireFormat:
        taking = [each for each in each_with_files if each.route.takes(topic)]
        # A topic that no route takes is a redelivery whose route is gone: the router says so once it is decoded.
        decryption = Decryption(_keys(schemas), topic)
        known = taking or each_with_files[:1]
        return topic_decoder(known, schemas, asked, most_bytes, decryption, any_record=any_record)

    return of_topic


def key_decoder(config: Config, schemas: SchemaCache | None) -> KeyDecoder | None:
    section = config.schema_registry
    if schemas is None or section is None:
        return None
    return KeyDecoder(schemas, registry_type(section), _keys(schemas))


def _keys(schemas: SchemaCache | None) -> Keys:
    return NO_EXTRA if schemas is None or schemas.keys is None else schemas.keys
