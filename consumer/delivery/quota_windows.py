"""Quotas of several windows that an endpoint tells of: obeyed without being configured, and shared fairly.

Two things hold a request back. Of each window, no more may go than it allows in any stretch of its length: so a burst
across the edge of two of the endpoint's windows is none. And requests go at a pace: that of the slowest window, or of
what is left of one over the time that it is to last, where the answers tell that. All instances of a release are told
the same, so that each gets as much as any other, and together they use it up as it ends. What they are not told, they
find: who is pushed back goes at half its pace, and becomes faster by as much as any other, second by second.
"""

from __future__ import annotations

import math
from collections import deque
from typing import Final, NamedTuple

from consumer.web.quota_policy import Policy, policies

_SLOTS: Final = 20
"""Parts of a window: a request counts for one of them longer than the window lasts, as answers' delays differ."""
_BURST: Final = 8
"""The share of the shortest window that may go at once."""
_TOLD_SECONDS: Final = 1.0
"""The least that is told of when a window ends, as it is told in whole seconds."""
_ROUNDED_UP: Final = 0.5
"""By so many more than there are, on average."""
_FASTER: Final = 0.01
"""By so much of the whole pace a second, after a push-back."""
_SLOWEST: Final = 1 / 64


class HeldBy(NamedTuple):
    """The window that a request waits for: how many it allows in how many seconds, and how many are left of it."""

    limit: int
    seconds: int
    left: int


class _Window:
    """What has gone within one of the windows, by parts of it."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._width = policy.seconds / _SLOTS
        self._slots: deque[list[int]] = deque()
        self._gone = 0

    def left(self, now: float) -> int:
        """How many may go now."""
        oldest = now // self._width - _SLOTS
        while self._slots and self._slots[0][0] < oldest:
            self._gone -= self._slots.popleft()[1]
        return self.policy.limit - self._gone

    def take(self, now: float) -> None:
        slot = int(now // self._width)
        if self._slots and self._slots[-1][0] == slot:
            self._slots[-1][1] += 1
        else:
            self._slots.append([slot, 1])
        self._gone += 1

    def next_at(self, now: float) -> float:
        """When one more may go."""
        if self.left(now) >= 1 or not self._slots:
            return now
        return (self._slots[0][0] + _SLOTS + 1) * self._width


class QuotaWindows:
    """Nothing is held back before a policy was told."""

    def __init__(self) -> None:
        self._text = ""
        self._windows: tuple[_Window, ...] = ()
        self._most_at_once = self._tokens = math.inf
        self._pace = self._left_pace = math.inf
        """Requests a second: of the slowest window, and of what is left of one."""
        self._left_until = 0.0
        self._told_left = 0
        self._share = 1.0
        self._now = -math.inf

    def told(self, text: str) -> None:
        """The policy, as an answer has it."""
        if text == self._text:
            return
        self._text, found = text, policies(text)
        self._windows = tuple(map(_Window, found))
        self._most_at_once = max(1.0, found[0].limit / _BURST) if found else math.inf
        self._pace = min((each.limit / each.seconds for each in found), default=math.inf)
        self._tokens, self._left_until = 1.0, 0.0  # what was left was of the old one

    def spread(self, remaining: int, seconds: float, now: float) -> bool:
        """What is left of the tightest window is to last for so long.

        Returns:
            Whether it is of use: of what is over within the second that is told, the windows themselves know more.
        """
        if not self._windows or seconds <= _TOLD_SECONDS:
            return not self._windows
        self._earn(now)
        self._told_left = max(remaining, 0)
        self._left_pace, self._left_until = max(remaining, 0) / (seconds - _ROUNDED_UP), now + seconds
        return True

    def pushed_back(self, now: float) -> None:
        """The endpoint took no more: others send by the same account, or its windows are other ones."""
        self._earn(now)
        self._share = max(_SLOWEST, self._share / 2)
        self._tokens = min(self._tokens, 1.0)

    def allowance(self, now: float) -> float:
        """How many may go now."""
        if not self._windows:
            return math.inf
        self._earn(now)
        return min(self._tokens // 1, *(window.left(now) for window in self._windows))

    def take(self) -> None:
        """One goes, at the time at which was asked how many may."""
        for window in self._windows:
            window.take(self._now)
        self._tokens -= 1

    def held_by(self, now: float) -> HeldBy | None:
        """The slowest window, where none may go now; of what is left the endpoint knows more, where it has told."""
        if not self._windows or self.allowance(now) >= 1:
            return None
        slowest = min(self._windows, key=lambda window: window.policy.limit / window.policy.seconds)
        left = max(0, slowest.left(now))
        return HeldBy(*slowest.policy, min(left, self._told_left) if now < self._left_until else left)

    def next_at(self, now: float) -> float:
        """When the next may go; `now` when one may at once."""
        if not self._windows:
            return now
        at = max(window.next_at(now) for window in self._windows)
        self._earn(now)
        if self._tokens < 1 and (rate := self._rate) > 0:
            # A token that lacks less than the clock can tell is still a token that is not there yet.
            at = max(at, now + (1 - self._tokens) / rate, math.nextafter(now, math.inf))
        return at

    @property
    def _rate(self) -> float:
        pace = self._pace * self._share
        return min(pace, self._left_pace) if self._now < self._left_until else pace

    def _earn(self, now: float) -> None:
        if not self._windows:
            return
        passed = max(0.0, now - self._now) if self._now > 0 else 0.0
        self._tokens = min(self._most_at_once, self._tokens + passed * self._rate)
        self._share = min(1.0, self._share + passed * _FASTER)
        self._now = now
