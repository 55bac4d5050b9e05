"""Some of the consents that were delivered are read back later: whether Bluecore has them, a metric says.

The loop hands over, and a thread of its own looks, slowly. What waits is bounded, and lost where the process ends: it
is a sample, and `reconcile` is the whole.
"""

from __future__ import annotations

import random
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import structlog

from consumer.bluecore.asked_consents import AskedConsent
from consumer.bluecore.consent_differences import kind_of
from consumer.bluecore.consent_reader import ConsentUnavailable, ConsentUnreadable, Reading
from consumer.bluecore.consent_states import ConsentState, effective
from consumer.clock import Clock
from consumer.telemetry.incidents import Incidents
from consumer.telemetry.masking import without_phones
from consumer.telemetry.metrics import Metrics

log = structlog.get_logger(__name__)

Read = Callable[[str, str], Reading]
"""Asks the API of a destination about a customer."""
_Key = tuple[str, str, str, str | None]


@dataclass(frozen=True, slots=True)
class VerificationPolicy:
    """When a consent is read back, and of how many it is remembered.

    Attributes:
        answered_seconds: after its delivery, where Bluecore has answered with what it has stored.
        queued_seconds: the same where it has queued it: Zeotap says about 15 minutes. One that is not there yet is
            looked at a second time, after as long again.
        away_seconds: for so long nothing is asked after the API could not be.
        skew_seconds: by how much Bluecore's clock may be ahead of ours.
        most: how many wait.
    """

    answered_seconds: float = 300
    queued_seconds: float = 900
    away_seconds: float = 60
    skew_seconds: float = 60
    most: int = 10_000


POLICY: Final = VerificationPolicy()
REST_SECONDS: Final = 2.0
"""Who looks rests no longer: what is handed over wakes nobody."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A consent: delivered then, and due then, in seconds since the epoch; `again`: it was not there yet."""

    asked: AskedConsent
    delivered_at: float
    due_at: float
    again: bool = False


class Verification:
    """What waits to be read back. The loop hands over, and one thread looks."""

    def __init__(  # noqa: PLR0913 - what it is made of, handed in
        self,
        shares: Mapping[str, float],
        read: Read,
        metrics: Metrics,
        clock: Clock,
        *,
        name_of: Callable[[str], str],
        policy: VerificationPolicy = POLICY,
    ) -> None:
        """Nothing waits yet.

        Args:
            shares: by destination, of how many of its consents this is asked, from 0 to 1.
            read: asks; called by the thread that looks.
            metrics: where the results are counted.
            clock: the time.
            name_of: makes of a customer the name that may stand in a log.
            policy: when, and of how many.
        """
        self._shares = shares
        self._read = read
        self._results = metrics.consent_verified
        self._clock = clock
        self._name_of = name_of
        self._policy = policy
        self._lock = threading.Lock()
        self._waiting: OrderedDict[_Key, _Waiting] = OrderedDict()
        self._incidents = Incidents()
        self._away_until = 0.0
        self._is_away = False

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def takes(self, destination: str) -> bool:
        """Whether any consent of this destination is read back."""
        return destination in self._shares

    def delivered(self, destination: str, asked: AskedConsent) -> None:
        """Bluecore has taken it. A newer word of a customer who waits takes the place of the older."""
        key = destination, asked.customer, asked.message_type, asked.channel
        now = self._clock.now()
        seconds = self._policy.queued_seconds if asked.queued else self._policy.answered_seconds
        with self._lock:
            drawn = self._waiting.pop(key, None) is not None
            if not drawn and random.random() >= self._shares[destination]:  # noqa: S311 - a sample
                return
            if len(self._waiting) >= self._policy.most:
                self._results["dropped"].inc()
                return
            self._waiting[key] = _Waiting(asked, now, now + seconds)

    def look(self) -> float:
        """Asks about one that is due, if there is one; gives the seconds until the next may be."""
        now = self._clock.now()
        with self._lock:
            due = min(self._waiting.items(), key=lambda item: item[1].due_at, default=None)
        if due is None:
            return REST_SECONDS
        key, waiting = due
        if (wait := max(waiting.due_at, self._away_until) - now) > 0:
            return wait
        try:
            reading = self._read(key[0], waiting.asked.customer)
        except ConsentUnavailable as unavailable:
            self._unavailable(str(unavailable))
            return self._policy.away_seconds
        except ConsentUnreadable as unreadable:
            self._settle(key, waiting, "unreadable")
            self._tell("a consent could not be verified", key, why=without_phones(str(unreadable)))
        else:
            self._judge(key, waiting, reading)
        self._is_away = False
        return 0

    def _judge(self, key: _Key, waiting: _Waiting, reading: Reading) -> None:
        asked = waiting.asked
        there = effective(reading.states, message_type=asked.message_type, channel=asked.channel)
        if kind_of(asked.event, there.status) is None:
            self._settle(key, waiting, "applied")
        elif self._is_later(waiting, there):
            self._settle(key, waiting, "superseded")
        elif asked.queued and not waiting.again:
            with self._lock:
                if self._waiting.get(key) is waiting:
                    due_at = self._clock.now() + self._policy.queued_seconds
                    self._waiting[key] = _Waiting(asked, waiting.delivered_at, due_at, again=True)
        elif self._settle(key, waiting, "differs"):
            self._tell(
                "a consent at Bluecore is not what was delivered",
                key,
                here=asked.event,
                there=there.status.lower(),
                bluecore_id=reading.request_id,
            )

    def _is_later(self, waiting: _Waiting, there: ConsentState) -> bool:
        """Whether somebody has said otherwise since, as on Bluecore's own page."""
        if there.at_ms is None:
            return False
        if waiting.asked.told_ms is not None:
            return there.at_ms > waiting.asked.told_ms
        return there.at_ms / 1000 > waiting.delivered_at + self._policy.skew_seconds

    def _settle(self, key: _Key, waiting: _Waiting, result: str) -> bool:
        """Counts it, and takes it out, unless there is a newer word by now, whose turn comes."""
        with self._lock:
            if self._waiting.get(key) is not waiting:
                return False
            del self._waiting[key]
        self._results[result].inc()
        return True

    def _unavailable(self, why: str) -> None:
        self._results["unavailable"].inc()
        self._away_until = self._clock.now() + self._policy.away_seconds
        if not self._is_away:
            self._is_away = True
            what = "consents cannot be read back from Bluecore: it is tried again until they can"
            log.warning(what, error=without_phones(why))

    def _tell(self, what: str, key: _Key, **said: str) -> None:
        destination, customer = key[:2]
        if (suppressed := self._incidents.happened((what, destination), self._clock.now())) is not None:
            name = self._name_of(customer)
            log.warning(what, destination=destination or "bluecore", customer=name, suppressed=suppressed, **said)
