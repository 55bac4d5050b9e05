"""One API of one destination: its gates, what is in flight to it, and what of the memory waits for it.

What holds one back says nothing of the others, so that each has all of this for itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from consumer.delivery.attempts import Attempts
from consumer.delivery.gates import Gates
from consumer.delivery.memory_budget import MemoryBudget
from consumer.delivery.policy import DeliveryPolicy
from consumer.delivery.task import Task

PATIENCE_SECONDS = 2.0
"""For so long a destination that is away is waited for before anything is set aside: most are back by then."""
_NEVER = float("inf")


class Endpoint:
    """What the engine knows of one API of a destination.

    Attributes:
        name: its name (`consumer.config.endpoints`); empty is the Events API of the section `bluecore`.
        verdicts: what its answers say.
        memory: what of the topics is taken for it and not settled.
        mixed: how many of these records are of partitions that set aside, and have not been.
    """

    def __init__(self, name: str, policy: DeliveryPolicy) -> None:
        self.name = name
        self.gates = Gates(policy, name)
        self.verdicts = policy.verdicts_of(name)
        self.attempts = Attempts(policy, self.gates.breaker)
        self.memory = MemoryBudget(policy.buffered_records, policy.buffered_bytes)
        self.mixed = 0
        self.in_flight = 0
        self._alone: Task | None = None
        self._away_since = _NEVER

    def started(self, task: Task) -> None:
        """A request of this record goes."""
        self._alone = None if self.in_flight else task
        self.in_flight += 1
        self.gates.throttle.started()

    def takes_more(self, now: float) -> bool:
        """Whether a request may start now."""
        return self.gates.allowance(now, self.in_flight) >= 1

    def went_alone(self, task: Task) -> bool:
        """Whether no other request to this destination was in flight beside the last one of this record."""
        return task is self._alone

    def look(self, now: float) -> None:
        """Notes since when it is away: it is not there, or asks for no requests."""
        if not (self.gates.breaker.open or self.gates.throttle.pushed_back):
            self._away_since = _NEVER
        elif self._away_since == _NEVER:
            self._away_since = now

    def is_away(self, now: float) -> bool:
        """Whether it is, and longer than is waited for."""
        return now - self._away_since >= PATIENCE_SECONDS

    @property
    def given_up_at(self) -> float:
        """When it has been away for so long; infinity while it is there."""
        return self._away_since + PATIENCE_SECONDS


Endpoints = Mapping[str, Endpoint]
