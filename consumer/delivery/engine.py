"""The core of delivery: records, answers and the time go in; sends, writes, pauses and commits come out.

It does no I/O, reads no clock and starts no thread, so that a simulation can run it through years of faults in
seconds. `now` is always seconds since the epoch, on a clock that never goes back. A result (`answered`, `written`) is
reported under the ticket of its send or write, exactly once.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from itertools import count

from consumer.delivery.backoff import Backoff
from consumer.delivery.breaker import Breaker
from consumer.delivery.buffer import Buffer
from consumer.delivery.concurrency import Concurrency
from consumer.delivery.flood import FloodGauge
from consumer.delivery.giving_up import after_failures, parked, refused, unmappable
from consumer.delivery.lanes import Lane, Lanes
from consumer.delivery.offset_map import LIMIT, decode, encode
from consumer.delivery.parking import Parked, ParkedKeys, Unparked
from consumer.delivery.policy import DeliveryPolicy
from consumer.delivery.settled import SettledOffsets
from consumer.delivery.task import Commit, Decisions, PartitionState, Settlement, Task
from consumer.delivery.throttle import Throttle
from consumer.delivery.verdict import Verdict
from consumer.records import Answer, Mapped, Outcome, Partition, Reason, Record, Reject, Skip

FLOOD = "dead_letter_flood"
_REWRITE = Backoff(0.5, 30)
_LOWER_PRIORITY_SHARE = 0.5
_MAP_TOO_FULL = 0.75
_MOST_BEYOND = 100_000
_SHORTEST_WAIT = 0.001
_CATCH_UP_SECONDS = 0.05


class Engine:
    """Drives every assigned partition. One thread calls it."""

    def __init__(self, policy: DeliveryPolicy, parked_keys: ParkedKeys | None = None) -> None:
        self._policy = policy
        self.parked = parked_keys if parked_keys is not None else ParkedKeys()
        self.breaker = Breaker(policy.breaker)
        self.throttle = Throttle(policy.throttle)
        self.concurrency = Concurrency(policy.concurrency)
        self._flood = FloodGauge(policy.flood)
        self._lanes: Lanes[Task] = Lanes()
        self._partitions: dict[Partition, PartitionState] = {}
        self._out: dict[int, Task] = {}
        self._tickets = count(1)
        self._next_commit = 0.0
        self._top_priority = 0
        self._decided = Decisions()
        # Redeliveries wait for minutes: their own buffer, so that a pile of them never stops the topics.
        self.buffer = Buffer(policy.buffered_records, policy.buffered_bytes)
        self.redelivery_buffer = Buffer(policy.buffered_records, policy.buffered_bytes)
        self.in_flight = 0
        self.duplicates_skipped = 0
        self.resent = 0
        self.write_error = ""
        """Why the last write to the retry or dead-letter topic failed; empty once one is acknowledged."""

    # What happens to partitions

    def assign(self, partition: Partition, committed: int | None, metadata: str, priority: int = 0) -> None:
        """`committed` and `metadata` are the group's last commit for the partition; None: there is none."""
        already = decode(committed, metadata) if committed is not None else frozenset[int]()
        self._partitions[partition] = PartitionState(
            partition, priority, partition.topic == self._policy.retry_topic, SettledOffsets(already)
        )
        self._rank()

    def hold(self, partition: Partition, *, held: bool) -> None:
        """Keeps a partition paused for a reason outside delivery: its schema is not to be had just now."""
        if state := self._partitions.get(partition):
            state.held = held

    def drain(self, partitions: Iterable[Partition]) -> None:
        """Drops what has not been sent of these; what is out may still settle."""
        for state in self._states(partitions):
            state.draining = True
            for task in state.lanes.tasks():
                if not task.out:
                    self._buffer_of(state).remove(task.size)
            self._lanes.close(state.lanes)

    def forget(self, partitions: Iterable[Partition]) -> None:
        """The partitions are another's now: what is still out of them settles nothing here."""
        gone = list(partitions)
        self.drain(gone)
        for state in self._states(gone):
            state.active = False
            del self._partitions[state.partition]
        self._rank()

    def outstanding(self, partitions: Iterable[Partition]) -> int:
        """How many sends and writes of these partitions have no result yet."""
        return sum(state.out for state in self._states(partitions))

    @property
    def assigned(self) -> list[Partition]:
        return list(self._partitions)

    @property
    def paused(self) -> list[PartitionState]:
        """The partitions of which no records are taken for now."""
        return [state for state in self._partitions.values() if state.paused]

    def oldest(self) -> dict[str, int | None]:
        """By topic, the event time (ms since the epoch) of the oldest record taken and not settled."""
        oldest: dict[str, int | None] = {}
        for state in self._partitions.values():
            times = [time for task in state.lanes.tasks() if (time := task.record.event_time_ms) is not None]
            topic = state.partition.topic
            known = oldest.get(topic)
            oldest[topic] = min([*times, *([known] if known is not None else [])], default=None)
        return oldest

    # What comes in

    def take(self, record: Record, mapped: Mapped, now: float) -> None:
        """A record that was read, and what mapping made of it."""
        state = self._partitions.get(record.partition)
        if state is None or state.draining:
            return
        state.changed = True
        if not state.settled.take(record.offset):
            self.duplicates_skipped += 1
            return
        if isinstance(mapped, Skip):
            state.settled.settle(record.offset)
            self._decided.settled.append(Settlement(record, Outcome.SKIPPED, ("",)))
            return
        requests = () if isinstance(mapped, Reject) else mapped.requests
        size = record.size + sum(len(request.body) for request in requests)
        priority = 0 if isinstance(mapped, Reject) else mapped.priority
        ordered = not self._policy.ordered_events.isdisjoint(request.event for request in requests)
        task = Task(record, state, requests, priority, size, next(self._tickets), ordered)
        if isinstance(mapped, Reject):
            task.failure = unmappable(mapped, now)
        if record.redelivery is not None:
            self._resume_redelivery(task, now)
        self._buffer_of(state).add(size)
        task.lane = self._lanes.add(state.lanes, self._lane_key(task), task)

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
            self.breaker.passed(task.number, _key(task), now)
            self._flood.delivered(now)
            self._delivered(task)
            return
        if answer.status in {408, 429, None} or (answer.status >= 500 and answer.status != 501):  # noqa: PLR2004
            self.concurrency.answered(None, now)
        if verdict is Verdict.REJECTED:
            self._rejected(task, answer, now)
        elif verdict is Verdict.FAILED:
            self._failed(task, answer, now)
        elif verdict is Verdict.REFUSED:
            self.breaker.trip(task.number, now, _name(answer))
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
            self._free(task)
        elif error is None:
            self.write_error = ""
            if failure.outcome is Outcome.RETRY and (key := task.parking_key) is not None:
                self.parked.apply(Parked(key, task.record.origin, task.record.origin_offset))
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
        self._balance(decided)
        decided.wake_at = self._wake_at(now)
        return decided

    def commits(self, now: float, *, force: bool = False) -> list[Commit]:
        """The offsets to commit now: at most once in the policy's interval.

        `force`: those of the partitions that are leaving, whatever the interval.
        """
        if now < self._next_commit and not force:
            return []
        commits = []
        for state in self._partitions.values():
            watermark = state.settled.watermark
            if not state.changed or watermark is None or (force and not state.draining):
                continue
            beyond = state.settled.beyond
            metadata = encode(watermark, beyond)
            state.map_full = self._map_is_full(state, metadata, len(beyond))
            state.changed = False
            commits.append(Commit(state.partition, watermark, metadata))
        if commits:
            self._next_commit = now + self._policy.commit_seconds
        return commits

    def _map_is_full(self, state: PartitionState, metadata: str, beyond: int) -> bool:
        if not state.lanes.lanes:
            return False  # nothing is in hand whose settling would empty it: only reading on does
        fullness = max(beyond / _MOST_BEYOND, len(metadata) / LIMIT if metadata or not beyond else 1.0)
        return fullness > (_MAP_TOO_FULL / 2 if state.map_full else _MAP_TOO_FULL)

    @property
    def next_commit_at(self) -> float:
        """When there is something to commit; infinity while there is nothing."""
        changed = any(state.changed for state in self._partitions.values())
        return self._next_commit if changed else float("inf")

    def commit_failed(self, partitions: Iterable[Partition]) -> None:
        """The commit is lost: it is repeated with the next."""
        for state in self._states(partitions):
            state.changed = True

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
            self._free(task)

    def _rejected(self, task: Task, answer: Answer, now: float) -> None:
        if self.breaker.cause != FLOOD:
            self.breaker.passed(task.number, _key(task), now)
        task.attempts += 1
        task.failure = refused(task, answer, now)
        if task.state.active:
            self._write(task, now)
        else:
            self.breaker.forget_probe(task.number, now)
            self._free(task)

    def _failed(self, task: Task, answer: Answer, now: float) -> None:
        key = _key(task)
        if not self._suspect(task):
            self.breaker.failed(task.number, key, now, _name(answer))
        elif self.breaker.cause == FLOOD:
            self.breaker.trip(task.number, now, FLOOD)
        else:
            self.breaker.doubt(task.number)
        if not self.breaker.open:
            self._charge(task, key, answer, now)
        if task.failure is not None and task.state.active:
            self._write(task, now)
        else:
            self._again(task)

    def _suspect(self, task: Task) -> bool:
        """Whether it is known to fail while others pass."""
        return task.state.redelivers or self.breaker.suspects(_key(task))

    def _charge(self, task: Task, key: Hashable, answer: Answer, now: float) -> None:
        """An attempt is used up; with the last one the record is put off, or given up."""
        redelivers, patience = task.state.redelivers, self._patience(task)
        task.first_failed_at = task.first_failed_at or now
        task.attempts += 1
        if task.attempts < self._policy.attempts:
            task.due = now + self._policy.backoff.seconds(task.attempts)
        elif self.breaker.others_pass(now):
            after_failures(task, answer, self._policy.delays, now)
        elif self._policy.too_old(task.record.event_time_ms, now):
            task.failure = refused(task, answer, now, Reason.TOO_OLD)
        elif not redelivers and self.breaker.suspects(key):
            after_failures(task, answer, self._policy.delays, now)
        else:
            # Nothing else has passed lately: this says as much of the endpoint as of the record.
            task.attempts -= 1
            task.due = now + patience
            if not redelivers:
                self.breaker.trip(task.number, now, _name(answer))

    def _patience(self, task: Task) -> float:
        """Seconds until a failure that was not charged is tried again."""
        delays = self._policy.delays
        return delays[task.redeliveries] if task.state.redelivers and delays else self._policy.backoff.max_seconds

    def _again(self, task: Task, *, first: bool = False) -> None:
        """The head of a lane could not be settled: it goes again, as soon as it is due."""
        lane = task.lane
        if lane is None or lane.closed:
            self._free(task)
        else:
            self._lanes.ready(lane, first=first)

    def _waits(self, task: Task, lane: Lane[Task], now: float) -> bool:
        """Whether the head of a lane cannot go now: it is not due, or its key's place is not known, or it is done."""
        key = task.parking_key
        if task.due > now:
            self._lanes.wait(lane, task.due)
        elif task.failure is not None or task.state.redelivers or key is None:
            return False
        elif not self.parked.known:
            self._lanes.wait(lane, now + _CATCH_UP_SECONDS)
        elif self.parked.holds(key, task.record.origin, task.record.origin_offset):
            # A crash came between its write to the retry topic and the commit.
            self._settle(task, Outcome.RETRY)
        else:
            if self.parked.is_parked(key):
                task.failure = parked(now)
            return False
        return True

    def _next_lane(self, now: float) -> Lane[Task] | None:
        """The next ready lane; as a probe, rather one whose failure would tell something."""
        if not self.breaker.open:
            return self._lanes.next()
        flood = self.breaker.cause == FLOOD
        return self._lanes.next(
            lambda task: task.due <= now and not (flood if task.failure is not None else self._suspect(task))
        )

    def _send(self, task: Task) -> None:
        if self.breaker.open:
            self.breaker.probing(task.number)
        self.throttle.started()
        self.in_flight += 1
        self.resent += task.sent
        task.sent = True
        self._decided.sends.append((self._start(task), task))

    def _write(self, task: Task, now: float) -> None:
        if task.failure is not None and task.failure.outcome is Outcome.DEAD_LETTER and not task.write_failures:
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
        events = tuple(request.event for request in task.requests) or ("",)
        delivered = len(events) if outcome is Outcome.DELIVERED else task.index
        customer = task.requests[0].customer if task.requests else ""
        self._decided.settled.append(Settlement(task.record, outcome, events, delivered, task.failure, customer))
        if state.redelivers and (key := task.parking_key) is not None:
            self.parked.apply(Unparked(key, task.record.origin, task.record.origin_offset))
        self._free(task)
        if task.lane is not None:
            self._lanes.release(task.lane)

    def _free(self, task: Task) -> None:
        self._buffer_of(task.state).remove(task.size)

    def _buffer_of(self, state: PartitionState) -> Buffer:
        return self.redelivery_buffer if state.redelivers else self.buffer

    def _lane_key(self, task: Task) -> Hashable:
        if task.state.redelivers:
            return task.parking_key or task.record.offset
        ordering = self._policy.ordering
        key = task.ordering_key if ordering == "key" else None
        if ordering == "none" or (ordering == "key" and key is None):
            return task.record.offset
        return key

    def _resume_redelivery(self, task: Task, now: float) -> None:
        """A redelivery's number follows from the time: its waits are counted from the first, over any restart."""
        past = task.record.redelivery
        if past is None:
            return
        task.attempts_before = past.attempts
        task.index = min(past.delivered, max(0, len(task.requests) - 1))
        task.first_failed_at = past.first_failed_at_ms / 1000
        # The wait is bounded by our own delays: the header may say anything.
        task.due = due = min(past.not_before_ms / 1000, now + max(self._policy.delays, default=0.0))
        for delay in self._policy.delays[1:] if past.attempts else ():
            due += delay
            if due > now:
                break
            task.redeliveries += 1

    def _balance(self, decided: Decisions) -> None:
        for state in self._partitions.values():
            share = 1.0 if state.redelivers or state.priority == self._top_priority else _LOWER_PRIORITY_SHARE
            full = self._buffer_of(state).pauses(paused=state.paused, share=share)
            pause = full or state.held or state.map_full or state.draining
            if pause != state.paused:
                state.paused = pause
                (decided.pause if pause else decided.resume).append(state.partition)

    def _wake_at(self, now: float) -> float:
        """What may start now and did not waits for an answer or a record, not for the time."""
        times = (self._lanes.next_wake, self.breaker.probe_at, self.throttle.next_at(now))
        return min((max(at, now + _SHORTEST_WAIT) for at in times if at > now), default=float("inf"))

    def _rank(self) -> None:
        self._top_priority = max((state.priority for state in self._partitions.values()), default=0)

    def _states(self, partitions: Iterable[Partition]) -> list[PartitionState]:
        return [state for partition in partitions if (state := self._partitions.get(partition)) is not None]


def _key(task: Task) -> Hashable:
    """What a fault may follow: the customer, or where there is none the record."""
    return task.ordering_key or task.number


def _name(answer: Answer) -> str:
    return f"http_{answer.status}" if answer.status is not None else str(answer.no_answer)
