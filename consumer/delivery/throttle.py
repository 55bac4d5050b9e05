"""The endpoint's own limits and ours: holds, quotas, and a token bucket as the ceiling.

All of it is endpoint-wide: a 429 answered to one request holds back every request.
"""

from __future__ import annotations

from dataclasses import dataclass

from consumer.backoff import Backoff
from consumer.delivery.quota_windows import HeldBy, QuotaWindows
from consumer.delivery.rate_limit_headers import Quota, quota, retry_after
from consumer.delivery.token_bucket import TokenBucket
from consumer.delivery.verdict import Verdict
from consumer.records import Answer
from consumer.web.quota_policy import policy_text

# A count that starts anew says nothing of a longer window, such as the minute's beside the second's.
_FEELERS = 8
_ROUNDED = 1.0
"""Whole seconds tell when a window ends: it may be so much earlier."""


@dataclass(frozen=True, slots=True)
class ThrottlePolicy:
    """`rate` is a ceiling in requests a second (0: none); a hold is never longer than `max_hold_seconds`.

    `backoff` is for a 429 that does not say how long to wait. `has_quota`: answers will tell of one, and until the
    first one only a few requests go.
    """

    rate: float = 0
    max_hold_seconds: float = 300
    backoff: Backoff = Backoff(0.5, 30)
    has_quota: bool = False


class Throttle:
    """Says how many requests may start now, and when the next may."""

    def __init__(self, policy: ThrottlePolicy) -> None:
        self._policy = policy
        self._bucket = TokenBucket(policy.rate) if policy.rate else None
        self._held_until = 0.0
        self._held_in_all = 0.0
        self._remaining: int | None = None
        self._reset_at = 0.0
        self._reset_from = 0.0
        """The earliest that the window may end, by the same answer."""
        self._feeling = policy.has_quota
        self._windows: QuotaWindows | None = None
        """Once an endpoint has told of its quota's windows."""
        self.pushed_back = 0
        """How often in a row it has asked for fewer requests, and taken none between."""
        self.capped = 0.0
        """The last wait that the endpoint asked for and that was cut to the cap, in seconds; 0: none."""

    def answered(self, answer: Answer, verdict: Verdict, in_flight: int, now: float) -> None:
        """Reads what an answer says of the limits; a quota may not count the `in_flight` requests yet."""
        self._feeling = False
        if verdict is Verdict.DELIVERED or verdict is Verdict.REJECTED:
            self.pushed_back = 0
        if not answer.headers and verdict is not Verdict.THROTTLED:
            return
        wait = retry_after(answer.headers, now)
        left = self._quota_of(answer, in_flight, now)
        if verdict is Verdict.THROTTLED:
            # Requests that were out together are pushed back together: they count as one.
            if now >= self._held_until or not self.pushed_back:
                self.pushed_back += 1
                if self._windows is not None:
                    self._windows.pushed_back(now)
            if wait is None and left is not None and left.remaining == 0:
                wait = left.reset_seconds
            if wait is None:
                wait = self._policy.backoff.seconds(self.pushed_back)
            self.hold(wait, now)
        elif wait is not None and verdict is not Verdict.DELIVERED:
            self.hold(wait, now)

    def _quota_of(self, answer: Answer, in_flight: int, now: float) -> Quota | None:
        """What an answer says of quotas, which is noted."""
        left = quota(answer.headers, now)
        if text := policy_text(answer.headers):
            self._windows = self._windows or QuotaWindows()
            self._windows.told(text)
        if left is not None:
            reset_seconds = min(left.reset_seconds, self._policy.max_hold_seconds)
            self._note(left.remaining - in_flight, reset_seconds, answer.seconds, now)
        return left

    def hold(self, seconds: float, now: float) -> None:
        """Nothing may start for `seconds`, or for longer where an earlier hold says so."""
        if seconds > self._policy.max_hold_seconds:
            self.capped = seconds
            seconds = self._policy.max_hold_seconds
        until = max(self._held_until, now + seconds)
        self._held_in_all += until - max(self._held_until, now)
        self._held_until = until

    def _note(self, remaining: int, seconds: float, age: float, now: float) -> None:
        """Answers overtake each other: within one window the smallest count is the newest.

        What an answer says of the window's end was true when it was sent, at most `age` seconds ago, and was rounded
        up to a whole second: all answers together tell it better than one does.
        """
        if self._windows is not None and not self._windows.spread(remaining, seconds, now):
            return
        reset_at = now + seconds
        reset_from = reset_at - _ROUNDED - age
        may_be_same = reset_from < self._reset_at and self._reset_from < reset_at
        if self._remaining is not None and now < self._reset_at and may_be_same:
            remaining, reset_at = min(self._remaining, remaining), min(self._reset_at, reset_at)
            reset_from = max(self._reset_from, reset_from)
        self._remaining, self._reset_at, self._reset_from = max(0, remaining), reset_at, reset_from

    def allowance(self, now: float, in_flight: int) -> float:
        """How many requests may start now: infinity without a limit.

        After a 429 one goes alone, until one passes: a burst would only be pushed back whole. When a quota's window
        has ended only some go, until an answer tells what is left now.
        """
        if now < self._held_until:
            return 0
        allowed = float("inf") if not self.pushed_back else 1 - in_flight
        if self._remaining is not None:
            if now >= self._reset_at:
                self._remaining, self._feeling = None, True
            else:
                allowed = min(allowed, self._remaining)
        if self._feeling:
            allowed = min(allowed, max(0, _FEELERS - in_flight))
        if self._windows is not None:
            allowed = min(allowed, self._windows.allowance(now))
        return allowed if self._bucket is None else min(allowed, self._bucket.available(now))

    def started(self) -> None:
        if self._remaining is not None:
            self._remaining -= 1
        if self._windows is not None:
            self._windows.take()
        if self._bucket is not None:
            self._bucket.take()

    def next_at(self, now: float) -> float:
        """When the next request may start; `now` when one may at once."""
        if now < self._held_until:
            return self._held_until
        at = now
        if self._remaining is not None and self._remaining <= 0 and now < self._reset_at:
            at = self._reset_at
        if self._windows is not None:
            at = max(at, self._windows.next_at(now))
        return at if self._bucket is None else max(at, self._bucket.next_at(now))

    def held_by_quota(self, now: float) -> HeldBy | None:
        """The window of the endpoint's quota that lets no request go now; None: none does."""
        return self._windows.held_by(now) if self._windows is not None else None

    def held_seconds(self, now: float) -> float:
        """For how long the endpoint has held requests back so far."""
        return self._held_in_all - max(0.0, self._held_until - now)
