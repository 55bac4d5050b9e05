"""The last word of each customer: what the consent topics say of whom, as the mapping itself reads it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import orjson

from consumer.records import CONSENTS, EventRequest, Partition, Record

WORDS: Final = CONSENTS | {"signup"}
_MARKETING: Final = "MARKETING"


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
    message_type: str = _MARKETING
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
    if request.event not in WORDS:
        return None
    body: dict[str, Any] = orjson.loads(request.body)
    written_ms = record.written_ms or 0
    if "properties" in body:
        email = body["properties"].get("customer", {}).get("email")
        if not email:
            return None
        word = Word(request.event, written_ms, told=False, queued=True, partition=record.origin, offset=record.offset)
        return Consent(request.destination, str(email).strip().lower()), word
    return _by_eligibility(record, request, body, written_ms)


def _by_eligibility(
    record: Record, request: EventRequest, body: dict[str, Any], written_ms: int
) -> tuple[Consent, Word] | None:
    identifier = body.get("id", {})
    email, phone = identifier.get("email"), identifier.get("phone_number")
    if not email and not phone:
        return None
    customer = str(email).strip().lower() if email else f"+{str(phone).removeprefix('+')}"
    state = body.get("state", {})
    told_ms = _ms(state.get("consented_at"))
    consent = Consent(
        request.destination, customer, state.get("message_type") or _MARKETING, state.get("channel_identifier")
    )
    at_ms = written_ms if told_ms is None else told_ms
    told = told_ms is not None
    return consent, Word(request.event, at_ms, told, queued=False, partition=record.origin, offset=record.offset)


def _ms(at: Any) -> int | None:
    if not isinstance(at, str):
        return None
    found = datetime.fromisoformat(at)
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1000)
