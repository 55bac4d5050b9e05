"""What an answer leads to: the record is settled, goes on, goes again, or is given up."""

from __future__ import annotations

from consumer.delivery.attempts import cause_of, suspect_key
from consumer.delivery.breaker import Breaker
from consumer.delivery.endpoint import PATIENCE_SECONDS, Endpoints
from consumer.delivery.failures import refused, refused_in_part
from consumer.delivery.lanes import Lanes
from consumer.delivery.outbox import Outbox
from consumer.delivery.partitions import Partitions
from consumer.delivery.receipts import Receipts
from consumer.delivery.settling import Settling
from consumer.delivery.task import Task
from consumer.delivery.verdict import Verdict
from consumer.records import Answer, Failure, OrderClass, Outcome

# What was turned away goes behind whatever else is ready, or is read, when the next request may go.
_BEHIND_SECONDS = 0.2


class Answers:
    """Judges each answer, tells the gates, and finds the record's next step."""

    def __init__(  # noqa: PLR0913, PLR0917 - the parts of the engine that an answer reaches
        self,
        endpoints: Endpoints,
        lanes: Lanes[Task],
        partitions: Partitions,
        settling: Settling,
        outbox: Outbox,
        receipts: Receipts | None = None,
    ) -> None:
        self._endpoints = endpoints
        self._lanes = lanes
        self._partitions = partitions
        self._settling = settling
        self._outbox = outbox
        self._receipts = receipts
        self._held_routes = partitions.held_routes

    def answered(self, task: Task, answer: Answer, now: float) -> None:
        """The answer to the send of this record, which is not in flight any more."""
        endpoint = self._endpoints[task.endpoint]
        endpoint.in_flight -= 1
        gates, attempts = endpoint.gates, endpoint.attempts
        verdict = endpoint.verdicts.judge(answer)
        if verdict is Verdict.DELIVERED:
            gates.throttle.answered(answer, verdict, endpoint.in_flight, now)
            gates.measured(answer, verdict, now, suspect=False)
            self._passed(gates.breaker, task, now)
            if self._held_routes.watched:
                self._held_routes.delivered(task, now)
            if self._receipts is not None:
                self._receipts.delivered(task, answer, now)
            self._delivered(task, now)
            return
        if (verdict is Verdict.REFUSED or verdict is Verdict.THROTTLED) and attempts.accused(task, now):
            verdict = Verdict.FAILED
        failed = verdict is Verdict.FAILED
        if not (failed and attempts.own_fault(task)):  # else what the answer asks for is asked of this record
            gates.throttle.answered(answer, verdict, endpoint.in_flight, now)
        gates.measured(answer, verdict, now, suspect=failed and attempts.suspect(task))
        if verdict is Verdict.REJECTED:
            self._rejected(task, answer, now)
        elif verdict is Verdict.FAILED:
            self._failed(task, answer, now)
        elif verdict is Verdict.REFUSED:
            gates.said = answer.text
            gates.breaker.refused(task.number, now, cause_of(answer))
            self._turned_away(task, answer, now, until=gates.breaker.probe_at)
        else:
            gates.breaker.release_probe(task.number, now)
            if endpoint.went_alone(task) or attempts.passed_by(task):
                self._turned_away(task, answer, now, until=gates.throttle.next_at(now))
            else:
                task.failed_at = now
                self._held_routes.release_probe(task, now)
                self.requeue(task, first=True)

    def recovered(self, name: str, now: float) -> None:
        """What an endpoint was away for may be over: a probe goes at once, be it what was turned away."""
        breaker = self._endpoints[name].gates.breaker
        until = breaker.probe_at + _BEHIND_SECONDS
        breaker.hurry(now)
        for state in self._partitions.states:
            for lane in state.lanes.lanes.values():
                if lane.head.endpoint == name and lane.head.due == until:
                    lane.head.due = now
        self._lanes.advance(until, now)

    def requeue(self, task: Task, *, first: bool = False) -> None:
        """The head of a lane could not be settled: it goes again, as soon as it is due."""
        lane = task.lane
        if lane is None or lane.closed:
            self._partitions.orphans.ended(task, settled=False)
        else:
            if task.charged != task.endpoint:
                self._partitions.buffer.recount(task)
            self._lanes.ready(lane, first=first)

    def write(self, task: Task, now: float) -> None:
        """What has failed goes to its topic, unless it is one of a flood of dead letters."""
        self._breaker(task).release_probe(task.number, now)
        if not self._held_routes.floods(task) or self._partitions.unread_again(task.state):
            self._outbox.write(task)
        elif task.lane is None or task.lane.closed:
            self._partitions.orphans.ended(task, settled=False)  # who reads it next holds it
        else:
            self._held_routes.keep_letter(task)

    def _delivered(self, task: Task, now: float) -> None:
        if task.kind is OrderClass.CONSENT:
            self._partitions.said(task)
        if task.index + 1 < len(task.requests):
            task.next_request()
            self.requeue(task, first=True)
        elif task.refused or task.given_up:
            task.next_request()
            self._refused_in_part(task, now)
        elif task.state.active:
            self._outbox.settled(self._settling.settle(task, Outcome.DELIVERED))
        else:
            self._settling.orphan_settled(task)

    def _rejected(self, task: Task, answer: Answer, now: float) -> None:
        self._passed(self._breaker(task), task, now)
        task.attempts += 1
        failure = refused(task, answer, now)
        if len(task.requests) > 1 and not task.request.link:
            self._rejected_in_part(task, failure, now)
            return
        task.fail(failure)
        self._held_routes.refused(task, now)
        if task.state.active:
            self.write(task, now)
        else:
            self._breaker(task).release_probe(task.number, now)
            self._partitions.orphans.ended(task, settled=False)

    def _rejected_in_part(self, task: Task, failure: Failure, now: float) -> None:
        """The other requests of the record stand alone: they go on."""
        self._held_routes.refused(task, now)
        self._breaker(task).release_probe(task.number, now)
        task.give_up(failure)
        if task.index < len(task.requests):
            self.requeue(task, first=True)
        else:
            self._refused_in_part(task, now)

    def _refused_in_part(self, task: Task, now: float) -> None:
        """Nothing is left to send of a record of which something was refused."""
        if task.state.active:
            task.rejected_event = task.rejected_event or task.refused[0].event
            task.fail(refused_in_part(task, now))
            self.write(task, now)
        else:
            self._breaker(task).release_probe(task.number, now)
            self._partitions.orphans.ended(task, settled=False)

    def _failed(self, task: Task, answer: Answer, now: float) -> None:
        attempts = self._endpoints[task.endpoint].attempts
        others = self._breaker(task).open and self._lanes.any_ready(
            lambda each: not attempts.suspect(each), task.endpoint
        )
        attempts.failed(task, answer, now, unsuspected_ready=others)
        if task.failure is not None and task.failure.outcome is Outcome.DEAD_LETTER:
            self._held_routes.refused(task, now)
        self._ended_or_again(task, now)

    def _turned_away(self, task: Task, answer: Answer, now: float, *, until: float) -> None:
        """The endpoint takes no request just now, or not this one: the next that may go is another key's."""
        self._endpoints[task.endpoint].attempts.turned_away(task, answer, now)
        if until < float("inf"):
            task.due = max(task.due, until + _BEHIND_SECONDS)
        self._ended_or_again(task, now)

    def _ended_or_again(self, task: Task, now: float) -> None:
        self._held_routes.release_probe(task, now)
        if task.state.sets_aside and self._breaker(task).open:
            task.due = min(task.due, now + PATIENCE_SECONDS)  # it is set aside then, if the outage goes on
        if task.failure is not None and task.state.active:
            self.write(task, now)
        else:
            self.requeue(task)

    @staticmethod
    def _passed(breaker: Breaker, task: Task, now: float) -> None:
        """A record passed: of which key it is need not be worked out where none is known."""
        breaker.passed(task.number, suspect_key(task) if breaker.knows_keys else None, now)

    def _breaker(self, task: Task) -> Breaker:
        return self._endpoints[task.endpoint].gates.breaker
