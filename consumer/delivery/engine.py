"""The core of delivery: records, answers and the time go in; sends, writes, pauses and commits come out.

It does no I/O, reads no clock and starts no thread, so that a simulation can run it through years of faults in
seconds. `now` is always seconds since the epoch, on a clock that never goes back. A result (`answered`, `written`) is
reported under the ticket of its send or write, exactly once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from consumer.backoff import Backoff
from consumer.config.destinations import UNNAMED
from consumer.delivery.answers import Answers
from consumer.delivery.arrivals import Arrivals
from consumer.delivery.decisions import Decisions
from consumer.delivery.endpoint import Endpoint
from consumer.delivery.failures import TooLargeToWrite, parked, too_large_to_write, unread_again
from consumer.delivery.lanes import Lane, Lanes
from consumer.delivery.order import KeyOrder, Turn
from consumer.delivery.outbox import Outbox
from consumer.delivery.parking import ParkedKeys
from consumer.delivery.partitions import Partitions
from consumer.delivery.policy import DeliveryPolicy
from consumer.delivery.receipts import Receipts
from consumer.delivery.route_rates import RouteRates
from consumer.delivery.setting_aside import SettingAside
from consumer.delivery.settling import Settling
from consumer.delivery.task import FAILED_FIRST, Task
from consumer.records import Answer, Failure, Mapped, Outcome, Record

_REWRITE = Backoff(0.5, 30)
_SHORTEST_WAIT = 0.001
_ASKED_AGAIN = 0.02
_ROUNDS_AHEAD = 2


class Engine:
    """Drives every assigned partition. One thread calls it."""

    def __init__(self, policy: DeliveryPolicy, parked_keys: ParkedKeys | None = None) -> None:
        self._policy = policy
        self.parked = parked_keys if parked_keys is not None else ParkedKeys()
        self.endpoints = {name: Endpoint(name, policy) for name in dict.fromkeys((UNNAMED, *policy.rates))}
        """By name. Without a name there is always one: what has no destination is counted there."""
        self._endpoints = tuple(self.endpoints.values())
        self.gates = self.endpoints[UNNAMED].gates
        self._lanes: Lanes[Task] = Lanes()
        self._order = KeyOrder(policy, self._lanes, self.parked)
        self.partitions = Partitions(policy, self._lanes, self.endpoints if policy.several else {})
        self._held_routes = self.partitions.held_routes
        self._outbox = Outbox()
        self.receipts = Receipts(self._outbox, self.partitions) if policy.receipts else None
        self._settling = Settling(self._lanes, self._order, self.partitions, self.receipts)
        self._answers = Answers(
            self.endpoints, self._lanes, self.partitions, self._settling, self._outbox, self.receipts
        )
        self._arrivals = Arrivals(policy, self.endpoints, self._order, self.partitions, self._outbox, self.receipts)
        rates = policy.route_rates
        self._route_rates = RouteRates(rates, self._lanes) if rates else None
        self._aside = SettingAside(self._lanes, self.partitions.buffer, self._answers, self._must_wait)
        self.write_error = ""
        """Why the last write to the retry or dead-letter topic failed; empty once one is acknowledged."""
        self.unwritten = 0
        """How many records such a write failed of, each once."""
        self.rewrites_failed = 0
        """How many writes failed of records that one had failed of before."""

    @property
    def removed(self) -> Counter[str]:
        """By a destination that there is no longer, the records of the retry topic that are left where they are."""
        return sum((state.removed.counts for state in self.partitions.states if state.removed), Counter())

    @property
    def destinations(self) -> Collection[str]:
        """The names of those that the configuration has."""
        return self._policy.rates

    @property
    def duplicates_skipped(self) -> int:
        """How many records were read again that had been settled before."""
        return self._arrivals.duplicates_skipped

    @property
    def requests_in_flight(self) -> int:
        """How many requests have no answer yet."""
        return self._outbox.requests_in_flight

    @property
    def resent(self) -> int:
        """How many sends were repetitions."""
        return self._outbox.resent

    @property
    def fetch_demand(self) -> int:
        """How many more records are of use now: none while a round of requests is ready, then up to two.

        So no request waits for a record, and records are read and mapped many at a time, which costs each of them
        less; what is read beyond only waits here instead of in Kafka. Where the keys are few it takes more to find
        as many; and what is ready at a lower priority does not count, for a higher one may come behind it.
        """
        if not self._policy.several:
            return self._demand(UNNAMED)
        # What is ready for one that takes nothing keeps no other from being read for.
        crowded = self.partitions.buffer.crowded
        taking = [
            name for name in self.destinations if name not in crowded and not self.endpoints[name].gates.breaker.open
        ]
        return max(map(self._demand, taking), default=0)

    def _demand(self, destination: str) -> int:
        a_round = self._policy.concurrency.maximum
        lowest = self.partitions.buffer.top_priority
        ready = self._lanes.ready_count(lowest, FAILED_FIRST, destination)
        return 0 if ready >= a_round else _ROUNDS_AHEAD * a_round - ready

    # What comes in

    def take(self, record: Record, mapped: Mapped, now: float) -> None:
        """A record that was read, and what mapping made of it."""
        self._arrivals.take(record, mapped, now)

    def answered(self, ticket: int, answer: Answer, now: float) -> None:
        """The answer to the send with this ticket."""
        self._answers.answered(self._outbox.answered(ticket), answer, now)

    def recovered(self, endpoint: str, now: float) -> None:
        """What kept requests from an endpoint is over, as far as is known: whether it is there is tried at once."""
        self._answers.recovered(endpoint, now)

    def written(self, ticket: int, error: str | None, now: float) -> None:
        """The brokers acknowledged the write or the receipt with this ticket, or (`error`) it failed."""
        if self.receipts is not None and self.receipts.owns(ticket):
            self.receipts.result(ticket, error, now)
            return
        task = self._outbox.written(ticket)
        failure = task.failure
        if failure is not None and failure.outcome is Outcome.RETRY:
            self._order.written(task, acknowledged=error is None)
        if failure is None or not task.state.active:
            if error is not None or failure is None:
                self.partitions.orphans.ended(task, settled=False)
                return
            if self.receipts is not None:
                self.receipts.ended(task, failure.outcome, now)
            self._settling.orphan_settled(task)
        elif error is None:
            self.write_error = ""
            self._settle(task, failure.outcome, now)
        else:
            self._write_again(task, failure, error, now)

    # What is to be done

    def decide(self, now: float) -> Decisions:
        """Everything that may start now. Each decision is returned once."""
        self._lanes.wake(now)
        self._order.release_held()
        self._held_routes.wake(now)
        if self.receipts is not None:
            self.receipts.wake(now)
        self._write_failed(now)
        endpoints = self._endpoints
        if self._route_rates is not None and any(each.takes_more(now) for each in endpoints):
            self._route_rates.wake(now)
        for endpoint in endpoints:
            self._start(endpoint, now)
        more = self._policy.several and self._set_aside(now)
        decided = self._outbox.take()
        self._order.writing([task for _, task in decided.writes])
        self.partitions.buffer.parked_level = self.parked.level
        self.partitions.buffer.balance(decided)
        decided.wake_at = now + _SHORTEST_WAIT if more else self._wake_at(now)
        return decided

    def give_up_detached(self, now: float) -> int:
        """The process ends: what is in hand of topics that are gone, and nobody could read again, goes to its topic.

        Returns:
            How many of these records are not settled yet.
        """
        tasks = self.partitions.detached()
        for task in tasks:
            if not task.in_flight and task.failure is None and task.lane is not None:
                self._lanes.leave(task.lane, task)
                task.fail(unread_again(task, self._policy.delays, now))
                task.lane = self._lanes.add(task.state.lanes, ("detached", task.number), task)
        return len(tasks)

    # The inside

    def _start(self, endpoint: Endpoint, now: float) -> None:
        """Sends to one destination what may go."""
        gates, name, next_lane = endpoint.gates, endpoint.name, self._lanes.next
        breaker, watched = gates.breaker, self._held_routes.watched
        allowed = gates.allowance(now, endpoint.in_flight)
        while (not breaker.open or gates.may_pass(now)) and (lane := next_lane(name)) is not None:
            task = lane.queue[0]
            # Nearly every one has no time before which it may not go, and no key that may be parked.
            may_wait = task.due > now or now >= task.state.lease.until or task.parking_key is not None
            if may_wait and self._must_wait(task, lane, now):
                continue
            if task.failure is not None:
                self._answers.write(task, now)
                continue
            if watched and self._held_routes.keeps_send(lane, now):
                continue
            if allowed < 1:
                if endpoint.in_flight >= gates.concurrency.limit:
                    gates.concurrency.reached()
                self._lanes.ready(lane, first=True)
                break
            if self._route_rates is not None and self._route_rates.keeps(lane, now):
                continue
            allowed -= 1
            self._send(task, endpoint)

    def _set_aside(self, now: float) -> bool:
        """What others wait behind goes to the retry topic; whether there may be more of it."""
        more = False
        for endpoint in self.endpoints.values():
            endpoint.look(now)
            more |= self._aside.go_on(endpoint, now)
        return more

    def _write_again(self, task: Task, failure: Failure, error: str, now: float) -> None:
        self.write_error = error
        if isinstance(error, TooLargeToWrite):
            task.record = task.record.without_value()
            if failure.outcome is Outcome.RETRY:
                task.fail(too_large_to_write(task, error, now))
        if task.write_failures:
            self.rewrites_failed += 1
        else:
            self.unwritten += 1
        task.write_failures += 1
        task.due = now + _REWRITE.seconds(task.write_failures)
        self._answers.requeue(task)

    def _must_wait(self, task: Task, lane: Lane[Task], now: float) -> bool:
        """Whether the head of a lane cannot go now: not due, perhaps not ours, its key's place not known, or done."""
        if task.due > now:
            self._lanes.wait(lane, task.due)
            return True
        if not task.state.lease.holds(now):
            task.state.changed = True  # a commit asks the group
            self._lanes.wait(lane, now + _ASKED_AGAIN)
            return True
        turn = self._order.turn(task)
        if turn is Turn.MAY_GO:
            return False
        if turn is Turn.PARK_BEHIND:
            task.fail(parked(task, now))
            return False
        if turn is Turn.ALREADY_PARKED:
            self._settle(task, Outcome.RETRY, now)
        else:
            self._order.hold_until_known(lane)
        return True

    def _send(self, task: Task, endpoint: Endpoint) -> None:
        if endpoint.gates.breaker.open:
            endpoint.gates.probing(task.number)
        if self._held_routes.watched:
            self._held_routes.probing(task)
        endpoint.started(task)
        self._outbox.send(task)

    def _write_failed(self, now: float) -> None:
        """What has failed goes to its topic at once, whatever holds the sends back; but a flood is held."""
        while (lane := self._lanes.next_at(FAILED_FIRST)) is not None:
            if lane.head.due > now:
                self._lanes.wait(lane, lane.head.due)
            else:
                self._answers.write(lane.head, now)

    def _settle(self, task: Task, outcome: Outcome, now: float) -> None:
        if self.receipts is not None:
            self.receipts.ended(task, outcome, now)
        self._outbox.settled(self._settling.settle(task, outcome))

    def _wake_at(self, now: float) -> float:
        """What may start now and did not waits for an answer or a record, not for the time."""
        times = [
            self._lanes.next_wake,
            self._held_routes.probe_at,
        ]
        for endpoint in self._endpoints:
            times += (endpoint.gates.probe_at, endpoint.gates.throttle.next_at(now))
            if endpoint.mixed:
                times.append(endpoint.given_up_at)
        if self._route_rates is not None:
            times.append(self._route_rates.next_at(now))
        if self.receipts is not None:
            times.append(self.receipts.next_at)
        return min((max(at, now + _SHORTEST_WAIT) for at in times if at > now), default=float("inf"))
