"""Plays the service around an engine: a clock that stands until it is told to go on, an endpoint, a broker."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass

from consumer.backoff import Backoff
from consumer.delivery.concurrency import ConcurrencyPolicy
from consumer.delivery.decisions import Commit, Settlement
from consumer.delivery.engine import Engine
from consumer.delivery.parking import ParkedKeys
from consumer.delivery.policy import DeliveryPolicy
from consumer.delivery.task import Task
from consumer.records import Answer, Mapped, Outcome, Partition, Record, Redelivery, Send
from tests.delivery.samples import NOW, ORDERS, RETRY, answer, send

ACCEPTED = answer(202)
POLICY = DeliveryPolicy(ConcurrencyPolicy(maximum=64), backoff=Backoff(0.5, 30), delays=(60, 600, 3600))

DAYS = 2 * 86_400.0

Endpoint = Callable[[Task], Answer]


@dataclass
class Driver:
    """Whatever the engine decides is noted at once; answers and acknowledgements come when the test gives them."""

    engine: Engine
    now: float

    def __init__(self, policy: DeliveryPolicy = POLICY, parked: ParkedKeys | None = None, now: float = NOW) -> None:
        self.engine = Engine(policy, parked)
        self.now = now
        self.sends: dict[int, Task] = {}
        self.writes: dict[int, Task] = {}
        self.paused: set[Partition] = set()
        self.settled: list[Settlement] = []
        self.log: list[str] = []
        """The idempotency keys of all that was sent, in order."""
        self.wake_at = float("inf")
        self._next: defaultdict[Partition, int] = defaultdict(int)

    # Kafka

    def assign(self, *partitions: Partition, priority: float = 0) -> Driver:
        for partition in partitions or (ORDERS,):
            self.engine.partitions.assign(partition, None, "", priority)
        return self

    def take(  # noqa: PLR0913 - a record has that many sides, and a test names one or two
        self,
        key: str | None = None,
        mapped: Mapped | None = None,
        *,
        partition: Partition = ORDERS,
        offset: int | None = None,
        past: Redelivery | None = None,
        value: bytes = b"value",
    ) -> Record:
        """One record is read; without `mapped` it is a purchase."""
        at = self._next[partition] if offset is None else offset
        self._next[partition] = at + 1
        record = Record(partition, at, (key and key.encode()) or None, value, int(self.now * 1000), redelivery=past)
        self.engine.take(record, send("purchase") if mapped is None else mapped, self.now)
        self.decide()
        return record

    def retake(self, written: Task, mapped: Mapped | None = None) -> Record:
        """What was written to the retry topic is read from there, and mapped as it was the first time.

        Args:
            written: what was written.
            mapped: what the whole record is mapped to, where a part of it was written.
        """
        failure, record = written.failure, written.record
        assert failure is not None
        assert failure.outcome is Outcome.RETRY
        past = Redelivery(
            record.origin,
            record.origin_offset,
            attempts=failure.attempts,
            first_failed_at_ms=int(failure.first_failed_at * 1000),
            not_before_ms=int(failure.not_before * 1000),
            delivered=0 if failure.which else failure.delivered,
            which=failure.which,
            timestamp_ms=record.written_ms,
            part=written.part,
            parks=frozenset((written.kind,)),
        )
        key = None if record.key is None else record.key.decode()
        return self.take(key, Send(written.requests) if mapped is None else mapped, partition=RETRY, past=past)

    def commit(self) -> dict[Partition, Commit]:
        self.now += 1
        return {commit.partition: commit for commit in self.engine.partitions.commits.due(self.now)}

    # Time

    def decide(self) -> None:
        decided = self.engine.decide(self.now)
        self.sends |= decided.sends
        self.writes |= decided.writes
        self.log += [task.idempotency_key for _, task in decided.sends]
        self.settled += decided.settled
        self.paused = self.paused - set(decided.resume) | set(decided.pause)
        self.wake_at = decided.wake_at

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.decide()

    # The endpoint and the brokers

    @property
    def in_flight(self) -> list[str]:
        """`topic:partition:offset[:n]` of what was sent and not answered."""
        return [task.idempotency_key for task in self.sends.values()]

    def reply(self, to: str, with_: Answer | int = ACCEPTED) -> None:
        """Answers the one request in flight with this idempotency key."""
        ticket = next(ticket for ticket, task in self.sends.items() if task.idempotency_key == to)
        del self.sends[ticket]
        self.engine.answered(ticket, answer(with_) if isinstance(with_, int) else with_, self.now)
        self.decide()

    def reply_all(self, with_: Answer | int = ACCEPTED) -> None:
        """Answers all that is in flight now."""
        for key in self.in_flight:
            self.reply(key, with_)

    def acknowledge(self, error: str | None = None) -> list[Task]:
        """Answers all the writes that are out now; returns them as they were written: a task may go on afterwards."""
        writes, self.writes = self.writes, {}
        written = [copy(task) for task in writes.values()]
        for ticket in writes:
            self.engine.written(ticket, error, self.now)
        self.decide()
        return written

    def run(self, endpoint: Endpoint, seconds: float = DAYS, *, latency: float = 0.05) -> list[Task]:
        """Answers and acknowledges until nothing is left to do, or for so long; returns all that was written."""
        end, written = self.now + seconds, []
        while True:
            self.decide()
            if self.sends or self.writes:
                self.now += latency
                for key, task in [(task.idempotency_key, task) for task in self.sends.values()]:
                    self.reply(key, endpoint(task))
                written += self.acknowledge()
            elif self.wake_at <= end and self.wake_at < float("inf"):
                assert self.wake_at > self.now, "a time to wake that has passed lets the service spin"
                self.now = self.wake_at
            else:
                return written
            if self.now >= end:
                return written

    # What came of it

    @property
    def outcomes(self) -> dict[int, Outcome]:
        """By offset."""
        return {settlement.record.offset: settlement.outcome for settlement in self.settled}

    def at_rest(self) -> bool:
        """Nothing is counted as taken, waiting, held or in flight any more."""
        buffer, endpoints = self.engine.partitions.buffer, self.engine.endpoints.values()
        budgets = (buffer.memory, buffer.redelivery_memory, *(each.memory for each in endpoints))
        taken = any(budget.records or budget.bytes for budget in budgets)
        mixed = any(each.mixed for each in endpoints)
        held = any(each.held_lanes for each in self.engine.partitions.states)
        return not (taken or mixed or held or self.engine.requests_in_flight)
