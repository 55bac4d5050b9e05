"""Some of the consents that were delivered are read back later: whether Bluecore has them, a metric says.

The loop hands over, and a thread of its own looks, slowly. What waits is bounded, and lost where the process ends: it
is a sample, and `reconcile` is the whole.
"""

from __future__ import annotations

import random
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import structlog

from consumer.bluecore.asked_consents import AskedConsent
from consumer.bluecore.consent_differences import Kind, kind_of
from consumer.bluecore.consent_reader import ConsentUnavailable, ConsentUnreadable, Reading, Stopped
from consumer.bluecore.consent_states import ConsentState, effective
from consumer.clock import Clock
from consumer.telemetry.incidents import Incidents
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
        away_seconds: for so long an API is not asked after it could not be, and the consent is looked at later.
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
        self._away_until: dict[str, float] = {}
        """By destination that could not be asked the last time."""

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
            due = min(self._waiting.items(), key=self._turn, default=None)
        if due is None:
            return REST_SECONDS
        key, waiting = due
        if (wait := self._turn(due)[0] - now) > 0:
            return wait
        try:
            reading = self._read(key[0], waiting.asked.customer)
        except ConsentUnavailable as unavailable:
            self._unavailable(key, waiting, str(unavailable))
            return 0
        except Stopped:
            raise
        except Exception as error:  # noqa: BLE001 - were the thread to end, nothing would be read back any more
            why = str(error) if isinstance(error, ConsentUnreadable) else type(error).__name__
            self._settle(key, waiting, "unreadable")
            self._tell("a consent could not be verified", key, why=why)
        else:
            self._judge(key, waiting, reading)
        self._away_until.pop(key[0], None)
        return 0

    def _turn(self, item: tuple[_Key, _Waiting]) -> tuple[float, float]:
        """When it may be asked about; of several at once, who has waited longest is first."""
        due_at = item[1].due_at
        return max(due_at, self._away_until.get(item[0][0], 0.0)), due_at

    def _judge(self, key: _Key, waiting: _Waiting, reading: Reading) -> None:
        asked = waiting.asked
        there = effective(reading.states, message_type=asked.message_type, channel=asked.channel)
        kind = kind_of(asked.event, there.status)
        if kind is None:
            self._settle(key, waiting, "applied")
        elif self._is_later(waiting, there):
            self._settle(key, waiting, "superseded")
        elif asked.queued and not waiting.again:
            self._put_off(key, waiting, replace(waiting, again=True), self._policy.queued_seconds)
        elif self._settle(key, waiting, "not_known" if kind is Kind.NOT_KNOWN else "differs"):
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

    def _put_off(self, key: _Key, waiting: _Waiting, later: _Waiting, seconds: float) -> None:
        """Looks at it once more then, unless there is a newer word by now."""
        with self._lock:
            if self._waiting.get(key) is waiting:
                self._waiting[key] = replace(later, due_at=self._clock.now() + seconds)

    def _unavailable(self, key: _Key, waiting: _Waiting, why: str) -> None:
        """Others have their turn first: it may be this one alone that cannot be asked about, or this destination."""
        self._results["unavailable"].inc()
        self._put_off(key, waiting, waiting, self._policy.away_seconds)
        destination, was_away = key[0], key[0] in self._away_until
        self._away_until[destination] = self._clock.now() + self._policy.away_seconds
        if not was_away:
            what = "consents cannot be read back from Bluecore: it is tried again until they can"
            log.warning(what, destination=destination or "bluecore", error=why)

    def _tell(self, what: str, key: _Key, **said: str) -> None:
        destination, customer = key[:2]
        if (suppressed := self._incidents.happened((what, destination), self._clock.now())) is not None:
            name = self._name_of(customer)
            log.warning(what, destination=destination or "bluecore", customer=name, suppressed=suppressed, **said)
