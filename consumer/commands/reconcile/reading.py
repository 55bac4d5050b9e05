"""The consent topics read, and what of them is not at Bluecore yet: it is no difference."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from consumer.avro.cache import SchemaCache
from consumer.commands.preview.translation import UNKNOWN_ID_SECONDS, masked_translator, with_schemas
from consumer.commands.reconcile.words import LastWords, said
from consumer.config.model import Config
from consumer.config.route import RouteConfig
from consumer.delivery.offset_map import decode
from consumer.delivery.offset_ranges import OffsetRanges
from consumer.kafka.reading import NoSuchTopic, TopicReader
from consumer.mapping.contract import events_of
from consumer.pipeline.decoding import decoders, key_decoder, schema_cache
from consumer.records import CONSENTS, Mapped, Partition, Reason, Record, Reject, Send

_STEP: Final = 500
Progress = Callable[[str, int, int], object]
"""Told what is done, how much of it, and of how much."""
Place = tuple[Partition, int]


@dataclass(slots=True)
class Topics:
    """What was read.

    Attributes:
        words: the last of each consent.
        ends: by partition, the offset behind the last record that was read.
        committed: by partition, the offset that the group had committed before, and what it had settled beyond.
        waiting: where those stand, in their own topics, that wait in the retry topic.
        unmapped: how many records make no consent, as a dead letter says.
        unmapped_says: the reason of the first of them, and its sentence.
    """

    words: LastWords = field(default_factory=LastWords)
    ends: dict[Partition, int] = field(default_factory=dict)
    committed: dict[Partition, tuple[int, OffsetRanges]] = field(default_factory=dict)
    waiting: set[Place] = field(default_factory=set)
    unmapped: int = 0
    unmapped_says: str = ""

    def is_on_its_way(self, partition: Partition, offset: int) -> bool:
        """Whether what stands there was not settled when reading began, or waits in the retry topic."""
        committed, settled = self.committed.get(partition, (0, OffsetRanges()))
        return (offset >= committed and offset not in settled) or (partition, offset) in self.waiting


class ConsentTopics:
    """Reads the topics of some routes, by their own mapping."""

    def __init__(self, config: Config, schemas: SchemaCache | None, routes: Sequence[RouteConfig]) -> None:
        self._config = config
        self._schemas = schemas
        # A word holds however old it is; one of the future is a dead letter here, as it is for the service.
        ageless = [route.model_copy(update={"max_event_age_seconds": 0}) for route in routes]
        self._translator = masked_translator(
            config, decoders(config, schemas), key_decoder(config, schemas), routes=ageless, token=None
        )

    def read(self, names: Sequence[str], since_ms: int, progress: Progress) -> Topics:
        """All that was written since then (ms since the epoch), up to now.

        Raises:
            NoSuchTopic: one is not there.
            Unreachable: the brokers do not answer.
            RegistryUnavailable: a schema is not to be had.
        """
        found = Topics()
        for name in names:
            with closing(TopicReader(self._config, name)) as reader:
                # Before the records: what is settled meanwhile is on its way here, and no difference.
                for number, (offset, metadata) in reader.commits().items():
                    found.committed[Partition(name, number)] = offset, decode(offset, metadata)
                starts = reader.offsets_since(since_ms)
                ends = {number: high for number, (_, high) in reader.bounds.items()}
                found.ends |= {Partition(name, number): end for number, end in ends.items()}
                total = sum(max(0, ends[number] - start) for number, start in starts.items())
                self._read(reader, starts, ends, found, partial(progress, name), total)
        found.waiting = self._waiting()
        return found

    def later(self, found: Topics, names: Sequence[str]) -> tuple[LastWords, dict[Place, Record]]:
        """What was written behind the ends of what was read: the words, and their records by where they stand.

        The ends move behind it, so that the next call tells what is newer still.

        Raises:
            NoSuchTopic: one is not there any more.
            Unreachable: the brokers do not answer.
            RegistryUnavailable: a schema is not to be had.
        """
        words, records = LastWords(), dict[Place, Record]()
        for name in names:
            with closing(TopicReader(self._config, name)) as reader:
                ends = {number: high for number, (_, high) in reader.bounds.items()}
                starts = {number: found.ends.get(Partition(name, number), 0) for number in ends}
                for record in reader.read(starts, ends):
                    outcome = self._outcome(record)
                    for request in outcome.requests if isinstance(outcome, Send) else ():
                        if (word := said(record, request)) is not None:
                            words.add(*word)
                            records[record.origin, record.offset] = record
                found.ends |= {Partition(name, number): end for number, end in ends.items()}
        return words, records

    def at(self, places: set[Place]) -> Iterator[Record]:
        """The records that stand there, those of each partition in their order.

        Raises:
            NoSuchTopic: one is not there any more.
            Unreachable: the brokers do not answer.
        """
        for name in sorted({partition.topic for partition, _ in places}):
            with closing(TopicReader(self._config, name)) as reader:
                offsets: dict[int, list[int]] = {}
                for partition, offset in places:
                    if partition.topic == name and offset >= reader.bounds.get(partition.number, (offset + 1,))[0]:
                        offsets.setdefault(partition.number, []).append(offset)
                starts = {number: min(each) for number, each in offsets.items()}
                ends = {number: max(each) + 1 for number, each in offsets.items()}
                yield from (each for each in reader.read(starts, ends) if (each.partition, each.offset) in places)

    def _read(  # noqa: PLR0913, PLR0917 - one topic, and what it goes into
        self,
        reader: TopicReader,
        starts: dict[int, int],
        ends: dict[int, int],
        found: Topics,
        progress: Callable[[int, int], object],
        total: int,
    ) -> None:
        progress(0, total)
        done = 0
        for done, record in enumerate(reader.read(starts, ends), start=1):
            outcome = self._outcome(record)
            if isinstance(outcome, Send):
                for request in outcome.requests:
                    if (word := said(record, request)) is not None:
                        found.words.add(*word)
            if (why := _refused(outcome)) is not None:
                found.unmapped += 1
                found.unmapped_says = found.unmapped_says or f"{why.reason}: {why.message}"
            if done % _STEP == 0:
                progress(done, total)
        progress(done, max(done, 0))

    def _outcome(self, record: Record) -> Mapped:
        now_ms = int(time.time() * 1000)
        return with_schemas(partial(self._translator.translate, record, now_ms), self._schemas)

    def _waiting(self) -> set[Place]:
        """Where those stand that the retry topic has, and the group has not settled there."""
        letters = self._config.dead_letters
        if letters.retry_topic not in letters.topics:
            return set()
        try:
            reader = TopicReader(self._config, letters.retry_topic)
        except NoSuchTopic:
            return set()
        with closing(reader):
            commits = reader.commits()
            settled = {number: decode(*commit) for number, commit in commits.items()}
            starts = {n: max(low, commits.get(n, (low, ""))[0]) for n, (low, _) in reader.bounds.items()}
            ends = {number: high for number, (_, high) in reader.bounds.items()}
            return {
                (record.origin, record.origin_offset)
                for record in reader.read(starts, ends)
                if record.redelivery is not None
                and record.redelivery.group in {None, self._config.kafka.group_id}
                and record.offset not in settled.get(record.partition.number, OffsetRanges())
            }


def _refused(outcome: Mapped) -> Reject | None:
    """Why a record makes no consent; what is of another type of record is none of these routes'."""
    if isinstance(outcome, Send):
        return next((each for each in outcome.refused if each.event in CONSENTS), None)
    if isinstance(outcome, Reject) and not (outcome.reason is Reason.UNROUTABLE and outcome.field is None):
        return outcome
    return None


def consent_routes(config: Config) -> tuple[RouteConfig, ...]:
    """Those that may say a word of a consent."""
    return tuple(route for route in config.routes if CONSENTS & set(events_of(route)))


@contextmanager
def consent_topics(config: Config, routes: Sequence[RouteConfig]) -> Iterator[ConsentTopics]:
    schemas = schema_cache(config, UNKNOWN_ID_SECONDS)
    try:
        yield ConsentTopics(config, schemas, routes)
    finally:
        if schemas is not None:
            schemas.close()
