"""What would become of records: they are mapped as the service maps them, and nothing is sent or committed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

from consumer.clock import Clock, SystemClock
from consumer.commands.preview.json_records import JsonRecord, json_records
from consumer.commands.preview.json_surroundings import json_key, placed
from consumer.commands.preview.translation import UNKNOWN_ID_SECONDS, masked_translator, told_subjects, with_schemas
from consumer.config.model import Config
from consumer.kafka.tail import tail
from consumer.pipeline.decoding import decoders, key_decoder, schema_cache
from consumer.records import Mapped, Partition
from consumer.suggestions import nearest
from consumer.telemetry.masking import MASK

_MS = 1000


@dataclass(frozen=True, slots=True)
class Previewed:
    """What would become of one record.

    Attributes:
        place: where it lies; None for one that lies in no topic.
    """

    outcome: Mapped
    place: tuple[Partition, int] | None = None


def preview_json(  # noqa: PLR0913 - what a test hands in is one of them
    config: Config,
    topic: str,
    record_name: str | None,
    source: BinaryIO,
    *,
    token: str | None = MASK,
    clock: Clock | None = None,
) -> Iterator[Previewed]:
    """Decoded records as JSON text, as if they were the topic's; `json_records` says how they may stand there.

    Args:
        config: the configuration.
        topic: the topic whose routes take them.
        record_name: their Avro type's full name; by default the one that the topic's routes ask for, if they all ask
            for one.
        source: the text.
        token: what stands for each namespace; None: itself, where requests are made to be sent.
        clock: the time by which a consent is of the future.
    """
    named = _named(config, topic)
    only = named.pop() if len(named) == 1 else None
    line = 1
    now_ms = int((clock or SystemClock()).now() * _MS)
    # Age is not judged: a file does not say when its records were written, and an old example is a good one.
    routes = [route.model_copy(update={"max_event_age_seconds": 0}) for route in config.routes]
    translator = masked_translator(
        config,
        lambda _: JsonRecord(record_name or only or "(no --record given)", line),
        json_key,
        routes=routes,
        token=token,
    )
    for number, (text, line) in enumerate(json_records(source)):  # noqa: B007 - the decoder reads the line
        yield Previewed(translator.translate(placed(topic, number, text), now_ms))


def preview_topic(
    config: Config, topic: str, count: int, *, any_age: bool = False, clock: Clock | None = None
) -> Iterator[Previewed]:
    """The last `count` records of the real topic, decoded and judged as the service does it now.

    Args:
        config: the configuration.
        topic: the topic.
        count: how many records.
        any_age: none is too old.
        clock: the time by which their age is judged.

    Raises:
        NoSuchTopic: the brokers have no topic of this name.
        Unreachable: they do not answer.
        RegistryUnavailable: a schema is not to be had.
    """
    schemas = schema_cache(config, UNKNOWN_ID_SECONDS)
    translator = masked_translator(
        config,
        decoders(config, schemas),
        key_decoder(config, schemas),
        max_age_seconds=config.delivery.max_event_age_seconds,
        subjects=told_subjects(schemas),
    )
    now_ms = None if any_age else int((clock or SystemClock()).now() * _MS)
    try:
        for record in tail(config, topic, count):
            outcome = with_schemas(partial(translator.translate, record, now_ms), schemas)
            yield Previewed(outcome, (record.partition, record.offset))
    finally:
        if schemas is not None:
            schemas.close()


def unrouted_topic(config: Config, topic: str) -> str | None:
    """The sentence that no route takes the topic, with the name that looks most like it; None where one does.

    Records of the retry and of the dead-letter topic take the routes of the topics that they came from.
    """
    letters = config.dead_letters
    if topic in {letters.retry_topic, letters.dead_letter_topic} or any(
        route.takes(topic) for route in config.routes
    ):
        return None
    taken = [route.topic or route.topic_pattern or "" for route in config.routes]
    return f"no route takes the topic {topic}; the nearest that one takes is {nearest(topic, taken, likeness=0)}"


def paused_topic(config: Config, topic: str) -> str | None:
    """The sentence that the service does not read the topic for now, with the route that says so; else None."""
    for index, route in enumerate(config.routes):
        if route.paused and route.takes(topic):
            return f"the service does not read {topic}: routes[{index}] is paused"
    return None


def unrouted_record(config: Config, topic: str, record_name: str | None) -> str | None:
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
