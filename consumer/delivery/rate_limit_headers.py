"""What an endpoint's headers say of its limits: `Retry-After`, `RateLimit` and `RateLimit-*`.

Headers come from outside: what does not parse says nothing, and no wait is longer than the policy's cap.
Sources: RFC 9110 10.2.3 (Retry-After: seconds or a date); draft-ietf-httpapi-ratelimit-headers, at first
`RateLimit-Limit`, `-Remaining` and `-Reset`, which Bluecore's newer APIs answer, also as `x-ratelimit-*`;
`ratelimit_field` has its later forms.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

from consumer.delivery.ratelimit_field import ratelimit_field

_PREFIXES = ("ratelimit-", "x-ratelimit-")
_LONGEST = 100  # characters of a number or a date
_EPOCH = 1_000_000_000  # a reset above this is a point in time, not a number of seconds


@dataclass(frozen=True, slots=True)
class Quota:
    """How many requests are left, and in how many seconds the count starts anew."""

    remaining: int
    reset_seconds: float


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds to wait; None where there is no header or it does not parse. `now`: seconds since the epoch."""
    text = headers.get("retry-after")
    if text is None or len(text) > _LONGEST:
        return None
    seconds = _number(text)
    if seconds is None:
        try:
            date = parsedate_to_datetime(text)
            # The oldest of the three forms of a date names no zone, and means UTC (RFC 9110 5.6.7).
            seconds = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - now
        except (ValueError, TypeError, OverflowError, IndexError):
            return None
    return max(0.0, seconds)


def quota(headers: Mapping[str, str], now: float) -> Quota | None:
    """The quota that the headers tell, of several the tightest; None where they do not, or not whole."""
    told = [(headers.get(prefix + "remaining"), headers.get(prefix + "reset")) for prefix in _PREFIXES]
    if field := headers.get("ratelimit"):
        told += ratelimit_field(field, headers.get("ratelimit-policy", ""))
    quotas = [quota for each in told if (quota := _quota(*each, now)) is not None]
    return min(quotas, key=lambda quota: (quota.remaining, -quota.reset_seconds), default=None)


def _quota(remaining: str | None, reset: str | None, now: float) -> Quota | None:
    left, at = _number(remaining), _number(reset)
    if left is None or at is None:
        return None
    return Quota(int(left), max(0.0, at - now if at > _EPOCH else at))


def _number(text: str | None) -> float | None:
    if text is None or len(text) > _LONGEST:
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None
