"""What would become of records, counted by route and event type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from consumer.config.destinations import UNNAMED
from consumer.records import Partition, Record, Reject

COMMONEST: Final = 3
_LEAST_SPAN: Final = 60.0
"""Seconds: records of a shorter time were written at once, and tell no pace."""
_MOST_MESSAGES: Final = 1_000
"""Different messages of a row that are kept: they name fields and no values, so that there are few."""


class RowKey(NamedTuple):
    """A route, an event type, and where its events go.

    Attributes:
        route: its place in the configuration; None: no route takes the records.
        event: empty where that is not known.
        destination: its name, empty for that of `bluecore`; None where it is not known.
    """

    route: int | None
    topic: str
    event: str
    destination: str | None = UNNAMED


@dataclass(slots=True)
class Refusal:
    """A message, how many records have it, where the first of them lies, and that record where it may be shown."""

    reason: str
    message: str
    place: tuple[Partition, int]
    example: str = ""
    count: int = 0


@dataclass(slots=True)
class Row:
    """What became of the records of a route and event type. A record that makes two events is in two rows.

    Attributes:
        skip: how many are skipped on purpose, by the reason.
        omitted: by field, how many values could not be read, and were left out of events that are sent.
        paused: the service does not read them now. What stands here is what would be once it does.
        profiles: requests that say something of a profile.
    """

    read: int = 0
    send: int = 0
    skip: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    paused: bool = False
    profiles: int = 0
    reject: Counter[str] = field(default_factory=Counter)
    omitted: Counter[str] = field(default_factory=Counter)
    refusals: dict[tuple[str, str], Refusal] = field(default_factory=dict)

    @property
    def rejected(self) -> int:
        return self.reject.total()

    def add_refusal(self, refused: Reject, record: Record, example: Callable[[Record], str]) -> None:
        """Counts a refused record; of the first with its message, `example` gives what may be shown."""
        self.reject[str(refused.reason)] += 1
        key = (str(refused.reason), refused.message)
        if key not in self.refusals:
            if len(self.refusals) >= _MOST_MESSAGES:
                return
            self.refusals[key] = Refusal(*key, (record.partition, record.offset), example(record))
        self.refusals[key].count += 1

    def commonest(self) -> list[Refusal]:
        """The messages that most records have."""
        return sorted(self.refusals.values(), key=lambda each: -each.count)[:COMMONEST]


@dataclass(slots=True)
class Span:
    """From when to when the records of a topic are, by their timestamps, ms since the epoch.

    Attributes:
        future: how many events are from the future, by their own time where the route reads that.
        read: how many records were read of the topic.
        held: how many it has.
    """

    first_ms: int | None = None
    last_ms: int | None = None
    future: int = 0
    read: int = 0
    held: int = 0

    def add(self, at_ms: int | None) -> None:
        if at_ms is None:
            return
        self.first_ms = at_ms if self.first_ms is None or at_ms < self.first_ms else self.first_ms
        self.last_ms = at_ms if self.last_ms is None or at_ms > self.last_ms else self.last_ms

    @property
    def seconds(self) -> float:
        return 0.0 if self.first_ms is None or self.last_ms is None else (self.last_ms - self.first_ms) / 1000


@dataclass(slots=True)
class Tally:
    """All that a rehearsal counts.

    Attributes:
        spans: by topic.
        problems: topics that could not be read, with why.
        foreign: by topic, what is odd about the schemas that its records name.
        seconds: how long the rehearsal took.
    """

    rows: dict[RowKey, Row] = field(default_factory=dict)
    spans: dict[str, Span] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    foreign: dict[str, list[str]] = field(default_factory=dict)
    read: int = 0
    seconds: float = 0.0

    def row(self, key: RowKey) -> Row:
        return self.rows.setdefault(key, Row())

    def ordered(self) -> Iterator[tuple[RowKey, Row]]:
        """In the order of the routes; what no route takes last."""
        yield from sorted(self.rows.items(), key=lambda pair: _place(pair[0]))

    @property
    def judged(self) -> int:
        """Records, each as often as it is in a row."""
        return sum(row.read for row in self.rows.values())

    @property
    def sent(self) -> int:
        """Records, each as often as an event of it would be sent now."""
        return sum(row.send for row in self._active())

    @property
    def skipped(self) -> int:
        """Likewise those that are not sent on purpose; all of a paused route are."""
        return self.judged - self.sent - self.rejected

    @property
    def rejected(self) -> int:
        """Likewise those that would be refused now."""
        return sum(row.rejected for row in self._active())

    @property
    def rejected_share(self) -> float:
        """Of what is not skipped on purpose, from 0 to 1."""
        meant = self.rejected + self.sent
        return self.rejected / meant if meant else 0.0

    def _active(self) -> Iterator[Row]:
        return (row for row in self.rows.values() if not row.paused)

    def requests_per_second(self, destination: str | None = None) -> float:
        """At the topics' real pace: the requests of what was read of each, over the time that its records are of.

        Args:
            destination: those that go there; None: all.
        """
        return sum(
            self.pace(key, row)
            for key, row in self.rows.items()
            if destination in {None, key.destination} and not row.paused
        )

    def pace(self, key: RowKey, row: Row) -> float:
        """Requests a second of one row; 0 where its topic tells no pace."""
        span = self.spans.get(key.topic)
        return row.requests / span.seconds if span is not None and span.seconds >= _LEAST_SPAN else 0.0


def _place(key: RowKey) -> tuple[bool, int, str, str, str]:
    """What rows are sorted by."""
    return key.route is None, key.route or 0, key.topic, key.event, key.destination or ""
