"""Phases in which Bluecore holds us back or answers slowly: a line when one begins and ends, a detail meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import structlog

from consumer.delivery.quota_windows import HeldBy
from consumer.telemetry.health import Health
from consumer.telemetry.metrics import Metrics

log = structlog.get_logger(__name__)

_LOOK_SECONDS: Final = 10.0
_CALM_SECONDS: Final = 60.0
_SLOW_SECONDS: Final = 0.5
"""Below it no answer is slow, whatever is usual."""
_SLOW, _USUAL_AGAIN = 3.0, 1.5
"""Times what is usual."""
_LEARNED: Final = 0.05
"""The weight of one look, so that what is usual follows within some minutes."""
_MUCH_HELD: Final = 0.2
_QUOTA_WEIGHT: Final = 0.1
_MOSTLY_HELD: Final = 0.6
"""Of some ten looks: a burst that waits for seconds is none."""
_WINDOWS: Final[Mapping[int, str]] = {1: "a second", 60: "a minute", 3600: "an hour"}


class Throttled:
    """A phase begins when a fifth of the time since the last look was held; a minute without a hold ends it."""

    def __init__(self, health: Health) -> None:
        self._health = health
        self._looked_at = 0.0
        self._held = 0.0
        self._last = 0.0
        self._begun: float | None = None
        self._held_before = 0.0
        health.detail("throttled", "ok")

    def look(self, held: float, now: float) -> None:
        """`held`: for how long Bluecore has held requests back so far; both in seconds."""
        if now - self._looked_at < _LOOK_SECONDS:
            return
        share = (held - self._held) / (now - self._looked_at) if self._looked_at else 0.0
        if held > self._held:
            self._last = now
        if self._begun is None and share >= _MUCH_HELD:
            self._begun, self._held_before = now, self._held
            log.warning("Bluecore holds us back (429, Retry-After): events wait", share=round(min(share, 1.0), 2))
        self._looked_at, self._held = now, held
        if self._begun is None:
            return
        if now - self._last >= _CALM_SECONDS:
            log.info("Bluecore holds us back no longer", held_seconds=round(held - self._held_before))
            self._begun = None
            self._health.detail("throttled", "ok")
        else:
            spent = round(held - self._held_before)
            self._health.detail(
                "throttled", f"held back for {spent} of the last {now - self._begun + 10:.0f} s (429)"
            )


class HeldByQuota:
    """A phase begins when in most looks something waited for the quota; a minute without that ends it."""

    def __init__(self, health: Health) -> None:
        self._health = health
        self._often = 0.0
        self._last = 0.0
        self._held = False
        health.detail("quota", "ok")

    def look(self, held: Mapping[str, HeldBy], now: float) -> None:
        """`held`: by endpoint, the window that its records wait for, about once a second."""
        self._often += _QUOTA_WEIGHT * (bool(held) - self._often)
        if held:
            self._last = now
            if not self._held and self._often < _MOSTLY_HELD:
                return
            told = ", ".join(f"{name}: {_quota(each)}" if name else _quota(each) for name, each in held.items())
            self._health.detail("quota", told)
            if not self._held:
                self._held = True
                log.warning("Bluecore's quota holds us back: events wait", quota=told)
        elif self._held and now - self._last >= _CALM_SECONDS:
            self._held, self._often = False, 0.0
            self._health.detail("quota", "ok")
            log.info("Bluecore's quota holds us back no longer")


def _quota(held: HeldBy) -> str:
    window = _WINDOWS.get(held.seconds, f"in {held.seconds} s")
    return f"{held.limit} {window}, {held.left} left"


class SlowAnswers:
    """Compares the mean latency between two looks with what is usual here."""

    def __init__(self, metrics: Metrics, health: Health) -> None:
        self._durations = metrics.http_request_duration
        self._health = health
        self._looked_at = 0.0
        self._count, self._sum = 0, 0.0
        self._usual: float | None = None
        self._slow = False
        health.detail("answers", "ok: none yet")

    def look(self, now: float) -> None:
        """`now` in seconds; nothing within some seconds of the last time, and without answers since."""
        if now - self._looked_at < _LOOK_SECONDS:
            return
        self._looked_at = now
        counts, total = self._durations.read()
        answers, seconds = counts[-1] - self._count, total - self._sum
        if answers == 0:
            return
        self._count, self._sum = counts[-1], total
        mean = seconds / answers
        usual = mean if self._usual is None else self._usual
        self._judge(mean, usual)
        if self._slow:
            self._usual = usual  # what is slow is not to become usual
        else:
            self._usual = usual + _LEARNED * (mean - usual)
        word = "slow" if self._slow else "ok"
        self._health.detail("answers", f"{word}: {mean:.3g} s in the mean, usually {usual:.3g} s")

    def _judge(self, mean: float, usual: float) -> None:
        times = {"mean_seconds": round(mean, 3), "usual_seconds": round(usual, 3)}
        if not self._slow and mean >= _SLOW_SECONDS and mean >= _SLOW * usual:
            self._slow = True
            log.warning("Bluecore answers slowly", **times)
        elif self._slow and mean < max(_SLOW_SECONDS, _USUAL_AGAIN * usual):
            self._slow = False
            log.info("Bluecore answers as fast as usual again", **times)
