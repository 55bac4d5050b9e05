"""One pass over the dead-letter topic: what is there of a selection, by what is wrong, and what was replayed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import click

from consumer.commands.dead_letters.letter import DeadLetter
from consumer.commands.dead_letters.selection import Selection
from consumer.config.route import RouteConfig
from consumer.delivery.marks import REPLAYED, marked_offsets
from consumer.kafka.reading import TopicReader
from consumer.records import Reason
from consumer.suggestions import did_you_mean

_OF_A_FIELD: Final = frozenset((Reason.MISSING_FIELD, Reason.INVALID_FIELD))
_FIELD: Final = re.compile(r"([\w.\[\]-]+): ")
_PLACE: Final = re.compile(r"\[\d+\]")
_NUMBER: Final = re.compile(r"\d+")

Position = tuple[int, int]
"""A partition's number and an offset."""


class Kind(NamedTuple):
    """What letters are counted by.

    Attributes:
        topic: the one that they were first read from.
        field: the one that is wrong, without the number of a product; empty where the reason is not of a field.
        what: the message, with # for each number, so that those of one fault are one.
    """

    reason: Reason
    topic: str
    field: str
    what: str


class Count(NamedTuple):
    """How many letters of a kind there are.

    Attributes:
        message: of the newest.
        newest: where that lies.
        first_ms: when the first was given up, ms since the epoch; `last_ms` the last.
    """

    kind: Kind
    message: str
    letters: int
    replayed: int
    newest: Position
    first_ms: int
    last_ms: int


@dataclass(slots=True)
class _Extent:
    """The letter of a kind that was given up last, and since when there are some."""

    message: str
    newest: Position
    first_ms: int
    last_ms: int


@dataclass(frozen=True, slots=True)
class Survey:
    """What there is of a selection.

    Attributes:
        letters: the kind of each letter, by where it lies.
        replayed: where those lie that were replayed.
    """

    letters: dict[Position, Kind] = field(default_factory=dict)
    replayed: set[Position] = field(default_factory=set)
    _extents: dict[Kind, _Extent] = field(default_factory=dict)
    _kinds: dict[Kind, Kind] = field(default_factory=dict)
    """Each once: a message may be long, and many letters have the same."""

    @property
    def unreplayed(self) -> set[Position]:
        return self.letters.keys() - self.replayed

    @property
    def commonest(self) -> Position | None:
        """The newest letter of the kind that there are most of; None if there is none."""
        counts = self.counts()
        return counts[0].newest if counts else None

    def counts(self) -> list[Count]:
        """The commonest first; of equals, that of the newest letter."""
        replayed = Counter(self.letters[place] for place in self.replayed if place in self.letters)
        counted = []
        for kind, count in Counter(self.letters.values()).items():
            extent = self._extents[kind]
            counted.append(
                Count(kind, extent.message, count, replayed[kind], extent.newest, extent.first_ms, extent.last_ms)
            )
        return sorted(counted, key=lambda each: (-each.letters, -each.last_ms, each.kind))

    def add(self, letter: DeadLetter, place: Position, at_ms: int) -> None:
        """`place` is where the letter lies, `at_ms` when it was given up."""
        kind = kind_of(letter)
        kind = self.letters[place] = self._kinds.setdefault(kind, kind)
        extent = self._extents.get(kind)
        if extent is None:
            self._extents[kind] = _Extent(letter.message, place, at_ms, at_ms)
            return
        extent.first_ms = min(extent.first_ms, at_ms)
        if (at_ms, place) > (extent.last_ms, extent.newest):
            extent.message, extent.newest, extent.last_ms = letter.message, place, at_ms


def kind_of(letter: DeadLetter) -> Kind:
    """The message of a field begins with the field's name."""
    field_name = ""
    if letter.reason in _OF_A_FIELD and (match := _FIELD.match(letter.message)):
        field_name = _PLACE.sub("", match[1])
    return Kind(letter.reason, letter.past.origin.topic, field_name, _NUMBER.sub("#", letter.message))


def no_partition(reader: TopicReader, number: int) -> str:
    """What is said of a partition that the dead-letter topic does not have."""
    return f"the dead-letter topic has no partition {number}: it has 0 to {max(reader.bounds, default=0)}"


def survey(reader: TopicReader, selection: Selection, routes: Sequence[RouteConfig]) -> Survey:
    """Count what the selection takes, by kind, and what was replayed.

    Raises:
        click.UsageError: there is no such partition, or nothing was ever read from such a topic.
        Unreachable: the brokers stopped answering.
    """
    if selection.partition is not None and selection.partition not in reader.bounds:
        raise click.UsageError(no_partition(reader, selection.partition))
    found = Survey()
    origins: set[str] = set()
    ends = {number: high for number, (_, high) in reader.bounds.items()}
    for record in reader.read(selection.starts(reader), ends):
        number = record.partition.number
        found.replayed.update((number, offset) for offset in marked_offsets(REPLAYED, record))
        letter = DeadLetter.from_record(record)
        if letter is not None:
            origins.add(letter.past.origin.topic)
        if letter is not None and selection.takes(letter):
            found.add(letter, (number, record.offset), record.timestamp_ms or 0)
    for topic in sorted(selection.topics - origins):
        if not any(route.takes(topic) for route in routes):
            known = origins | {route.topic for route in routes if route.topic is not None}
            hint = did_you_mean(topic, known)
            raise click.UsageError(f"--topic {topic}: no dead letter is from it, and no route takes it{hint}")
    return found
