"""Dead letters go again: through the retry topic, which the service reads, by the routes as they are now.

So a replayed record is delivered like any redelivery: under the idempotency key of its original place, its age
counted from its own timestamp, and the later records of its customer behind it. What the present configuration
would refuse again stays where it is.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from consumer.commands.dead_letters.letter import DeadLetter
from consumer.commands.dead_letters.marks import mark_headers
from consumer.commands.dead_letters.rate_limiter import RateLimiter
from consumer.commands.dead_letters.refusals import Refusals
from consumer.commands.dead_letters.remapping import Remapping, remapping
from consumer.commands.dead_letters.selection import Selection
from consumer.commands.dead_letters.survey import Position, survey
from consumer.commands.exits import CommandFailed
from consumer.config.model import Config
from consumer.delivery.parts import Part, addressed, left_of, ordering_key
from consumer.delivery.shares import Share, shares_of
from consumer.kafka.publisher import Publisher
from consumer.kafka.reading import TopicReader
from consumer.kafka.topics import ensure_topics
from consumer.records import Partition, Reject, Send

_BATCH = 100
_WRITE_SECONDS = 60.0


class ReplayStopped(CommandFailed):
    """What was to be written has nowhere to go, or the brokers did not take it."""


@dataclass(slots=True)
class ReplayResult:
    """What came of the selection.

    Attributes:
        selected: how many letters it has.
        before: of them, replayed before.
        sent: replayed now.
        skipped: those that the routes leave out now.
        refused: by reason, those that would fail again and were left where they are.
        warnings: what Bluecore, or the strict sandbox, would still refuse of what is replayed.
    """

    selected: int = 0
    before: int = 0
    sent: int = 0
    skipped: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    warnings: Refusals = field(default_factory=Refusals)


def replay(
    config: Config,
    selection: Selection,
    rate_limiter: RateLimiter,
    progress: Callable[[int, int], None],
    *,
    dry_run: bool,
) -> ReplayResult:
    """Sends a selection again, except for what was replayed before; with `dry_run`, only says what it would do.

    A crash between a batch's writes and its mark repeats that batch of at most 100.

    Args:
        config: the configuration.
        selection: which letters.
        rate_limiter: holds back the writes.
        progress: told how many letters are dealt with, and of how many.
        dry_run: write nothing.

    Raises:
        ReplayStopped: there is no retry topic, or the brokers did not take what was written.
        NoSuchTopic: there is no dead-letter topic.
        TopicsMissing: the retry topic could not be created.
        Unreachable: the brokers do not answer.
        RegistryUnavailable: a record's schema is not to be had.
    """
    topic = config.dead_letters.dead_letter_topic
    if config.dead_letters.retry_topic not in config.dead_letters.topics:
        raise ReplayStopped("dead_letters.delays_seconds is empty, so no retry topic is read: give it a delay")
    with TopicReader(config, topic) as reader, remapping(config) as mapped:
        found = survey(reader, selection, config.routes)
        wanted = found.unreplayed
        result = ReplayResult(selected=len(found.letters), before=len(found.letters) - len(wanted))
        writer: _Writer | None = None
        if not dry_run and wanted:
            writer = _Writer(config, ensure_topics(config.kafka, config.own_topics))
        try:
            for number, letter in enumerate(_letters(reader, wanted), start=1):
                _replay_letter(letter, mapped, config, writer, result, rate_limiter)
                progress(number, len(wanted))
        finally:
            if writer is not None:
                writer.close()
    return result


def _letters(reader: TopicReader, wanted: set[Position]) -> Iterator[DeadLetter]:
    offsets: defaultdict[int, list[int]] = defaultdict(list)
    for number, offset in wanted:
        offsets[number].append(offset)
    starts = {number: min(each) for number, each in offsets.items()}
    ends = {number: max(each) + 1 for number, each in offsets.items()}
    for record in reader.read(starts, ends):
        if (record.partition.number, record.offset) in wanted and (
            letter := DeadLetter.from_record(record)
        ) is not None:
            yield letter


def _replay_letter(  # noqa: PLR0913, PLR0917 - one letter, and all that it meets
    letter: DeadLetter,
    mapped: Remapping,
    config: Config,
    writer: _Writer | None,
    result: ReplayResult,
    rate_limiter: RateLimiter,
) -> None:
    outcome = mapped.outcome(letter.record)
    left: tuple[Part, ...] = ()
    destination: str | None = letter.past.destination
    if isinstance(outcome, Send):
        shares = shares_of(outcome, letter.past)
        outcome = _only(outcome, shares)
        left = left_of(outcome, letter.past, frozenset(config.dead_letters.ordered_events))
        destination = shares[0].destination or destination if len(shares) == 1 else destination
    if isinstance(outcome, Reject):
        result.refused[outcome.reason] += 1
    elif any(part.requests for part in left):
        result.sent += 1
        place = letter.record.partition.number, letter.record.offset
        result.warnings.look([request for part in left for request in part.requests], place)
        if writer is not None:
            rate_limiter.wait()
            writer.write(letter, [part for part in left if part.requests], destination)
    elif left:
        result.refused[left[0].refused[0].reason] += 1
    else:
        result.skipped += 1


def _only(outcome: Send, shares: Sequence[Share]) -> Send:
    """What is left of a record of which one destination's share failed; else all of it."""
    if len(shares) == 1:
        return shares[0].mapped
    return outcome if shares else Send((), numbers=())


class _Writer:
    """Writes batches: the records to the retry topic, and when those are acknowledged, the mark."""

    def __init__(self, config: Config, partitions: Mapping[str, int]) -> None:
        self._publisher = Publisher(config, partitions)
        self._topic = config.dead_letters.dead_letter_topic
        self._by_customer = config.delivery.ordering == "customer"
        self._tickets = count()
        self._written: dict[int, Position] = {}

    def write(self, letter: DeadLetter, parts: Sequence[Part], destination: str | None) -> None:
        """Writes a letter of which these parts are to be sent, to one destination or (None) wherever routes say."""
        record, part = letter.record, letter.past.part
        key = ordering_key(record, parts[0].requests, by_customer=self._by_customer)
        parking_key = addressed(key, destination or "") if any(each.ordered for each in parts) else None
        kind = parts[0].kind if len(parts) == 1 else None
        failure = letter.retry_failure(time.time())
        ticket = next(self._tickets)
        self._written[ticket] = record.partition.number, record.offset
        self._publisher.write(
            ticket, record, failure, key, parking_key, kind=kind, part=part, destination=destination
        )
        if len(self._written) >= _BATCH:
            self._finish()

    def close(self) -> None:
        try:
            self._finish()
        finally:
            self._publisher.close(_WRITE_SECONDS)

    def _finish(self) -> None:
        places, self._written = self._written, {}
        errors = self._results(places)
        offsets: defaultdict[int, list[int]] = defaultdict(list)
        for ticket, (number, offset) in places.items():
            if errors[ticket] is None:
                offsets[number].append(offset)
        marks = {next(self._tickets): number for number in offsets}
        for ticket, number in marks.items():
            self._publisher.write_marker(ticket, Partition(self._topic, number), mark_headers(offsets[number]))
        errors |= self._results(marks)
        if failed := [error for error in errors.values() if error is not None]:
            raise ReplayStopped(f"the brokers did not take {len(failed)} of {len(errors)} writes: {failed[0]}")

    def _results(self, tickets: Collection[int]) -> dict[int, str | None]:
        """By ticket, why a write failed, or None."""
        results: dict[int, str | None] = dict.fromkeys(tickets, "no answer in time")
        missing = set(tickets)
        deadline = time.monotonic() + _WRITE_SECONDS
        while missing and time.monotonic() < deadline:
            for ticket, error in self._publisher.poll(0.1):
                results[ticket] = error
                missing.discard(ticket)
        return results
