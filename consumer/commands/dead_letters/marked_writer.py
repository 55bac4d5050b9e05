"""Records written to another topic, and marked in their own once the brokers have them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from itertools import count
from typing import Final

from consumer.commands.dead_letters.awaiting import WRITE_SECONDS, check, results_of
from consumer.commands.dead_letters.letter import DeadLetter
from consumer.commands.dead_letters.survey import Position
from consumer.config.model import Config
from consumer.delivery.marks import mark_headers
from consumer.kafka.publisher import Publisher
from consumer.records import Failure, OrderClass, Partition

_BATCH: Final = 100


class MarkedWriter:
    """Writes batches: the records, and when those are acknowledged, their mark.

    A crash between the two repeats that batch of at most 100.
    """

    def __init__(self, config: Config, partitions: Mapping[str, int], topic: str, mark: str) -> None:
        """Connect a producer.

        Args:
            config: the configuration.
            partitions: how many each topic has that is written to.
            topic: where the records lie, and their marks go.
            mark: the marks' header.
        """
        self._publisher = Publisher(config, partitions)
        self._topic = topic
        self._mark = mark
        self._tickets = count()
        self._written: dict[int, Position] = {}

    def write(  # noqa: PLR0913 - all that is to be said of a record
        self,
        letter: DeadLetter,
        failure: Failure,
        key: bytes | None,
        parking_key: bytes | None = None,
        *,
        kind: OrderClass | None,
        destination: str | None,
    ) -> None:
        """Writes one to the topic of its failure's outcome; for the rest see `Publisher.write`.

        Raises:
            WritesFailed: the brokers did not take some of the batch. What they took is marked.
        """
        ticket, part = next(self._tickets), letter.past.part
        self._written[ticket] = letter.record.partition.number, letter.record.offset
        self._publisher.write(
            ticket, letter.record, failure, key, parking_key, kind=kind, part=part, destination=destination
        )
        if len(self._written) >= _BATCH:
            self._finish()

    def close(self) -> None:
        """Finishes the last batch.

        Raises:
            WritesFailed: see `write`.
        """
        try:
            self._finish()
        finally:
            self._publisher.close(WRITE_SECONDS)

    def _finish(self) -> None:
        places, self._written = self._written, {}
        errors = results_of(self._publisher, places)
        offsets: defaultdict[int, list[int]] = defaultdict(list)
        for ticket, (number, offset) in places.items():
            if errors[ticket] is None:
                offsets[number].append(offset)
        marks = {next(self._tickets): number for number in offsets}
        for ticket, number in marks.items():
            headers = mark_headers(self._mark, offsets[number])
            self._publisher.write_marker(ticket, Partition(self._topic, number), headers)
        check(errors | results_of(self._publisher, marks))
