"""Words that are said again, in the way in which a replay goes: through the retry topic, by the routes as they are.

A word must not undo a later one. So only a customer's last word is written; the service keeps the customer's later
records behind it; and what was said between the look and the write is written behind it, before it is due. An opt-in
is not said again where Bluecore has, or may have, a later withdrawal.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Final

from consumer.bluecore.consent_differences import Kind
from consumer.commands.dead_letters.awaiting import WRITE_SECONDS, check, results_of
from consumer.commands.dead_letters.remapping import Remapping
from consumer.commands.reconcile.judging import Difference
from consumer.commands.reconcile.reading import ConsentTopics, Place, Topics
from consumer.commands.reconcile.words import Consent, LastWords, Word, said
from consumer.config.model import Config
from consumer.delivery.parts import addressed, ordering_key
from consumer.kafka.publisher import Publisher
from consumer.records import Delivered, EventRequest, Failure, OrderClass, Outcome, Reason, Record, Send, Stage

DUE_SECONDS: Final = 30.0
"""For so long what was written waits: meanwhile the topics are looked at once more."""
_BATCH: Final = 100
_MOST_LOOKS: Final = 5
_WHY: Final = "Bluecore's state was another one: sent again by reconcile"


@dataclass(slots=True)
class Repaired:
    """How many consents were written again, and how many were left as they are, by the reason."""

    sent: int = 0
    left: Counter[str] = field(default_factory=Counter)


def why_not_repaired(difference: Difference) -> str:
    """Why it is left as it is; empty where it can be said again.

    A withdrawal can, unless Bluecore is told its time: of two it keeps the later.
    """
    word, at_ms = difference.word, difference.there.at_ms
    if word.event == "signup":
        # Bluecore would send the customer its message once more.
        return "signup"
    is_kept = word.told and at_ms is not None and at_ms > word.at_ms
    if is_kept or (difference.kind is Kind.NOT_SUBSCRIBED and difference.is_newer_there):
        return "newer_there"
    return ""


def repair(  # noqa: PLR0913, PLR0917 - what it reads, and what it writes with
    config: Config,
    differences: Sequence[Difference],
    consents: ConsentTopics,
    topics: Topics,
    mapped: Remapping,
    partitions: Mapping[str, int],
    progress: Callable[[int, int], object],
) -> Repaired:
    """Writes the records of these differences to the retry topic.

    Args:
        config: the configuration.
        differences: none of whose words has a later one behind the ends of `topics`.
        consents: reads their records.
        topics: what was read of them.
        mapped: says what would become of a record now.
        partitions: how many each topic has that is written to.
        progress: told how many were written, and of how many.

    Raises:
        WritesFailed: the brokers did not take what was written.
        NoSuchTopic, Unreachable, RegistryUnavailable: see `ConsentTopics`.
    """
    result = Repaired()
    words = LastWords()
    for each in differences:
        if why := why_not_repaired(each):
            result.left[why] += 1
        else:
            words.add(each.consent, each.word)
    writer = _Writer(config, mapped, partitions)
    names = sorted({partition.topic for partition in topics.ends})
    try:
        total, written = len(words), 0
        by_place = _by_place(words.items())
        for record in consents.at(set(by_place)):
            writer.write(record, by_place[record.partition, record.offset], result)
            written += len(by_place[record.partition, record.offset])
            progress(written, total)
        result.left["record_is_gone"] += total - written
        writer.finish()
        for _ in range(_MOST_LOOKS):
            newer, records = consents.later(topics, names)
            later = [(consent, word) for consent, word in newer.items() if words.get(consent) is not None]
            if not later:
                break
            for place, whose in _by_place(later).items():
                writer.write(records[place], whose, Repaired())
            writer.finish()
    finally:
        writer.close()
    result.left += Counter()  # without those that are none
    return result


def _by_place(words: Iterable[tuple[Consent, Word]]) -> dict[Place, dict[Consent, Word]]:
    found: dict[Place, dict[Consent, Word]] = {}
    for consent, word in words:
        found.setdefault((word.partition, word.offset), {})[consent] = word
    return found


class _Writer:
    """Writes records of which some consents alone are to be sent."""

    def __init__(self, config: Config, mapped: Remapping, partitions: Mapping[str, int]) -> None:
        self._config = config
        self._mapped = mapped
        self._publisher = Publisher(config, partitions)
        self._tickets = count()
        self._out: list[int] = []

    def write(self, record: Record, wanted: Mapping[Consent, Word], result: Repaired) -> None:
        """Writes one, once for each destination of which consents are wanted.

        Raises:
            WritesFailed: the brokers did not take some of the batch.
        """
        if any(word.queued for word in wanted.values()):
            # The Events API is told no time and takes nothing that is older than a day: the word holds now.
            record = record._replace(timestamp_ms=round(time.time() * 1000))
        outcome = self._mapped.outcome(record)
        if not isinstance(outcome, Send):
            result.left[str(outcome.reason)] += len(wanted)
            return
        own = [request for request in outcome.requests if not request.link]
        numbered = list(zip(outcome.numbers or range(len(own)), own, strict=True))
        several = len({request.destination for request in own}) > 1
        gone = set(wanted)
        for name in dict.fromkeys(consent.destination for consent in wanted):
            ours = [(number, request) for number, request in numbered if request.destination == name]
            again = [
                (number, request)
                for number, request in ours
                if (word := said(record, request)) is not None and word[0] in wanted
            ]
            if not again:
                continue
            gone -= {word[0] for _, request in again if (word := said(record, request)) is not None}
            which = tuple((number, request.event) for number, request in ours if (number, request) not in again)
            destination = name if several or name else None
            self._write(record, [request for _, request in again], which, destination)
        result.sent += len(wanted) - len(gone)
        result.left["no_longer_mapped"] += len(gone)
        if len(self._out) >= _BATCH:
            self.finish()

    def finish(self) -> None:
        """Waits for what is out.

        Raises:
            WritesFailed: see `write`.
        """
        out, self._out = self._out, []
        check(results_of(self._publisher, out))

    def close(self) -> None:
        self._publisher.close(WRITE_SECONDS)

    def _write(
        self, record: Record, requests: Collection[EventRequest], which: Delivered, destination: str | None
    ) -> None:
        now = time.time()
        failure = Failure(
            Outcome.RETRY,
            Reason.NOT_APPLIED,
            Stage.DELIVER,
            _WHY,
            attempts=0,
            first_failed_at=now,
            not_before=now + DUE_SECONDS,
            which=which,
        )
        key = ordering_key(record, tuple(requests), by_customer=self._config.delivery.ordering == "customer")
        ordered = {request.event for request in requests} & set(self._config.dead_letters.ordered_events)
        ticket = next(self._tickets)
        self._out.append(ticket)
        self._publisher.write(
            ticket,
            record,
            failure,
            key,
            addressed(key, destination or "") if ordered else None,
            kind=OrderClass.CONSENT,
            part=OrderClass.CONSENT,
            destination=destination,
        )
