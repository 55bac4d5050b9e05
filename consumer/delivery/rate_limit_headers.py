"""What an endpoint's headers say of its limits: `Retry-After` and `RateLimit-*`.

Headers come from outside: what does not parse says nothing, and no wait is longer than the policy's cap.
Sources: RFC 9110 10.2.3 (Retry-After: seconds or a date); draft-ietf-httpapi-ratelimit-headers up to 07
(`RateLimit-Limit`, `-Remaining`, `-Reset`), which Bluecore's newer APIs answer, also as `x-ratelimit-*`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

_EPOCH = 1_000_000_000  # a reset above this is a point in time, not a number of seconds


@dataclass(frozen=True, slots=True)
class Quota:
    """How many requests are left, and in how many seconds the count starts anew."""

    remaining: int
    reset_seconds: float


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds to wait; None where there is no header or it does not parse. `now`: seconds since the epoch."""
    text = headers.get("retry-after")
    if text is None:
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
    """The quota that the headers tell; None where they do not, or not whole."""
    for prefix in ("ratelimit-", "x-ratelimit-"):
        remaining = _number(headers.get(prefix + "remaining"))
        reset = _number(headers.get(prefix + "reset"))
        if remaining is not None and reset is not None:
            seconds = reset - now if reset > _EPOCH else reset
            return Quota(int(remaining), max(0.0, seconds))
    return None


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None
