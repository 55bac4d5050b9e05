"""How fast consents are read back: within the quota that the REST APIs tell, and a share of it is left to delivery.

Sources: Bluecore's headers are those of draft-polli-ratelimit-headers-03, `x-ratelimit-limit: 700;w=60;burst=75;w=1`
among them: 700 in 60 s and 75 in 1 s. Documented for eligibility are 1,000 in a minute and 100 in a second, for the
whole account: whoever reads shares it with what is delivered.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Mapping
from typing import Final

from consumer.backoff import Backoff
from consumer.web.quota_policy import Policy, policies, policy_text

_EPOCH: Final = 1_000_000_000  # a reset above this is a point in time, not a number of seconds
_MOST_SECONDS: Final = 300.0
_PREFIXES: Final = ("x-ratelimit-", "ratelimit-")
_BACKOFF: Final = Backoff(1, 30)


DOCUMENTED: Final = (Policy(100, 1), Policy(1000, 60))


class ReadPace:
    """When the next may be asked; for any number of threads, and of readers."""

    def __init__(self, share: float, reserve: float | None = None) -> None:
        """Begin with the documented quota.

        Args:
            share: of the quota, so much is used here at most.
            reserve: what is left of a window is others' from this share of it on; None: what `share` leaves.
        """
        self._share = share
        self._reserve = 1 - share if reserve is None else reserve
        self.windows: tuple[Policy, ...] = DOCUMENTED
        self._lock = threading.Lock()
        self._asked: deque[float] = deque()
        self._held_until = 0.0
        self._refused = 0

    @property
    def per_second(self) -> float:
        """How many a second that is in the long run."""
        return min(self._allowed(window) / window.seconds for window in self.windows)

    def take(self, now: float) -> float:
        """Takes the turn of one that is asked now, if it may be.

        Args:
            now: seconds of one clock that only grows.

        Returns:
            0: it is taken; else the seconds until one may be.
        """
        with self._lock:
            if (wait := self._wait(now)) <= 0:
                self._asked.append(now)
                longest = max(window.seconds for window in self.windows)
                while self._asked[0] < now - longest:
                    self._asked.popleft()
            return wait

    def answered(self, status: int, headers: Mapping[str, str], now: float) -> None:
        """Reads what an answer says of the quota; `headers` by names in lower case."""
        with self._lock:
            self._answered(status, headers, now)

    def _wait(self, now: float) -> float:
        until = self._held_until
        for window in self.windows:
            if len(self._asked) >= (allowed := self._allowed(window)):
                until = max(until, self._asked[-allowed] + window.seconds)
        return max(0.0, until - now)

    def _answered(self, status: int, headers: Mapping[str, str], now: float) -> None:
        told = {name: value for prefix in _PREFIXES for name, value in _told(headers, prefix)}
        self.windows = policies(policy_text(headers)) or self.windows
        left, reset = _number(told.get("remaining")), _seconds(told.get("reset"))
        if left is not None and reset is not None and left <= self._others(reset):
            self._hold(reset, now)
        if status != 429:  # noqa: PLR2004 - HTTP's
            self._refused = 0
            return
        self._refused += 1
        wait = _seconds(headers.get("retry-after"))
        self._hold(_BACKOFF.seconds(self._refused) if wait is None and reset is None else wait or reset or 0.1, now)

    def _allowed(self, window: Policy) -> int:
        return max(1, int(window.limit * self._share))

    def _others(self, reset: float) -> float:
        """What is left to others of the window that starts anew in so many seconds."""
        fitting = [window for window in self.windows if window.seconds >= reset]
        window = min(fitting or self.windows, key=lambda each: each.seconds)
        return window.limit * self._reserve

    def _hold(self, seconds: float, now: float) -> None:
        self._held_until = max(self._held_until, now + min(seconds, _MOST_SECONDS))


def _told(headers: Mapping[str, str], prefix: str) -> list[tuple[str, str]]:
    return [(name.removeprefix(prefix), value) for name, value in headers.items() if name.startswith(prefix)]


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _seconds(text: str | None) -> float | None:
    """A number of seconds; a point in time is one by whoever's clock, and no wait."""
    number = _number(text)
    return None if number is None or number > _EPOCH else number
