"""The last word of each customer: what the consent topics say of whom, as the mapping itself reads it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from consumer.bluecore.asked_consents import MARKETING, asked_consent
from consumer.records import CONSENTS, EventRequest, Partition, Record


class Consent(NamedTuple):
    """What a word is about.

    Attributes:
        destination: by its name.
        customer: an e-mail address in lower case, or a phone number with its plus sign, as Bluecore has them.
        message_type: `MARKETING` or `TRANSACTIONAL`.
        channel: the number or code that sends; None: any.
    """

    destination: str
    customer: str
    message_type: str = MARKETING
    channel: str | None = None


class Word(NamedTuple):
    """One event of a consent, and where it stands.

    Attributes:
        at_ms: since when it holds, ms since the epoch: what the request says, or when the record was written.
        told: the request says it, so that Bluecore orders by it.
        queued: it goes by the Events API, which answers before anything is stored.
    """

    event: str
    at_ms: int
    told: bool
    queued: bool
    partition: Partition
    offset: int

    def is_after(self, other: Word) -> bool:
        """Whether Bluecore has heard it later, or takes it for later."""
        if self.told and other.told and self.at_ms != other.at_ms:
            return self.at_ms > other.at_ms
        if self.partition == other.partition:
            return self.offset > other.offset
        return self.at_ms >= other.at_ms


class LastWords:
    """The newest of each."""

    def __init__(self) -> None:
        self._words: dict[Consent, Word] = {}

    def __len__(self) -> int:
        return len(self._words)

    def add(self, consent: Consent, word: Word) -> None:
        """Keeps it, unless there is a later one."""
        known = self._words.get(consent)
        if known is None or word.is_after(known):
            self._words[consent] = word

    def get(self, consent: Consent) -> Word | None:
        return self._words.get(consent)

    def items(self) -> Iterator[tuple[Consent, Word]]:
        """Each with its last word."""
        yield from self._words.items()


def said(record: Record, request: EventRequest) -> tuple[Consent, Word] | None:
    """The word that a request is; None of one that is none, or that names nobody who could be asked about."""
    if request.event not in CONSENTS:
        return None
    asked = asked_consent(request.body)
    if asked is None:
        return None
    word = Word(
        request.event,
        (record.written_ms or 0) if asked.told_ms is None else asked.told_ms,
        told=asked.told_ms is not None,
        queued=asked.queued,
        partition=record.origin,
        offset=record.offset,
    )
    return Consent(request.destination, asked.customer, asked.message_type, asked.channel), word
