"""From Kafka records to mapped ones: a partition whose schema is not to be had waits, the others go on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import Protocol

import structlog

from consumer.avro.errors import SchemaPending
from consumer.avro.schema_ids import SchemaId, for_log
from consumer.records import Mapped, Partition, Record, Skip

log = structlog.get_logger(__name__)

_MOST_AT_ONCE = 300


class Translates(Protocol):
    def translate(self, record: Record, now_ms: int) -> Mapped: ...


class Intake:
    """Records that were read and are not translated yet, held back by partition, in order.

    `hold` is told when a partition starts (True) and ends (False) to wait.
    """

    def __init__(self, translator: Translates, hold: Callable[[Partition, bool], None]) -> None:
        self._translator = translator
        self._hold = hold
        self._waiting: dict[Partition, deque[Record]] = {}
        self._told: dict[Partition, SchemaId] = {}

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def oldest(self) -> dict[str, int]:
        """By topic, the event time (ms since the epoch) of the oldest record that waits."""
        oldest: dict[str, int] = {}
        for partition, waiting in self._waiting.items():
            if waiting and (time := waiting[0].event_time_ms) is not None:
                oldest[partition.topic] = min(time, oldest.get(partition.topic, time))
        return oldest

    def forget(self, partitions: Iterable[Partition]) -> list[Record]:
        """Gives up what waits of these partitions, and returns it."""
        return [record for partition in partitions for record in self._waiting.pop(partition, ())]

    def translate(self, records: Iterable[Record], now: float) -> Iterator[tuple[Record, Mapped]]:
        """The waiting records that can go on now, then `records`; `now` in seconds since the epoch."""
        now_ms = int(now * 1000)
        # Thousands may have waited for one schema: the loop has others to serve between them.
        yield from islice(
            chain.from_iterable(self._go_on(each, now_ms) for each in list(self._waiting)), _MOST_AT_ONCE
        )
        for record in records:
            if record.partition in self._waiting:
                self._waiting[record.partition].append(record)
                continue
            try:
                mapped = self._translator.translate(record, now_ms)
            except SchemaPending as pending:
                self._waiting[record.partition] = deque([record])
                self._hold(record.partition, True)
                self._tell(record, pending)
            else:
                yield _dated(record, mapped), mapped

    def _go_on(self, partition: Partition, now_ms: int) -> Iterator[tuple[Record, Mapped]]:
        waiting = self._waiting[partition]
        while waiting:
            try:
                mapped = self._translator.translate(waiting[0], now_ms)
            except SchemaPending as pending:
                self._tell(waiting[0], pending)
                return
            yield _dated(waiting.popleft(), mapped), mapped
        del self._waiting[partition]
        self._told.pop(partition, None)
        self._hold(partition, False)

    def _tell(self, record: Record, pending: SchemaPending) -> None:
        """Where a partition stands because of a schema that the registry does not know, once for each."""
        if pending.unknown and self._told.get(record.partition) != pending.schema_id:
            self._told[record.partition] = pending.schema_id
            log.warning(
                "a partition waits for a schema that the registry does not know",
                schema_id=for_log(pending.schema_id),
                topic=record.origin.topic,
                partition=record.origin.number,
                offset=record.origin_offset,
            )


def _dated(record: Record, mapped: Mapped) -> Record:
    """The record with the time that it says of itself: by that its age is told."""
    if isinstance(mapped, Skip) or mapped.event_time_ms is None:
        return record
    return record._replace(own_time_ms=mapped.event_time_ms)
