"""Which dead letters are meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from consumer.commands.dead_letters.letter import DeadLetter
from consumer.kafka.reading import TopicReader


@dataclass(frozen=True, slots=True)
class Selection:
    """A letter is meant if it fits everything that is given; empty: all.

    Attributes:
        topics: those that the records were first read from.
        since: when the record was given up, in ms since the epoch; included.
        until: the same, not included.
        partition: of the dead-letter topic.
        from_offset: of the dead-letter topic; included.
        to_offset: the same.
    """

    reasons: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    since: int | None = None
    until: int | None = None
    partition: int | None = None
    from_offset: int | None = None
    to_offset: int | None = None

    @property
    def place(self) -> tuple[int, int] | None:
        """Partition and offset, if no more than one place is meant."""
        if self.partition is None or self.from_offset is None or self.from_offset != self.to_offset:
            return None
        return self.partition, self.from_offset

    def takes(self, letter: DeadLetter) -> bool:
        record = letter.record
        time = record.timestamp_ms or 0
        return (
            (not self.reasons or letter.reason in self.reasons)
            and (not self.topics or letter.past.origin.topic in self.topics)
            and (self.since is None or time >= self.since)
            and (self.until is None or time < self.until)
            and (self.partition is None or record.partition.number == self.partition)
            and (self.from_offset is None or record.offset >= self.from_offset)
            and (self.to_offset is None or record.offset <= self.to_offset)
        )

    def starts(self, reader: TopicReader) -> Mapping[int, int]:
        """By partition, the offset before which nothing is meant. A letter's mark always comes after it."""
        starts = {number: low for number, (low, _) in reader.bounds.items() if self.partition in (None, number)}
        if self.from_offset is not None:
            starts = {number: max(start, self.from_offset) for number, start in starts.items()}
        return starts
