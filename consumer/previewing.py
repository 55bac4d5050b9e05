"""What would become of records: they are mapped as the service maps them, and nothing is sent or committed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any, BinaryIO, Final, TypeVar

from consumer.assembly import decoders, schema_cache
from consumer.avro import Decoded, RegistryUnavailable, SchemaPending, Undecodable
from consumer.avro.cache import SchemaCache
from consumer.config import Config
from consumer.kafka.tail import tail
from consumer.mapping.router import Router, compile_routes
from consumer.mapping.translate import Translator
from consumer.records import Mapped, Partition, Record

MASKED: Final = "***"
LONGEST_LINE: Final = 16 << 20
"""Bytes; a Kafka record is far shorter, and one line is held in memory, decoded, as a whole."""

_SCHEMA_SECONDS = 20.0
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Previewed:
    """What would become of one record; `place` is where it lies, None for one that lies in no topic."""

    outcome: Mapped
    place: tuple[Partition, int] | None = None


def preview_lines(config: Config, topic: str, record_name: str | None, source: BinaryIO) -> Iterator[Previewed]:
    """Decoded records as JSON lines, as if they were read from `topic`; blank lines are none.

    `record_name` is their Avro type's full name; by default the one that the topic's routes ask for, if they all
    ask for one.
    """
    named = {route.record for route in config.routes if route.takes(topic)}
    only = named.pop() if len(named) == 1 else None
    translator = Translator(_router(config), lambda _: _JsonLine(record_name or only or "(no --record given)"))
    for number, line in enumerate(_lines(source)):
        value = None if line == b"null" else line
        record = Record(Partition(topic, 0), number, key=None, value=value)
        yield Previewed(translator.translate(record, 0))


def preview_topic(config: Config, topic: str, count: int) -> Iterator[Previewed]:
    """The last `count` records of the real topic, decoded as the service decodes them.

    Raises what `tail` raises, and RegistryUnavailable when a schema is not to be had.
    """
    schemas = schema_cache(config)
    translator = Translator(_router(config), decoders(config.routes, schemas))
    try:
        for record in tail(config, topic, count):
            outcome = with_schemas(partial(translator.translate, record, 0), schemas)
            yield Previewed(outcome, (record.partition, record.offset))
    finally:
        if schemas is not None:
            schemas.close()


def _router(config: Config) -> Router:
    """The routes as they run, but for the token: previews are pasted into tickets. Age is not judged."""
    return compile_routes(config.routes, token=MASKED)


def with_schemas(call: Callable[[], _T], schemas: SchemaCache | None) -> _T:
    """The result of `call`, once the registry has given it the schemas that it asks for.

    Raises RegistryUnavailable when one is not to be had.
    """
    deadline = time.monotonic() + _SCHEMA_SECONDS
    while True:
        try:
            return call()
        except SchemaPending as pending:
            if (problem := schemas.outage if schemas else None) or time.monotonic() > deadline:
                unanswered = f"the schema registry has not answered for schema {pending.schema_id}"
                raise RegistryUnavailable(problem or unanswered) from None
            time.sleep(0.02)


class _JsonLine:
    """The wire format of a line: a record that is decoded already."""

    def __init__(self, name: str) -> None:
        self._name = name

    def decode(self, value: bytes) -> Decoded:
        """See `WireFormat.decode`."""
        if len(value) > LONGEST_LINE:
            raise Undecodable(f"the line has more than {LONGEST_LINE} bytes")
        try:
            # Decimals keep the digits of amounts, as they are in the Avro record.
            record: Any = json.loads(value, parse_float=Decimal)
        except (ValueError, RecursionError) as error:
            raise Undecodable(f"the line is not JSON: {error}") from None
        if not isinstance(record, dict):
            raise Undecodable("the line is no JSON object: a record is expected")
        return Decoded(self._name, record)


def _lines(source: BinaryIO) -> Iterator[bytes]:
    """The lines that hold something; of one that is too long no more than shows that it is."""
    while line := source.readline(LONGEST_LINE + 1):
        rest = line
        while len(rest) > LONGEST_LINE and not rest.endswith(b"\n"):
            rest = source.readline(LONGEST_LINE + 1)
        if len(line) > LONGEST_LINE:
            yield line
        elif stripped := line.strip():
            yield stripped
