"""Dead letters go again: through the retry topic, which the service reads, by the routes as they are now.

So a replayed record is delivered like any redelivery: under the idempotency key of its original place, its age
counted from its own timestamp, and the later records of its customer behind it. What the present configuration
would refuse again stays where it is.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from consumer.commands.dead_letters.letter import DeadLetter, letters_at
from consumer.commands.dead_letters.marked_writer import MarkedWriter
from consumer.commands.dead_letters.rate_limiter import RateLimiter
from consumer.commands.dead_letters.refusals import Refusals
from consumer.commands.dead_letters.remapping import Remapping, remapping
from consumer.commands.dead_letters.selection import Selection
from consumer.commands.dead_letters.survey import survey
from consumer.commands.exits import CommandFailed
from consumer.config.model import Config
from consumer.delivery.marks import REPLAYED
from consumer.delivery.parts import Part, addressed, left_of, ordering_key
from consumer.delivery.shares import Share, shares_of
from consumer.kafka.reading import TopicReader
from consumer.kafka.topics import ensure_topics
from consumer.records import Reject, Send


class ReplayStopped(CommandFailed):
    """What was to be written has nowhere to go."""


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
        ReplayStopped: there is no retry topic.
        WritesFailed: the brokers did not take what was written.
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
            for number, letter in enumerate(letters_at(reader, wanted), start=1):
                _replay_letter(letter, mapped, config, writer, result, rate_limiter)
                progress(number, len(wanted))
        finally:
            if writer is not None:
                writer.close()
    return result


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
    """Writes letters to the retry topic, and their marks."""

    def __init__(self, config: Config, partitions: Mapping[str, int]) -> None:
        self._writer = MarkedWriter(config, partitions, config.dead_letters.dead_letter_topic, REPLAYED)
        self._by_customer = config.delivery.ordering == "customer"

    def write(self, letter: DeadLetter, parts: Sequence[Part], destination: str | None) -> None:
        """Writes a letter of which these parts are to be sent, to one destination or (None) wherever routes say."""
        record = letter.record
        key = ordering_key(record, parts[0].requests, by_customer=self._by_customer)
        parking_key = addressed(key, destination or "") if any(each.ordered for each in parts) else None
        kind = parts[0].kind if len(parts) == 1 else None
        failure = letter.retry_failure(time.time())
        self._writer.write(letter, failure, key, parking_key, kind=kind, destination=destination)

    def close(self) -> None:
        self._writer.close()
