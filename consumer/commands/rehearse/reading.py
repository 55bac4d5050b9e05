"""Which records of a topic a rehearsal reads: the newest so many, or those since a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from consumer.config.model import Config
from consumer.kafka.reading import TopicReader, topic_names
from consumer.records import Record
from consumer.suggestions import did_you_mean


@dataclass(frozen=True, slots=True)
class Window:
    """`last`: the newest so many of each topic; or `since_ms`: those from then on, ms since the epoch."""

    last: int | None = None
    since_ms: int | None = None


@dataclass(frozen=True, slots=True)
class TopicWindow:
    """The records of one topic: how many offsets they span, and the records, as they come.

    Attributes:
        held: how many offsets the whole topic spans.
    """

    count: int
    records: Iterator[Record]
    held: int


def window_of(reader: TopicReader, window: Window) -> TopicWindow:
    """Ends where the topic ended when the reader was opened: a topic that is written to all the time has an end too.

    Raises:
        Unreachable: the brokers do not tell where the time is.
    """
    ends = {number: high for number, (_, high) in reader.bounds.items()}
    starts = reader.offsets_since(window.since_ms) if window.since_ms is not None else _newest(reader.bounds, window)
    count = sum(max(0, ends[number] - start) for number, start in starts.items())
    held = sum(high - low for low, high in reader.bounds.values())
    return TopicWindow(count, reader.read(starts, ends), held)


def _newest(bounds: Mapping[int, tuple[int, int]], window: Window) -> dict[int, int]:
    """Evenly of each partition; what one has not, the others give."""
    left = window.last or 0
    starts: dict[int, int] = {}
    for rest, (number, (low, high)) in enumerate(sorted(bounds.items(), key=lambda item: item[1][1] - item[1][0])):
        take = min(high - low, -(-left // (len(bounds) - rest)))
        starts[number] = high - take
        left -= take
    return starts


def taken_topics(config: Config) -> tuple[list[str], dict[str, str]]:
    """The topics that a route takes; and those that one names and that are not there, with the sentence that says so.

    Raises:
        Unreachable: no broker answers.
    """
    known = topic_names(config.kafka)
    missing = {route.topic for route in config.routes if route.topic is not None} - set(known)
    where = config.kafka.bootstrap_servers
    problems = {name: f"{where} has no such topic, or none we may see{did_you_mean(name, known)}" for name in missing}
    return [topic for topic in known if any(route.takes(topic) for route in config.routes)], problems
