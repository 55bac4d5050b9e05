"""What is kept in memory beside the records themselves: each is bounded, and shown as a metric."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from consumer.avro.cache import SchemaCache
from consumer.delivery import consents, parking, settled_memory
from consumer.delivery.engine import Engine
from consumer.mapping import links
from consumer.mapping.translate import Translator
from consumer.telemetry.metrics import CacheName


class Usage(NamedTuple):
    """How many entries a cache has, and about how many bytes they take."""

    entries: int
    bytes: int


Caches = Mapping[CacheName, Callable[[], Usage]]
NO_CACHES: Caches = MappingProxyType({})


def caches_of(engine: Engine, translator: Translator, schemas: SchemaCache | None) -> Caches:
    """All that there are, by name."""
    return {
        "schemas": lambda: Usage(0, 0) if schemas is None else Usage(len(schemas.kept), schemas.kept.bytes),
        "links": lambda: _alike(translator.links, links.ENTRY_BYTES),
        "parked_keys": lambda: _alike(engine.parked.records, parking.RECORD_BYTES),
        "settled": lambda: _settled(engine),
    }


def _settled(engine: Engine) -> Usage:
    left, said = len(engine.partitions.memory_of_left), len(engine.partitions.consents)
    return Usage(left + said, left * settled_memory.ENTRY_BYTES + said * consents.ENTRY_BYTES)


def _alike(entries: int, size: int) -> Usage:
    return Usage(entries, entries * size)
