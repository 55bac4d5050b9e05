"""What the service speaks to, as one instance sees it: Kafka and Bluecore, in virtual time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from consumer.delivery.commits import CommitFailure
from consumer.delivery.offset_map import decode
from consumer.delivery.offset_ranges import OffsetRanges
from consumer.delivery.parking import CaughtUp, Change, Parked, Unparked
from consumer.delivery.task import Commit, Task
from consumer.kafka.headers import ORDERING_KEY_HEADER, failure_headers, redelivery
from consumer.ports import Assigned, Listener
from consumer.records import Answer, OrderClass, Outcome, Partition, Reason, Record
from tests.simulation.bluecore import Bluecore
from tests.simulation.brokers import Brokers, Stored
from tests.simulation.oracle import CONSENT, Oracle, Place, PromiseBroken
from tests.simulation.world import World

RETRY, DEAD = "retry", "dead-letter"
CONSENT_TOPIC = "consents"
MAX_AGE = 120.0


@dataclass(slots=True)
class Net:
    """What all instances share."""

    world: World
    brokers: Brokers
    bluecore: Bluecore
    oracle: Oracle

    def decode(self, committed: int, metadata: str) -> OffsetRanges:
        return decode(committed, metadata)

    def places(self, partition: Partition) -> list[Place]:
        """What each record of a partition was first: its own place, or where a redelivery came from."""
        log = self.brokers.logs[partition]
        if partition.topic != RETRY:
            return [(partition, offset) for offset in range(len(log))]
        origins = [redelivery(record.headers) for record in log]
        return [(each.origin, each.offset) for each in origins if each is not None]

    def parts(self, partition: Partition) -> list[OrderClass | None]:
        """Which part of it each record of a partition is; None: it is whole."""
        past = [redelivery(record.headers) for record in self.brokers.logs[partition]]
        return [None if each is None else each.part for each in past]


@dataclass(slots=True, eq=False)
class SimSource:
    """A group member. `cut_off`: the brokers do not hear it any more, and it does not know yet."""

    net: Net
    listener: Listener
    positions: dict[Partition, int] = field(default_factory=dict)
    paused: set[Partition] = field(default_factory=set)
    committing: bool = False
    cut_off: bool = False
    closed: bool = False
    sent: int = 0
    delivered: set[Place] = field(default_factory=set)
    """What this instance knows to be delivered, and never was in the retry topic."""
    on_drop: Callable[[Sequence[Partition]], None] = lambda _: None

    def poll(self, most: int, seconds: float) -> list[Record]:  # noqa: ARG002 - time passes outside
        if self.cut_off:
            return []
        most = min(most, self.net.world.random.randint(1, 8))
        found: list[Record] = []
        for partition in self.net.world.random.sample(sorted(self.positions), len(self.positions)):
            if partition not in self.paused:
                found += self._read(partition, most - len(found))
        return found

    def _read(self, partition: Partition, most: int) -> list[Record]:
        start = self.positions[partition]
        stored = self.net.brokers.logs[partition][start : start + most] if most > 0 else []
        self.positions[partition] += len(stored)
        return [
            Record(
                partition,
                start + index,
                each.key,
                each.value,
                each.timestamp_ms,
                each.headers,
                redelivery(each.headers) if partition.topic == RETRY else None,
            )
            for index, each in enumerate(stored)
        ]

    @property
    def readable(self) -> bool:
        logs = self.net.brokers.logs
        return not self.cut_off and any(
            position < len(logs[partition])
            for partition, position in self.positions.items()
            if partition not in self.paused
        )

    @property
    def joined(self) -> bool:
        return True

    def pause(self, partitions: Sequence[Partition]) -> None:
        self.paused.update(partitions)

    def resume(self, partitions: Sequence[Partition]) -> None:
        self.paused.difference_update(partitions)

    def commit(self, commits: Sequence[Commit], *, wait: bool = False) -> None:
        for each in commits:
            places, parts = self.net.places(each.partition), self.net.parts(each.partition)
            settled = decode(each.offset, each.metadata)
            beyond = [offset for offset in range(each.offset + 1, len(places)) if offset in settled]
            self.net.oracle.check_commit(each.partition, places, parts, each.offset, beyond)
            known = {offset for offset in range(each.offset + 1, len(places)) if places[offset] in self.delivered}
            if each.partition.topic != RETRY and (forgotten := known.difference(beyond)):
                raise PromiseBroken(f"{each.partition} at {each.offset}: the map forgets {sorted(forgotten)}")
        self.sent = number = self.sent + 1
        if wait:
            self._apply(commits)
        else:
            self.committing = True
            self.net.world.after(self.net.world.random.uniform(0.001, 0.05), lambda: self._arrive(commits, number))

    def _arrive(self, commits: Sequence[Commit], number: int) -> None:
        """A member's commits arrive in the order in which it sent them."""
        self.committing = False
        if self.closed:
            return
        if number == self.sent:
            self._apply(commits)
        else:
            self.listener.on_commit_failed([each.partition for each in commits], "overtaken", CommitFailure.LOST)

    def _apply(self, commits: Sequence[Commit]) -> None:
        owned = [each for each in commits if self.net.brokers.owners.get(each.partition) is self]
        lost = self.cut_off or self.net.world.chance(0.05)
        if not lost:
            for each in owned:
                self.net.brokers.committed[each.partition] = (each.offset, each.metadata)
        if not lost and owned:
            self.listener.on_committed([each.partition for each in owned])
        failed = [each.partition for each in commits if lost or each not in owned]
        if failed:
            self.listener.on_commit_failed(failed, "lost", CommitFailure.LOST)

    def gain(self, partitions: Sequence[Partition]) -> None:
        assigned = []
        for partition in partitions:
            offset, metadata = self.net.brokers.committed.get(partition, (None, ""))
            self.positions[partition] = offset or 0
            self.net.brokers.owners[partition] = self
            assigned.append(Assigned(partition, offset, metadata))
        self.listener.on_assigned(assigned)

    def drop(self, partitions: Sequence[Partition]) -> None:
        for partition in partitions:
            # As in librdkafka, a partition that was paused when it left is paused when it comes back.
            self.positions.pop(partition, None)
        self.on_drop(partitions)

    def close(self) -> None:
        self.closed = True


@dataclass(slots=True, eq=False)
class SimPublisher:
    net: Net
    excused: Callable[[], bool]
    results: list[tuple[int, str | None]] = field(default_factory=list)

    def publish(self, ticket: int, task: Task) -> None:
        world = self.net.world
        world.after(world.random.uniform(0.001, 0.05), lambda: self._write(ticket, task))

    def _write(self, ticket: int, task: Task) -> None:
        failure, record, oracle = task.failure, task.record, self.net.oracle
        if failure is None:
            raise AssertionError("a record was published that has not failed")
        if self.net.brokers.broken or self.net.world.chance(0.03):
            self.results.append((ticket, "the brokers do not answer"))
            return
        place = record.origin, record.origin_offset
        parts = oracle.produced[place].classes if task.part is None else frozenset((task.part,))
        if failure.outcome is Outcome.RETRY:
            if any((place, part) in oracle.retried_parts for part in parts) or self.excused():
                oracle.excused[place] += oracle.produced[place].requests
            oracle.retried.add(place)
            oracle.consents_parked += CONSENT in parts
            oracle.retried_parts |= {(place, part) for part in parts}
        else:
            age = self.net.world.time - (record.event_time_ms or 0) / 1000
            oracle.dead_lettered(place, parts, too_old=failure.reason is Reason.TOO_OLD and age > MAX_AGE)
        key = task.parking_key if failure.outcome is Outcome.RETRY else None
        headers: Any = tuple(
            (name, value.encode() if isinstance(value, str) else value)
            for name, value in failure_headers(record, failure, key, task.kind, task.part)
        )
        topic = RETRY if failure.outcome is Outcome.RETRY else DEAD
        now_ms = int(self.net.world.time * 1000)
        self.net.brokers.append(topic, Stored(record.key, record.value, now_ms, headers))
        self.results.append((ticket, None))

    def poll(self, seconds: float = 0) -> list[tuple[int, str | None]]:  # noqa: ARG002 - time passes outside
        results, self.results = self.results, []
        return results

    def close(self, seconds: float) -> None:
        """Nothing is kept back here."""


@dataclass(slots=True, eq=False)
class SimClient:
    """`on_wait` lets time pass where the service waits inside of a callback; `excused` is asked at each arrival."""

    net: Net
    on_wait: Callable[[float], None]
    excused: Callable[[], bool]
    delivered: set[Place] = field(default_factory=set)
    answers: list[tuple[int, Answer]] = field(default_factory=list)
    out: dict[int, str] = field(default_factory=dict)
    known: dict[int, Place] = field(default_factory=dict)
    accepted: dict[int, str] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    """Requests that this instance was told to be accepted: it must never send them again, whatever leaves it."""
    orphans: set[int] = field(default_factory=set)
    """Sends of partitions that have left since: what becomes of them is not this instance's knowledge any more."""

    @property
    def in_flight(self) -> int:
        return len(self.out) + len(self.answers)

    def send(
        self,
        ticket: int,
        body: bytes,
        idempotency_key: str,
        traceparent: str | None = None,  # noqa: ARG002 - traces are of no account here
    ) -> None:
        world = self.net.world
        place, _ = self.net.oracle.request(idempotency_key)
        if place not in self.net.oracle.retried:  # there may be two copies of it in the retry topic
            if idempotency_key in self.told:
                raise PromiseBroken(f"{idempotency_key} is sent again by the process that had delivered it")
            if idempotency_key in self.out.values():
                raise PromiseBroken(f"{idempotency_key} is sent beside itself")
        self.out[ticket] = idempotency_key
        self.net.oracle.sent(idempotency_key)
        latency = world.random.choice((0.005, 0.02, 0.05, 0.3))
        cut_off = self.excused()

        def arrive() -> None:
            answer = self.net.bluecore.receive(body, idempotency_key, excused=cut_off or self.excused())
            world.after(latency / 2, lambda: self._answer(ticket, answer))

        world.after(latency / 2, arrive)

    def _answer(self, ticket: int, answer: Answer) -> None:
        if answer.status == 202:
            self.accepted[ticket] = self.out[ticket]
        place, last = self.net.oracle.request(self.out.pop(ticket))
        if answer.status == 202 and last and place not in self.net.oracle.retried and ticket not in self.orphans:
            self.known[ticket] = place
        self.answers.append((ticket, answer))

    def wait(self, seconds: float) -> list[tuple[int, Answer]]:
        if not self.answers:
            self.on_wait(seconds)
        answers, self.answers = self.answers, []
        self.told |= {self.accepted.pop(ticket) for ticket, _ in answers if ticket in self.accepted}
        self.delivered.update(self.known.values())
        self.known.clear()
        return answers

    def forget(self, partitions: Sequence[Partition]) -> None:
        """These partitions have left: should they come back, their records are as new."""
        request = self.net.oracle.request
        self.orphans |= {ticket for ticket, key in self.out.items() if request(key)[0][0] in partitions}
        self.known = {ticket: place for ticket, place in self.known.items() if place[0] not in partitions}
        self.delivered -= {place for place in self.delivered if place[0] in partitions}

    def close(self) -> None:
        """Nothing is open."""


@dataclass(slots=True, eq=False)
class SimWatch:
    """Follows the retry topic some time behind."""

    net: Net
    positions: dict[Partition, int] = field(default_factory=dict)
    parked: dict[tuple[Partition, int], Parked] = field(default_factory=dict)
    asked: list[tuple[int, dict[Partition, int]]] = field(default_factory=list)
    looks_at: float = 0.0

    def __post_init__(self) -> None:
        self.positions = {each: self.net.brokers.position(each) for each in self.net.brokers.of_topic(RETRY)}

    def catch_up(self, number: int) -> None:
        ends = {each: len(self.net.brokers.logs[each]) for each in self.positions}
        self.asked.append((number, ends))

    def changes(self) -> Sequence[Change]:
        if self.net.world.time < self.looks_at:
            return ()
        lag = self.net.world.random.uniform(0.05, 0.5)
        self.looks_at = self.net.world.time + lag
        found: list[Change] = []
        for partition, position in self.positions.items():
            for offset in range(position, len(self.net.brokers.logs[partition])):
                headers = self.net.brokers.logs[partition][offset].headers
                past, key = redelivery(headers), dict(headers).get(ORDERING_KEY_HEADER)
                if past is not None and key is not None:
                    at = (partition, offset)
                    self.parked[at] = parked = Parked(key, past.origin, past.offset, at, past.parks)
                    found.append(parked)
            self.positions[partition] = len(self.net.brokers.logs[partition])
        for at, parked in list(self.parked.items()):
            partition, offset = at
            committed, metadata = self.net.brokers.committed.get(partition, (0, ""))
            if offset < committed or offset in decode(committed, metadata):
                del self.parked[at]
                found.append(Unparked(parked.key, parked.origin, parked.offset, at))
        found += [CaughtUp(number) for number, _ in self.asked]
        self.asked.clear()
        return found

    def close(self) -> None:
        """No thread to end."""
