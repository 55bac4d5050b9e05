"""What may hold a record back though its turn has come: an outage, a flood, the endpoint's limits, our own."""

from __future__ import annotations

from consumer.delivery.breaker import Breaker
from consumer.delivery.concurrency import Concurrency
from consumer.delivery.flood import FloodGate
from consumer.delivery.policy import DeliveryPolicy
from consumer.delivery.throttle import Throttle
from consumer.delivery.verdict import Verdict, is_push_back
from consumer.records import Answer


class Gates:
    """The four together. The breaker holds sends, a flood dead letters too; the other two count requests."""

    def __init__(self, policy: DeliveryPolicy) -> None:
        self.breaker = Breaker(policy.breaker)
        self.flood = FloodGate(policy.flood, policy.breaker.probes)
        self.throttle = Throttle(policy.throttle)
        self.concurrency = Concurrency(policy.concurrency)

    def may_pass(self, now: float) -> bool:
        """Whether a record may go: everything is well, or a probe is due."""
        return self.breaker.may_pass(now) and self.flood.may_pass(now)

    def allowance(self, now: float, in_flight: int) -> float:
        """How many requests may start now, beside those that are in flight; it may be below 0."""
        allowed = min(self.concurrency.limit - in_flight, self.throttle.allowance(now, in_flight))
        return min(allowed, 1) if self.breaker.open or self.flood.open else allowed

    def probing(self, task: int) -> None:
        """The task with this number goes; if a gate is open, it is its probe."""
        for gate in (self.breaker, self.flood):
            if gate.open:
                gate.probing(task)

    def release_probe(self, task: int, now: float) -> None:
        """What came of the task says nothing of any gate: another may be the probe."""
        self.breaker.release_probe(task, now)
        self.flood.release_probe(task, now)

    def measured(self, answer: Answer, verdict: Verdict, now: float, *, suspect: bool) -> None:
        """Reads an answer's latency, or its push-back.

        Args:
            answer: the answer.
            verdict: what it says.
            now: seconds since the epoch.
            suspect: whether it is known of the record that it fails while others pass: that is no push-back.
        """
        if verdict is Verdict.DELIVERED:
            self.concurrency.answered(answer.seconds, now)
        elif not suspect and is_push_back(answer):
            self.concurrency.answered(None, now)

    @property
    def probe_at(self) -> float:
        """When the next probe is due; infinity while no gate is open, or a probe is on its way."""
        return max((gate.probe_at for gate in (self.breaker, self.flood) if gate.open), default=float("inf"))
