"""The core of delivery: records, answers and the time go in; sends, writes, pauses and commits come out.

It does no I/O, reads no clock and starts no thread, so that a simulation can run it through years of faults in
seconds. `now` is always seconds since the epoch, on a clock that never goes back. A result (`answered`, `written`) is
reported under the ticket of its send or write, exactly once.
"""

from __future__ import annotations

from itertools import count

from consumer.backoff import Backoff
from consumer.delivery.attempts import Attempts, follows, name_of
from consumer.delivery.breaker import FLOOD, Breaker
from consumer.delivery.concurrency import Concurrency
from consumer.delivery.flood import FloodGauge
from consumer.delivery.giving_up import parked, refused, unmappable
from consumer.delivery.lanes import Lane, Lanes
from consumer.delivery.order import KeyOrder, Turn
from consumer.delivery.parking import ParkedKeys
from consumer.delivery.partitions import Partitions
from consumer.delivery.policy import DeliveryPolicy
from consumer.delivery.task import FAILED_FIRST, Decisions, Settlement, Task
from consumer.delivery.throttle import Throttle
from consumer.delivery.verdict import Verdict
from consumer.records import Answer, Mapped, Outcome, Reason, Record, Reject, Skip

_REWRITE = Backoff(0.5, 30)
_SHORTEST_WAIT = 0.001
_ROUNDS_AHEAD = 2


class Engine:
    """Drives every assigned partition. One thread calls it."""

    def __init__(self, policy: DeliveryPolicy, parked_keys: ParkedKeys | None = None) -> None:
        self._policy = policy
        self.parked = parked_keys if parked_keys is not None else ParkedKeys()
        self.breaker = Breaker(policy.breaker)
        self.throttle = Throttle(policy.throttle)
        self.concurrency = Concurrency(policy.concurrency)
        self._flood = FloodGauge(policy.flood)
        self._attempts = Attempts(policy, self.breaker)
        self._lanes: Lanes[Task] = Lanes()
        self._order = KeyOrder(policy, self._lanes, self.parked)
        self.partitions = Partitions(policy, self._lanes)
        self._out: dict[int, Task] = {}
        self._tickets = count(1)
        self._decided = Decisions()
        self.in_flight = 0
        self.duplicates_skipped = 0
        self.resent = 0
        self.write_error = ""
        """Why the last write to the retry or dead-letter topic failed; empty once one is acknowledged."""

    @property
    def appetite(self) -> int:
        """How many more records are of use now: none while a round of requests is ready, then up to two.

        So no request waits for a record, and records are read and mapped many at a time, which costs each of them
        less; what is read beyond only waits here instead of in Kafka. Where the keys are few it takes more to find
        as many; and what is ready at a lower priority does not count, for a higher one may come behind it.
        """
        a_round = self._policy.concurrency.maximum
        ready = self._lanes.ready_at(self.partitions.top_priority)
        return 0 if ready >= a_round else _ROUNDS_AHEAD * a_round - ready

    # What comes in

    def take(self, record: Record, mapped: Mapped, now: float) -> None:
        """A record that was read, and what mapping made of it."""
        state = self.partitions.taking(record.partition)
        if state is None:
            return
        if record.offset < state.settled.next:
            # The topic was truncated or made anew: what was known of its offsets is no more.
            state = self.partitions.begin_anew(state)
        state.changed = True
        if not state.settled.take(record.offset):
            self.duplicates_skipped += 1
            return
        if isinstance(mapped, Skip):
            state.settled.settle(record.offset)
            self._decided.settled.append(Settlement(record, Outcome.SKIPPED, ("",)))
            return
        requests = () if isinstance(mapped, Reject) else mapped.requests
        size = record.size
        ordered = False
        for request in requests:
            size += len(request.body)
            ordered = ordered or request.event in self._policy.ordered_events
        priority = 0 if isinstance(mapped, Reject) else mapped.priority
        task = Task(record, state, requests, priority, size, next(self._tickets), ordered)
        if isinstance(mapped, Reject):
            task.fail(unmappable(mapped, now))
            task.rejected_event = mapped.event
        else:
            self._attempts.resume(task, now)
            self._order.taken(task)
        self.partitions.keep(task)
        task.lane = self._lanes.add(state.lanes, self._order.lane_key(task), task)

    def answered(self, ticket: int, answer: Answer, now: float) -> None:
        """The answer to the send with this ticket."""
        task = self._out.pop(ticket)
        task.out = False
        task.state.out -= 1
        self.in_flight -= 1
        verdict = self._policy.verdicts.judge(answer)
        self.throttle.answered(answer, verdict, self.in_flight, now)
        if verdict is Verdict.DELIVERED:
            self.concurrency.answered(answer.seconds, now)
            self.breaker.passed(task.number, follows(task), now)
            self._flood.delivered(now)
            self._delivered(task)
            return
        if answer.status in {408, 429, None} or (answer.status >= 500 and answer.status != 501):  # noqa: PLR2004
            self.concurrency.answered(None, now)
        if verdict is Verdict.REJECTED:
            self._rejected(task, answer, now)
        elif verdict is Verdict.FAILED:
            others = self.breaker.open and self._lanes.any_ready(lambda each: not self._attempts.suspect(each))
            self._attempts.failed(task, answer, now, others=others)
            if task.failure is not None and task.state.active:
                self._write(task, now)
            else:
                self._again(task)
        elif verdict is Verdict.REFUSED:
            self.breaker.trip(task.number, now, name_of(answer))
            self._again(task)
        else:
            self.breaker.forget_probe(task.number, now)
            self._again(task, first=True)

    def written(self, ticket: int, error: str | None, now: float) -> None:
        """The brokers acknowledged the write with this ticket, or (`error`) it failed."""
        task = self._out.pop(ticket)
        task.out = False
        task.state.out -= 1
        failure = task.failure
        if failure is None or not task.state.active:
            self.partitions.free(task)
        elif error is None:
            self.write_error = ""
            if failure.outcome is Outcome.RETRY:
                self._order.put_off(task)
            self._settle(task, failure.outcome)
        else:
            self.write_error = error
            task.write_failures += 1
            task.due = now + _REWRITE.seconds(task.write_failures)
            self._again(task)

    # What is to be done

    def decide(self, now: float) -> Decisions:
        """Everything that may start now. Each decision is returned once."""
        self._lanes.wake(now)
        self._order.let_go()
        self._write_failed(now)
        allowed = min(self.concurrency.limit - self.in_flight, self.throttle.allowance(now, self.in_flight))
        if self.breaker.open:
            allowed = min(allowed, 1)
        while self.breaker.may_send(now) and (lane := self._next_lane(now)) is not None:
            task = lane.head
            if self._waits(task, lane, now):
                continue
            if task.failure is not None:
                if self.breaker.open:
                    self.breaker.probing(task.number)
                self._write(task, now)
                continue
            if allowed < 1:
                if self.in_flight >= self.concurrency.limit:
                    self.concurrency.reached()
                self._lanes.ready(lane, first=True)
                break
            allowed -= 1
            self._send(task)
        decided, self._decided = self._decided, Decisions()
        self.partitions.balance(decided)
        decided.wake_at = self._wake_at(now)
        return decided

    # The inside

    def _delivered(self, task: Task) -> None:
        if task.index + 1 < len(task.requests):
            task.index += 1
            task.attempts = task.redeliveries = 0
            task.sent = False
            self._again(task, first=True)
        elif task.state.active:
            self._settle(task, Outcome.DELIVERED)
        else:
            self.partitions.free(task)

    def _rejected(self, task: Task, answer: Answer, now: float) -> None:
        if self.breaker.cause != FLOOD:
            self.breaker.passed(task.number, follows(task), now)
        task.attempts += 1
        task.fail(refused(task, answer, now))
        if task.state.active:
            self._write(task, now)
        else:
            self.breaker.forget_probe(task.number, now)
            self.partitions.free(task)

    def _again(self, task: Task, *, first: bool = False) -> None:
        """The head of a lane could not be settled: it goes again, as soon as it is due."""
        lane = task.lane
        if lane is None or lane.closed:
            self.partitions.free(task)
        else:
            self._lanes.ready(lane, first=first)

    def _waits(self, task: Task, lane: Lane[Task], now: float) -> bool:
        """Whether the head of a lane cannot go now: it is not due, or its key's place is not known, or it is done."""
        if task.due > now:
            self._lanes.wait(lane, task.due)
            return True
        turn = self._order.turn(task)
        if turn is Turn.FREE:
            return False
        if turn is Turn.FOLLOWS:
            task.fail(parked(task, now))
            return False
        if turn is Turn.IS_THERE:
            self._settle(task, Outcome.RETRY)
        else:
            self._order.wait_to_know(lane)
        return True

    def _next_lane(self, now: float) -> Lane[Task] | None:
        """The next ready lane; during a flood, rather one that is not a dead letter already."""
        if self.breaker.cause == FLOOD:
            return self._lanes.next(lambda task: task.due <= now and task.failure is None)
        return self._lanes.next()

    def _send(self, task: Task) -> None:
        if self.breaker.open:
            self.breaker.probing(task.number)
        self.throttle.started()
        self.in_flight += 1
        self.resent += task.sent
        task.sent = True
        self._decided.sends.append((self._start(task), task))

    def _write_failed(self, now: float) -> None:
        """What has failed goes to its topic at once, whatever holds the sends back; but a flood is held."""
        while self.breaker.cause != FLOOD and (lane := self._lanes.next_of(FAILED_FIRST)) is not None:
            if lane.head.due > now:
                self._lanes.wait(lane, lane.head.due)
            else:
                self._write(lane.head, now)

    def _write(self, task: Task, now: float) -> None:
        failure = task.failure
        dead = failure is not None and failure.outcome is Outcome.DEAD_LETTER
        # A backlog that is too old is no sign of a bad mapping, which is what a flood is the sign of.
        aged = failure is not None and failure.reason is Reason.TOO_OLD
        if dead and not aged and not task.write_failures:
            flooded = self._flood.dead_lettered(now)
            if flooded or (self.breaker.cause == FLOOD):
                self._flood.reset()
                self.breaker.trip(task.number, now, FLOOD)
        self.breaker.forget_probe(task.number, now)
        self._decided.writes.append((self._start(task), task))

    def _start(self, task: Task) -> int:
        ticket = next(self._tickets)
        self._out[ticket] = task
        task.out = True
        task.state.out += 1
        return ticket

    def _settle(self, task: Task, outcome: Outcome) -> None:
        state = task.state
        state.settled.settle(task.record.offset)
        state.changed = True
        events = tuple([request.event for request in task.requests]) or (task.rejected_event,)
        delivered = len(events) if outcome is Outcome.DELIVERED else task.index
        customer = task.requests[0].customer if task.requests else ""
        self._decided.settled.append(Settlement(task.record, outcome, events, delivered, task.failure, customer))
        self._order.settled(task)
        self.partitions.free(task)
        if task.lane is not None:
            self._lanes.release(task.lane)

    def _wake_at(self, now: float) -> float:
        """What may start now and did not waits for an answer or a record, not for the time."""
        times = (self._lanes.next_wake, self.breaker.probe_at, self.throttle.next_at(now))
        return min((max(at, now + _SHORTEST_WAIT) for at in times if at > now), default=float("inf"))
