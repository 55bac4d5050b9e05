"""What is here against what is there: a difference, on its way, or as it should be."""

from __future__ import annotations

from typing import Final, NamedTuple

from consumer.bluecore.consent_differences import Kind
from consumer.bluecore.consent_states import ConsentState, Status
from consumer.commands.reconcile.words import Consent, Word

QUEUED_SECONDS: Final = 900
"""Zeotap: what the Events API has accepted shows up within about 15 minutes."""


class Difference(NamedTuple):
    """Of one consent.

    Attributes:
        consent: whose.
        word: the last that was said here.
        there: what Bluecore has.
        request_id: its `x-bluecore-id` of that.
    """

    kind: Kind
    consent: Consent
    word: Word
    there: ConsentState
    request_id: str = ""

    @property
    def is_newer_there(self) -> bool:
        """Whether Bluecore may have heard otherwise since: so it is where it does not say since when."""
        if self.there.status is Status.NOT_KNOWN:
            return False
        return self.there.at_ms is None or self.there.at_ms > self.word.at_ms


def is_still_queued(word: Word, there: ConsentState, now_ms: int) -> bool:
    """Whether the word may be on its way within Bluecore: young, and what is there is older.

    A state that is newer than the word has come after it, and is no sign of a queue.
    """
    if not word.queued or now_ms - word.at_ms > QUEUED_SECONDS * 1000:
        return False
    return there.at_ms is None or there.at_ms < word.at_ms
