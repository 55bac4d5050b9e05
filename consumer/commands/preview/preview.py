"""What would become of records: they are mapped as the service maps them, and nothing is sent or committed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from typing import BinaryIO, Final, TypeVar

from consumer.avro.cache import SchemaCache
from consumer.avro.errors import RegistryUnavailable, SchemaPending
from consumer.clock import Clock, SystemClock
from consumer.commands.preview.json_records import JsonRecord, json_records
from consumer.config.model import Config
from consumer.kafka.tail import tail
from consumer.mapping.router import compile_routes
from consumer.mapping.translate import Translator
from consumer.pipeline.assembly import decoders, schema_cache
from consumer.records import Mapped, Partition, Record

MASKED: Final = "***"
"""The token of a preview: previews are pasted into tickets."""

_SCHEMA_SECONDS = 20.0
_MS = 1000
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Previewed:
    """What would become of one record; `place` is where it lies, None for one that lies in no topic."""

    outcome: Mapped
    place: tuple[Partition, int] | None = None


def preview_json(config: Config, topic: str, record_name: str | None, source: BinaryIO) -> Iterator[Previewed]:
    """Decoded records as JSON text, as if they were read from `topic`; `json_records` says how they may stand there.

    `record_name` is their Avro type's full name; by default the one that the topic's routes ask for, if they all
    ask for one.
    """
    named = _named(config, topic)
    only = named.pop() if len(named) == 1 else None
    line = 1
    # Age is not judged: a file does not say when its records were written.
    router = compile_routes(config.routes, token=MASKED)
    translator = Translator(router, lambda _: JsonRecord(record_name or only or "(no --record given)", line))
    for number, (text, line) in enumerate(json_records(source)):  # noqa: B007 - the decoder reads the line
        value = None if text == b"null" else text
        record = Record(Partition(topic, 0), number, key=None, value=value)
        yield Previewed(translator.translate(record, 0))


def preview_topic(
    config: Config, topic: str, count: int, *, any_age: bool = False, clock: Clock | None = None
) -> Iterator[Previewed]:
    """The last `count` records of the real topic, decoded and judged as the service does it now.

    With `any_age` none is too old. Raises what `tail` raises, and RegistryUnavailable when a schema is not to be had.
    """
    schemas = schema_cache(config)
    limit = 0 if any_age else config.delivery.max_event_age_seconds
    router = compile_routes(config.routes, token=MASKED, max_age_seconds=limit)
    translator = Translator(router, decoders(config.routes, schemas))
    now_ms = int((clock or SystemClock()).now() * _MS)
    try:
        for record in tail(config, topic, count):
            outcome = with_schemas(partial(translator.translate, record, now_ms), schemas)
            yield Previewed(outcome, (record.partition, record.offset))
    finally:
        if schemas is not None:
            schemas.close()


def unrouted(config: Config, topic: str) -> str | None:
    """The sentence that no route takes the topic, with the name that looks most like it; None where one does.

    Records of the retry and of the dead-letter topic take the routes of the topics that they came from.
    """
    letters = config.dead_letters
    if topic in {letters.retry_topic, letters.dead_letter_topic} or any(
        route.takes(topic) for route in config.routes
    ):
        return None
    taken = [route.topic or route.topic_pattern or "" for route in config.routes]
    return (
        f"no route takes the topic {topic}; the nearest that one takes is {get_close_matches(topic, taken, 1, 0)[0]}"
    )


def untaken(config: Config, topic: str, record_name: str | None) -> str | None:
    """The sentence that no route of the topic takes that record type, with those that are taken; else None."""
    named = _named(config, topic)
    if not named or None in named or record_name in named or (record_name is None and len(named) == 1):
        return None
    what = "records without --record" if record_name is None else f"the record {record_name}"
    known = ", ".join(sorted(filter(None, named)))
    return f"no route of {topic} takes {what}; give one of these with --record: {known}"


def _named(config: Config, topic: str) -> set[str | None]:
    """The record types that the topic's routes ask for; None is of one that takes any."""
    return {route.record for route in config.routes if route.takes(topic)}


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
            # The cache tells nobody that a schema has come: its other user, the service, asks with every record.
            time.sleep(0.02)
