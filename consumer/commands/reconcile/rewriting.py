"""Records written to the retry topic of which some consents alone are to be sent."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Final

from consumer.commands.dead_letters.awaiting import WRITE_SECONDS, check, results_of
from consumer.commands.dead_letters.remapping import Remapping
from consumer.commands.reconcile.words import Consent, Word, said
from consumer.config.model import Config
from consumer.delivery.parts import addressed, ordering_key
from consumer.kafka.publisher import Publisher
from consumer.records import Delivered, EventRequest, Failure, OrderClass, Outcome, Reason, Record, Send, Stage

DUE_SECONDS: Final = 30.0
"""For so long what was written waits: meanwhile the topics are looked at once more."""
_BATCH: Final = 100
_WHY: Final = "Bluecore's state was another one: sent again by reconcile"


@dataclass(slots=True)
class Repaired:
    """How many consents were written again, and how many were left as they are, by the reason."""

    sent: int = 0
    left: Counter[str] = field(default_factory=Counter)


class ConsentWriter:
    """Writes in batches, and waits until the brokers have each."""

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
