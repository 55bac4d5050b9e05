"""One pass over the dead-letter topic: what is there of a selection, and what of it was replayed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from consumer.dead_letters.letter import DeadLetter
from consumer.dead_letters.marks import marked
from consumer.dead_letters.selection import Selection
from consumer.kafka.reading import TopicReader
from consumer.records import Reason

Place = tuple[int, int]
"""A partition's number and an offset."""


class Kind(NamedTuple):
    """What letters are counted by; `hour` is when they were given up, as `2026-01-31T12`, in UTC."""

    reason: Reason
    topic: str
    hour: str


@dataclass(frozen=True, slots=True)
class Survey:
    letters: dict[Place, Kind] = field(default_factory=dict)
    replayed: set[Place] = field(default_factory=set)

    @property
    def unreplayed(self) -> set[Place]:
        return self.letters.keys() - self.replayed

    def counts(self) -> list[tuple[Kind, int, int]]:
        """By kind, sorted: how many letters there are, and how many of them were replayed."""
        replayed = Counter(self.letters[place] for place in self.replayed if place in self.letters)
        return [(kind, count, replayed[kind]) for kind, count in sorted(Counter(self.letters.values()).items())]


def survey(reader: TopicReader, selection: Selection) -> Survey:
    """Raises Unreachable when the brokers stop answering."""
    found = Survey()
    ends = {number: high for number, (_, high) in reader.bounds.items()}
    for record in reader.read(selection.starts(reader), ends):
        number = record.partition.number
        found.replayed.update((number, offset) for offset in marked(record))
        letter = DeadLetter.of(record)
        if letter is not None and selection.takes(letter):
            hour = datetime.fromtimestamp((record.timestamp_ms or 0) / 1000, UTC).strftime("%Y-%m-%dT%H")
            found.letters[number, record.offset] = Kind(letter.reason, letter.past.origin.topic, hour)
    return found
