"""A flood of dead letters: most of what is taken goes to the dead-letter topic.

No surveyed engine has the third way between crashing (Arroyo, first) and dropping (Arroyo, later): stop the intake,
say so, lose nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from consumer.backoff import Backoff
from consumer.delivery.probe_gate import ProbeGate

DEAD_LETTER_FLOOD = "dead_letter_flood"


@dataclass(frozen=True, slots=True)
class FloodPolicy:
    """A flood: at least `minimum` dead letters within `window_seconds`, and `ratio` of all that was settled."""

    ratio: float = 0.5
    minimum: int = 200
    window_seconds: float = 60


class FloodGauge:
    """Counts over two half windows: the one under way and the one before it."""

    def __init__(self, policy: FloodPolicy) -> None:
        self._policy = policy
        self._halves = [[0, 0], [0, 0]]
        self._turns_at = 0.0

    def delivered(self, now: float) -> None:
        self._turn(now)
        self._halves[1][0] += 1

    def dead_lettered(self, now: float) -> bool:
        """Counts one, and says whether this is a flood."""
        self._turn(now)
        self._halves[1][1] += 1
        delivered, dead = (sum(half[which] for half in self._halves) for which in (0, 1))
        return dead >= self._policy.minimum and dead >= self._policy.ratio * (dead + delivered)

    def reset(self) -> None:
        self._halves = [[0, 0], [0, 0]]

    def _turn(self, now: float) -> None:
        if now < self._turns_at:
            return
        half = self._policy.window_seconds / 2
        stale = now >= self._turns_at + half
        self._halves = [[0, 0] if stale else self._halves[1], [0, 0]]
        self._turns_at = now + half


class FloodGate(ProbeGate):
    """Open in a flood: one record at a time is sent, or written as a dead letter, until one is delivered."""

    def __init__(self, policy: FloodPolicy, waits: Backoff) -> None:
        super().__init__(waits)
        self._gauge = FloodGauge(policy)

    def delivered(self, task: int, now: float) -> None:
        self._gauge.delivered(now)
        self.close_by(task)

    def dead_lettered(self, task: int, now: float) -> None:
        if self._gauge.dead_lettered(now) or self.open:
            self._gauge.reset()
            self.trip(task, now, DEAD_LETTER_FLOOD)
