"""Ids that the registry says it has not got: asked for again for a while, for it may have them yet.

A replica lags, and a registry that starts answers "not found" for ids that it has until it has read its own topic:
Karapace 6.2 for some seconds, Apicurio 3.3 for up to a quarter of a minute, both healthy meanwhile by their own word.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from tenacity import wait_exponential_jitter

from consumer.avro.schema_ids import SchemaId
from consumer.backoff import seconds_after

_ASKING = wait_exponential_jitter(multiplier=0.25, max=5, jitter=0.5)
_OUTAGES = 5
_MANY = 8
_SHARE = 10
_FRESH_SECONDS = 5.0
_TIDY_SECONDS = 1.0
_LONGEST = 500
"""Characters of what is said of one: a registry may say anything."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an id may be unknown.

    Attributes:
        seconds: from the first answer that it is; after an outage of the registry, as it reads all that it has then,
            five times as long from the outage's end. Once eight ids have been given up, another one is waited for a
            tenth of it: values that are no Avro name a new one each, and would hold their partition for hours.
    """

    seconds: float = 60.0

    @property
    def after_outage(self) -> float:
        return _OUTAGES * self.seconds


@dataclass(slots=True)
class _Unknown:
    message: str
    since: float
    answered: float
    seconds: float
    tries: int = 0
    given_up: bool = False
    doubted: bool = False


class UnknownIds:
    """What was answered of each id that is unknown; times are seconds that only ever grow.

    An answer counts until the next one. Of an id that was given up the last answer counts for some seconds, so that
    thousands of records of it are not as many questions; then it is asked for anew. Once nobody has asked for as long
    as it may be unknown, all is forgotten.
    """

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._ids: dict[SchemaId, _Unknown] = {}
        self._failed_at = self._tidied_at = float("-inf")
        self._ends: deque[float] = deque(maxlen=_MANY)

    def not_found(
        self, schema_id: SchemaId, message: str, now: float, *, final: bool = False, unasked: bool = False
    ) -> float | None:
        """The registry has not got it; `final`: nor will it; `unasked`: an address that may have it did not answer.

        Returns:
            The seconds until it is to be asked again; None: it is given up.
        """
        self._forget(now)
        known = self._ids.get(schema_id)
        if known is None:
            self._ids[schema_id] = known = _Unknown(message[:_LONGEST], now, now, self._seconds(now))
        known.message, known.answered, known.doubted = message[:_LONGEST], now, False
        if unasked:
            known.seconds = max(known.seconds, self._patience.after_outage)
        left = self._until(known) - now
        if final or left <= 0:
            if not (final or known.given_up):
                self._ends.append(now)
            known.given_up = True
            return None
        known.given_up = False
        known.tries += 1
        return min(left, seconds_after(known.tries, _ASKING))

    def failed(self, now: float) -> None:
        """The registry gave no answer, of whatever was asked."""
        self._failed_at = now

    def doubt(self, schema_id: SchemaId) -> None:
        """One that is given up is asked for anew, however fresh the answer is; and given up again by the next."""
        if (known := self._ids.get(schema_id)) is not None:
            known.doubted = True

    def found(self, schema_id: SchemaId) -> None:
        self._ids.pop(schema_id, None)

    def given_up(self, schema_id: SchemaId, now: float) -> str | None:
        """Why it is given up; None: it is not, or has to be asked for anew."""
        known = self._ids.get(schema_id)
        if known is None or not known.given_up or known.doubted or now - known.answered >= self._fresh:
            return None
        return known.message

    def is_awaited(self, schema_id: SchemaId) -> bool:
        """Whether it is unknown and asked for again."""
        known = self._ids.get(schema_id)
        return known is not None and not known.given_up

    def all_awaited(self, now: float) -> Mapping[SchemaId, str]:
        """Of those ids, what is to be said of each."""
        return {schema_id: self._told(known, now) for schema_id, known in self._ids.items() if not known.given_up}

    def awaited(self, schema_id: SchemaId, now: float) -> str | None:
        """What is to be said of one of them; None: it is none."""
        known = self._ids.get(schema_id)
        return None if known is None or known.given_up else self._told(known, now)

    def _told(self, known: _Unknown, now: float) -> str:
        return f"{known.message}; it is asked for again for {max(0.0, self._until(known) - now):.0f} s"

    @property
    def _fresh(self) -> float:
        return min(_FRESH_SECONDS, self._patience.seconds)

    def _until(self, known: _Unknown) -> float:
        return max(known.since + known.seconds, self._failed_at + self._patience.after_outage)

    def _seconds(self, now: float) -> float:
        """How long one is waited for that is unknown from now on."""
        seconds = self._patience.seconds
        many = len(self._ends) == _MANY and now - self._ends[0] < _SHARE * seconds
        return seconds / _SHARE if many else seconds

    def _forget(self, now: float) -> None:
        """Not with each answer: there may be many ids."""
        if now - self._tidied_at < _TIDY_SECONDS:
            return
        self._tidied_at = now
        longest = self._patience.seconds + _FRESH_SECONDS
        self._ids = {key: known for key, known in self._ids.items() if now - known.answered <= longest}
