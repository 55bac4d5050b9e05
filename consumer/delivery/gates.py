"""What may hold a record back though its turn has come: an outage, the endpoint's limits, our own."""

from __future__ import annotations

from consumer.delivery.breaker import Breaker
from consumer.delivery.concurrency import Concurrency
from consumer.delivery.policy import DeliveryPolicy
from consumer.delivery.throttle import Throttle
from consumer.delivery.verdict import Verdict, is_push_back
from consumer.records import Answer


class Gates:
    """The three together. The breaker holds every send; the other two count requests."""

    def __init__(self, policy: DeliveryPolicy, destination: str = "") -> None:
        self.breaker = Breaker(policy.breaker)
        self.throttle = Throttle(policy.throttle_of(destination))
        self.concurrency = Concurrency(policy.concurrency)
        self.said = ""
        """What the endpoint said as it took no request last."""

    def may_pass(self, now: float) -> bool:
        """Whether a record may go: everything is well, or a probe is due."""
        return not self.breaker.open or self.breaker.may_pass(now)

    def allowance(self, now: float, in_flight: int) -> float:
        """How many requests may start now, beside those that are in flight; it may be below 0."""
        allowed = min(self.concurrency.limit - in_flight, self.throttle.allowance(now, in_flight))
        return min(allowed, 1) if self.breaker.open else allowed

    def probing(self, task: int) -> None:
        """The task with this number goes; if the breaker is open, it is its probe."""
        if self.breaker.open:
            self.breaker.probing(task)

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
        """When the next probe is due; infinity while the breaker is closed, or a probe is on its way."""
        return self.breaker.probe_at
