"""What a failed attempt means: charged to the record or not, when the next is due, and when it is given up.

A 5xx, a time-out or a broken connection may be the record's fault or the endpoint's: only what becomes of others can
tell. A suspect is a key whose record failed while another's passed, and every redelivery but of what was only set
aside. `Attempts.failed` decides by this table; the breaker is looked at again before the record is charged:

| breaker | the record | others ready | the breaker | the record |
|---|---|---|---|---|
| closed | no suspect | - | counts its key; opens at so many in a row | charged, unless it opened |
| closed | a suspect | - | learns nothing | charged |
| open | no suspect | - | was it the probe, the next waits longer | not charged |
| open | a suspect | some that are no suspects | was it the probe, another is at once | waits, not charged |
| open | a suspect | none | was it the probe, closes | charged, if it closed |

What turns a record away (401, 403, 404, 405, 3xx, no connection; 429 to a lone request, or again while others pass)
says nothing of it, and is not charged. But the keys that were turned away before another's record passed are suspects
from then on, and what turns a suspect away while others pass is a failure like the above.

What is not charged and is too old becomes a dead letter; where a record makes several events and others of them are
not too old yet, those go on without it. What is charged, by `_charge`:

| attempts | what else | the record |
|---|---|---|
| some left | - | waits with backoff |
| used up | others pass | retry topic; of a redelivery the next delay, or the dead-letter topic |
| used up | too old | dead-letter topic |
| used up | a suspect, and no redelivery | retry topic |
| used up | else: the endpoint is as likely at fault | waits, and the attempt is not counted; no redelivery: trips |
"""

from __future__ import annotations

from collections.abc import Hashable

from consumer.delivery.breaker import Breaker
from consumer.delivery.failures import after_failures, refused
from consumer.delivery.parking import short
from consumer.delivery.policy import DeliveryPolicy
from consumer.delivery.rate_limit_headers import retry_after
from consumer.delivery.task import Task
from consumer.records import Answer, EventRequest, OrderClass, Reason


class Attempts:
    """Holds no state of its own: what it decides stands in the task, what it learns goes to the breaker."""

    def __init__(self, policy: DeliveryPolicy, breaker: Breaker) -> None:
        self._policy = policy
        self._breaker = breaker

    def failed(self, task: Task, answer: Answer, now: float, *, unsuspected_ready: bool) -> None:
        """One attempt has failed; the tables of this module say what follows.

        Args:
            task: the record; it has a failure afterwards if it is not to be sent again.
            answer: what came back.
            now: seconds since the epoch.
            unsuspected_ready: whether there are ready records that are no suspects. Asked only while the breaker is
                open.
        """
        task.failed_at = now
        if not self.suspect(task):
            self._breaker.failed(task.number, suspect_key(task), now, cause_of(answer))
        elif self._breaker.open and unsuspected_ready:
            self._breaker.release_probe(task.number, now)
            task.due = now + self._uncharged_wait(task)
        else:
            # Else it would stay open for ever where nothing but suspects is left to probe with.
            self._breaker.close_by(task.number)
        if self._breaker.open:
            self._end_if_too_old(task, answer, now)
            return
        self._charge(task, answer, now)
        if self.own_fault(task) and (asked := retry_after(answer.headers, now)) is not None:
            task.due = max(task.due, now + min(asked, self._policy.throttle.max_hold_seconds))

    def turned_away(self, task: Task, answer: Answer, now: float) -> None:
        """The endpoint took no request (401, 403, 404, 405, 3xx, no connection), or pushed this one back again (429).

        Nothing is charged. A record that others pass by meanwhile is a suspect from then on.
        """
        task.failed_at = now
        self._breaker.turned_away(suspect_key(task))
        self._end_if_too_old(task, answer, now)

    def accused(self, task: Task, now: float) -> bool:
        """Whether what turns a record away speaks of the record: a suspect's, while others pass.

        In an outage it says as much of the endpoint as any other record's answer.
        """
        return self.own_fault(task) and self._breaker.others_pass(now)

    def passed_by(self, task: Task) -> bool:
        """Whether others have passed since the record failed or was turned away last."""
        return task.failed_at > 0 and self._breaker.passed_since(task.failed_at)

    def own_fault(self, task: Task) -> bool:
        """Whether it has been seen that its key fails while others pass."""
        return self._breaker.suspects(suspect_key(task))

    def suspect(self, task: Task) -> bool:
        """Whether it is known to fail while others pass; what was only set aside has never failed."""
        past = task.record.redelivery
        aside = self._policy.several and past is not None and not past.attempts
        return (task.state.redelivers and not aside) or self.own_fault(task)

    def resume(self, task: Task, now: float) -> None:
        """Goes on with a redelivery from what its headers say: what it has waited through since is not known."""
        past = task.record.redelivery
        if past is None:
            return
        task.attempts_before = past.attempts
        task.first_failed_at = past.first_failed_at_ms / 1000
        # The wait is bounded by our own delays: the header may say anything.
        task.due = min(past.not_before_ms / 1000, now + max(self._policy.delays, default=0.0))

    def _charge(self, task: Task, answer: Answer, now: float) -> None:
        redelivers = task.state.redelivers
        task.first_failed_at = task.first_failed_at or now
        task.attempts += 1
        if task.attempts < self._policy.attempts:
            task.due = now + self._policy.backoff.seconds(task.attempts)
        elif self._breaker.others_pass(now):
            after_failures(task, answer, self._policy.delays, now)
        elif self._end_if_too_old(task, answer, now):
            pass
        elif not redelivers and self.own_fault(task):
            after_failures(task, answer, self._policy.delays, now)
        else:
            task.attempts -= 1
            task.due = now + self._uncharged_wait(task)
            if not redelivers:
                self._breaker.trip(task.number, now, cause_of(answer))

    def _end_if_too_old(self, task: Task, answer: Answer, now: float) -> bool:
        """Whether the present request was too old: it ends, and so does the record if all that is left of it is."""
        present = task.request
        if not present.link and not self._too_old(task, present, now):
            return False
        # A link is as old as what it goes ahead of.
        if all(each.link or self._too_old(task, each, now) for each in task.requests[task.index :]):
            task.fail(refused(task, answer, now, Reason.TOO_OLD))
        elif present.link:
            return False
        else:
            task.give_up(refused(task, answer, now, Reason.TOO_OLD))
        return True

    def _too_old(self, task: Task, request: EventRequest, now: float) -> bool:
        """By its route's own time and limit, or by the record's time and the general limit."""
        if request.until_ms is not None:
            return now * 1000 > request.until_ms
        return self._policy.max_age.exceeded(task.record.written_ms, now * 1000)

    def _uncharged_wait(self, task: Task) -> float:
        """Seconds until a failure that was not charged is tried again."""
        delays = self._policy.delays
        return delays[task.redeliveries] if task.state.redelivers and delays else self._policy.backoff.max_seconds


def suspect_key(task: Task) -> Hashable:
    """What a fault may belong to: the ordering key, or where there is none the record.

    A customer's consents are no sign of how their other records fare: neither clears the other of suspicion.
    """
    if task.ordering_key is None:
        return task.number
    key = short(task.ordering_key)
    return (key, task.kind) if task.kind is OrderClass.CONSENT else key


def cause_of(answer: Answer) -> str:
    """An answer in a word, as the cause of an open breaker."""
    return f"http_{answer.status}" if answer.status is not None else str(answer.no_answer)
