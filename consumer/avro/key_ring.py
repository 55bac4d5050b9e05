"""The keys of encrypted fields, without ever making the caller wait for one."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

import structlog
from tenacity import wait_exponential_jitter
from tenacity.wait import wait_base

from consumer.avro.encryption import Cipher, KeyName
from consumer.avro.errands import Errands
from consumer.avro.errors import KeyPending, KeyRefused
from consumer.avro.failing import Failing

_log = structlog.get_logger(__name__)

_BACKOFF = wait_exponential_jitter(multiplier=0.5, max=30, jitter=0.5)
_REFUSED_SECONDS = 10.0
"""So long a refusal counts: a key that is granted later is found without a restart."""


@dataclass(frozen=True, slots=True)
class _Refused:
    why: str
    until: float


class KeyRing:
    """Keys that are here are kept for ever, as the key of a version never changes.

    One background thread has the others fetched, one at a time, and tries again with growing waits while they cannot
    be had for an outage.
    """

    def __init__(
        self,
        fetch: Callable[[KeyName], Cipher],
        *,
        clock: Callable[[], float] = time.monotonic,
        backoff: wait_base = _BACKOFF,
    ) -> None:
        """Take keys from `fetch`.

        Args:
            fetch: gives a key within a bounded time, raises KeyRefused where it is not to be had, and anything else
                in an outage.
            clock: seconds that only ever grow.
            backoff: the wait after the n-th failure in a row.
        """
        self._do_fetch = fetch
        self._clock = clock
        self._lock = Lock()
        self._keys: dict[KeyName, Cipher] = {}
        self._refused: dict[KeyName, _Refused] = {}
        self._failing: Failing[KeyName] = Failing(backoff)
        self._errands = Errands(self._fetch, "encryption-keys", clock)

    @property
    def outage(self) -> str | None:
        """Why keys cannot be had now, and what to do; None while nothing is known to be wrong."""
        with self._lock:
            return self._failing.problem

    def get(self, name: KeyName) -> Cipher:
        """See `Keys.get`."""
        with self._lock:
            if (cipher := self._keys.get(name)) is not None:
                return cipher
            refused = self._refused.get(name)
            if refused is not None and self._clock() < refused.until:
                raise KeyRefused(refused.why)
        self._errands.want(name)
        raise KeyPending(str(name))

    def close(self) -> None:
        """Have no more fetched. One under way ends by itself."""
        self._errands.close()

    def _fetch(self, name: KeyName) -> float | None:
        try:
            cipher = self._do_fetch(name)
        except KeyRefused as error:
            self._note_refused(name, str(error))
        except Exception as error:  # noqa: BLE001 - were the thread to end, every new key would wait for ever
            return self._note_failure(name, str(error) or type(error).__name__)
        else:
            with self._lock:
                self._keys[name] = cipher
        self._note_answer(name)
        return None

    def _note_refused(self, name: KeyName, why: str) -> None:
        now = self._clock()
        with self._lock:
            self._refused = {key: each for key, each in self._refused.items() if now < each.until}
            self._refused[name] = _Refused(why, now + _REFUSED_SECONDS)

    def _note_answer(self, name: KeyName) -> None:
        with self._lock:
            recovered = self._failing.answered(name)
        if recovered:
            _log.info("the keys of encrypted fields can be had again")

    def _note_failure(self, name: KeyName, problem: str) -> float:
        with self._lock:
            wait, first = self._failing.failed(name, problem)
        if first:
            _log.warning("the keys of encrypted fields cannot be had: their records wait", problem=problem)
        return wait
