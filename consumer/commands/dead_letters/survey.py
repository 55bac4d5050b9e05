"""One pass over the dead-letter topic: what is there of a selection, and what of it was replayed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

import click

from consumer.commands.dead_letters.letter import DeadLetter
from consumer.commands.dead_letters.marks import marked_offsets
from consumer.commands.dead_letters.selection import Selection
from consumer.kafka.reading import TopicReader
from consumer.records import Reason

Position = tuple[int, int]
"""A partition's number and an offset."""


class Kind(NamedTuple):
    """What letters are counted by; `hour` is when they were given up, as `2026-01-31T12`, in UTC."""

    reason: Reason
    topic: str
    hour: str


class Count(NamedTuple):
    """How many letters of a kind there are, how many of them were replayed, and where the newest lies."""

    kind: Kind
    letters: int
    replayed: int
    newest: Position


@dataclass(frozen=True, slots=True)
class Survey:
    """What there is of a selection.

    Attributes:
        letters: the kind of each letter, by where it lies.
        replayed: where those lie that were replayed.
        newest: by kind, the letter given up last, with its timestamp (ms since the epoch).
    """

    letters: dict[Position, Kind] = field(default_factory=dict)
    replayed: set[Position] = field(default_factory=set)
    newest: dict[Kind, tuple[int, Position]] = field(default_factory=dict)

    @property
    def unreplayed(self) -> set[Position]:
        return self.letters.keys() - self.replayed

    @property
    def latest(self) -> Position | None:
        """The letter given up last; None if there is none."""
        return max(self.newest.values())[1] if self.newest else None

    def counts(self) -> list[Count]:
        """Sorted by kind."""
        replayed = Counter(self.letters[place] for place in self.replayed if place in self.letters)
        letters = sorted(Counter(self.letters.values()).items())
        return [Count(kind, count, replayed[kind], self.newest[kind][1]) for kind, count in letters]


def survey(reader: TopicReader, selection: Selection) -> Survey:
    """Count what the selection takes, by kind, and what was replayed.

    Raises:
        click.UsageError: there is no such partition.
        Unreachable: the brokers stopped answering.
    """
    if selection.partition is not None and selection.partition not in reader.bounds:
        last = max(reader.bounds, default=0)
        raise click.UsageError(f"the dead-letter topic has no partition {selection.partition}: it has 0 to {last}")
    found = Survey()
    ends = {number: high for number, (_, high) in reader.bounds.items()}
    for record in reader.read(selection.starts(reader), ends):
        number = record.partition.number
        found.replayed.update((number, offset) for offset in marked_offsets(record))
        letter = DeadLetter.from_record(record)
        if letter is not None and selection.takes(letter):
            hour = datetime.fromtimestamp((record.timestamp_ms or 0) / 1000, UTC).strftime("%Y-%m-%dT%H")
            kind, place = Kind(letter.reason, letter.past.origin.topic, hour), (number, record.offset)
            found.letters[place] = kind
            found.newest[kind] = max(found.newest.get(kind, (0, place)), (record.timestamp_ms or 0, place))
    return found
