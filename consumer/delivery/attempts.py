"""What a failed attempt means: charged to the record or not, when the next is due, and when it is given up."""

from __future__ import annotations

from collections.abc import Hashable

from consumer.delivery.breaker import FLOOD, Breaker
from consumer.delivery.giving_up import after_failures, refused
from consumer.delivery.policy import DeliveryPolicy
from consumer.delivery.task import Task
from consumer.records import Answer, Reason


class Attempts:
    """Holds no state of its own: what it decides stands in the task, what it learns goes to the breaker."""

    def __init__(self, policy: DeliveryPolicy, breaker: Breaker) -> None:
        self._policy = policy
        self._breaker = breaker

    def failed(self, task: Task, answer: Answer, now: float, *, others: bool) -> None:
        """The record or the endpoint is at fault: only what becomes of others can tell.

        `others`: whether there are ready records of which it is not known that they fail.
        """
        if not self.suspect(task):
            self._breaker.failed(task.number, follows(task), now, name_of(answer))
        elif self._breaker.cause == FLOOD:
            self._breaker.trip(task.number, now, FLOOD)
        elif self._breaker.open and others:
            # That a suspect fails says nothing of the endpoint: as a probe, it makes way for the next.
            self._breaker.forget_probe(task.number, now)
            task.due = now + self._patience(task)
        else:
            self._breaker.doubt(task.number)
        if not self._breaker.open:
            self._charge(task, answer, now)
        elif self._policy.too_old(task.record.event_time_ms, now):
            task.fail(refused(task, answer, now, Reason.TOO_OLD))

    def suspect(self, task: Task) -> bool:
        """Whether it is known to fail while others pass."""
        return task.state.redelivers or self._breaker.suspects(follows(task))

    def resume(self, task: Task, now: float) -> None:
        """Goes on with a redelivery from what its headers say: what it has waited through since is not known."""
        past = task.record.redelivery
        if past is None:
            return
        task.attempts_before = past.attempts
        task.skip_delivered(past.delivered)
        task.first_failed_at = past.first_failed_at_ms / 1000
        # The wait is bounded by our own delays: the header may say anything.
        task.due = min(past.not_before_ms / 1000, now + max(self._policy.delays, default=0.0))

    def _charge(self, task: Task, answer: Answer, now: float) -> None:
        """An attempt is used up; with the last one the record is put off, or given up."""
        redelivers = task.state.redelivers
        task.first_failed_at = task.first_failed_at or now
        task.attempts += 1
        if task.attempts < self._policy.attempts:
            task.due = now + self._policy.backoff.seconds(task.attempts)
        elif self._breaker.others_pass(now):
            after_failures(task, answer, self._policy.delays, now)
        elif self._policy.too_old(task.record.event_time_ms, now):
            task.fail(refused(task, answer, now, Reason.TOO_OLD))
        elif not redelivers and self._breaker.suspects(follows(task)):
            after_failures(task, answer, self._policy.delays, now)
        else:
            # Nothing else has passed lately: this says as much of the endpoint as of the record.
            task.attempts -= 1
            task.due = now + self._patience(task)
            if not redelivers:
                self._breaker.trip(task.number, now, name_of(answer))

    def _patience(self, task: Task) -> float:
        """Seconds until a failure that was not charged is tried again."""
        delays = self._policy.delays
        return delays[task.redeliveries] if task.state.redelivers and delays else self._policy.backoff.max_seconds


def follows(task: Task) -> Hashable:
    """What a fault may follow: the customer, or where there is none the record."""
    key = task.ordering_key
    return task.number if key is None else key


def name_of(answer: Answer) -> str:
    """An answer in a word, as the cause of an open breaker."""
    return f"http_{answer.status}" if answer.status is not None else str(answer.no_answer)
