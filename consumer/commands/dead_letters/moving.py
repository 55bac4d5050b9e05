"""Records that wait in the retry topic for a destination that was removed become dead letters.

The running service leaves such records where they are, and the group's commit stays in front of them. A mark behind
them tells it that they are in the dead-letter topic now, so that it goes past them. Nothing has to be stopped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from consumer.commands.dead_letters.letter import DeadLetter, letters_at
from consumer.commands.dead_letters.marked_writer import MarkedWriter
from consumer.commands.dead_letters.rate_limiter import RateLimiter
from consumer.commands.dead_letters.survey import Position
from consumer.config.model import Config
from consumer.delivery.marks import MOVED, marked_offsets
from consumer.delivery.offset_map import decode
from consumer.delivery.offset_ranges import OffsetRanges
from consumer.kafka.reading import TopicReader
from consumer.kafka.topics import ensure_topics
from consumer.records import Failure, Outcome


@dataclass(slots=True)
class Waiting:
    """What waits in the retry topic for destinations that the configuration does not have.

    Attributes:
        places: of the records for the one that was asked for.
        others: how many wait for each other one.
    """

    places: set[Position] = field(default_factory=set)
    others: Counter[str] = field(default_factory=Counter)


def move(
    config: Config,
    destination: str,
    rate_limiter: RateLimiter,
    progress: Callable[[int, int], None],
    *,
    dry_run: bool,
) -> Waiting:
    """Moves what waits for a destination to the dead-letter topic; with `dry_run`, only says what there is.

    Args:
        config: the configuration, which does not have the destination.
        destination: its name.
        rate_limiter: holds back the writes.
        progress: told how many records are moved, and of how many.
        dry_run: write nothing.

    Raises:
        NoSuchTopic: there is no retry topic.
        TopicsMissing: the dead-letter topic could not be created.
        Unreachable: the brokers do not answer.
        WritesFailed: the brokers did not take what was written.
    """
    retry_topic = config.dead_letters.retry_topic
    with TopicReader(config, retry_topic) as reader:
        waiting = _waiting(config, reader, destination)
        if dry_run or not waiting.places:
            return waiting
        writer = MarkedWriter(config, ensure_topics(config.kafka, config.own_topics), retry_topic, MOVED)
        try:
            for number, letter in enumerate(letters_at(reader, waiting.places), start=1):
                rate_limiter.wait()
                writer.write(letter, _given_up(letter, destination), None, kind=None, destination=destination)
                progress(number, len(waiting.places))
        finally:
            writer.close()
    return waiting


def _waiting(config: Config, reader: TopicReader, destination: str) -> Waiting:
    """What the group has not settled, and no mark names."""
    commits = reader.commits()
    settled = {number: decode(*commit) for number, commit in commits.items()}
    starts = {number: max(low, commits.get(number, (low, ""))[0]) for number, (low, _) in reader.bounds.items()}
    ends = {number: high for number, (_, high) in reader.bounds.items()}
    found: dict[Position, str] = {}
    for record in reader.read(starts, ends):
        number, past = record.partition.number, record.redelivery
        for offset in marked_offsets(MOVED, record):
            found.pop((number, offset), None)
        ours = past is not None and past.group in {None, config.kafka.group_id}
        if not ours or past is None or past.destination is None or past.destination in config.every_destination:
            continue
        if record.offset not in settled.get(number, OffsetRanges()):
            found[number, record.offset] = past.destination
    others = Counter(name for name in found.values() if name != destination)
    return Waiting({place for place, name in found.items() if name == destination}, others)


def _given_up(letter: DeadLetter, destination: str) -> Failure:
    """Its reason stays what it was, and so does all that a replay needs."""
    past = letter.past
    return Failure(
        Outcome.DEAD_LETTER,
        letter.reason,
        letter.stage,
        f"destination {destination or 'bluecore'} was removed while this waited for it: {letter.message}",
        letter.status,
        attempts=past.attempts,
        first_failed_at=past.first_failed_at_ms / 1000,
        delivered=past.delivered,
        which=past.which,
    )
