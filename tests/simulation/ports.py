"""What the service speaks to, as one instance sees it: Bluecore, the topics of failures, and their watch."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from consumer.delivery.parking import CaughtUp, Change, Parked, Unparked, digest_of
from consumer.delivery.task import Task
from consumer.kafka.headers import ORDERING_KEY_HEADER, failure_headers
from consumer.records import Answer, Failure, OrderClass, Outcome, Partition, Reason, Receipt, Record
from tests.delivery.endpoints import PUSHED_BACK_SECONDS
from tests.simulation.bluecore import TURNED_AWAY
from tests.simulation.brokers import DEAD, RETRY, Place, Stored
from tests.simulation.net import Net
from tests.simulation.oracle import CONSENT, without

OVERLOADED = Answer(503, seconds=PUSHED_BACK_SECONDS)
_ROUNDING = 1e-6  # seconds


@dataclass(slots=True, eq=False)
class SimPublisher:
    net: Net
    excused: Callable[[], bool]
    max_age: float
    """Seconds."""
    confirmed: set[str] = field(default_factory=set)
    """The idempotency keys of which the service knows that there is a receipt."""
    outstanding: Counter[str] = field(default_factory=Counter)
    """Those of which it knows that a receipt is on its way."""
    acknowledged: dict[int, str] = field(default_factory=dict)
    tickets: set[int] = field(default_factory=set)
    results: list[tuple[int, str | None]] = field(default_factory=list)

    def publish(self, ticket: int, task: Task) -> None:
        world = self.net.world
        world.after(world.random.uniform(0.001, 0.05), lambda: self._write(ticket, task))

    def _result(self, ticket: int, error: str | None, *, receipt: str | None = None) -> None:
        def arrive() -> None:
            if receipt is not None:
                self.acknowledged[ticket] = receipt
            self.results.append((ticket, error))

        if delay := self.net.delay():
            self.net.world.after(delay, arrive)
        else:
            arrive()

    def _write(self, ticket: int, task: Task) -> None:
        failure, record, oracle = task.failure, task.record, self.net.oracle
        if failure is None:
            raise AssertionError("a record was published that has not failed")
        if self.net.brokers.broken or self.net.world.chance(self.net.writes_fail):
            self._result(ticket, "the brokers do not answer")
            return
        place = record.origin, record.origin_offset
        part = task.part_left
        where = task.addressee
        numbers = oracle.produced[place].numbers(part, where)
        if oracle.produced[place].refused not in numbers:
            numbers = without(numbers, failure.which)
        if failure.outcome is Outcome.RETRY:
            if any((place, each) in oracle.retried_events for each in numbers) or self.excused():
                oracle.excused[place] += oracle.produced[place].requests
            oracle.retried.add(place)
            oracle.left_out(place, failure.which)
            oracle.consents_parked += any(oracle.produced[place].class_of(each) is CONSENT for each in numbers)
            oracle.retried_events |= {(place, each) for each in numbers}
        else:
            age = self.net.world.time - (record.event_time_ms or 0) / 1000
            too_old = failure.reason is Reason.TOO_OLD and age > self.max_age
            oracle.dead_lettered(place, numbers, failure.which, too_old=too_old)
        key = task.parking_key if failure.outcome is Outcome.RETRY else None
        topic = RETRY if failure.outcome is Outcome.RETRY else DEAD
        stored = written(record, failure, key, task.kind, part, self.net.world.time, where)
        self.net.brokers.append(topic, stored, where.encode() if where else task.ordering_key)
        self._result(ticket, None)

    def receipt(self, ticket: int, receipt: Receipt) -> None:
        world = self.net.world
        receipt = receipt._replace(idempotency_key=receipt.idempotency_key.partition("@")[0])
        if ticket not in self.tickets:
            self.tickets.add(ticket)
            self.outstanding[receipt.idempotency_key] += 1
        world.after(world.random.uniform(0.001, 0.05), lambda: self._write_receipt(ticket, receipt))

    def _write_receipt(self, ticket: int, receipt: Receipt) -> None:
        receipts = self.net.oracle.receipts
        if receipts is None:
            raise AssertionError("a receipt was written, and none are asked for")
        if self.net.brokers.broken or self.net.world.chance(self.net.writes_fail):
            self._result(ticket, "the brokers do not answer")
            return
        receipts[receipt.idempotency_key].add(receipt.outcome)
        self._result(ticket, None, receipt=receipt.idempotency_key)

    def poll(self, seconds: float = 0) -> list[tuple[int, str | None]]:  # noqa: ARG002 - time passes outside
        results, self.results = self.results, []
        came = [self.acknowledged.pop(ticket) for ticket, _ in results if ticket in self.acknowledged]
        self.confirmed.update(came)
        self.outstanding.subtract(came)
        return results

    def close(self, seconds: float) -> None:
        """Nothing is kept back here."""


def written(  # noqa: PLR0913, PLR0917 - as the headers have them
    record: Record,
    failure: Failure,
    key: bytes | None,
    kind: OrderClass,
    part: OrderClass | None,
    now: float,
    destination: str | None = None,
) -> Stored:
    """A failed record as it lies in its topic."""
    headers: Any = tuple(
        (name, value.encode() if isinstance(value, str) else value)
        for name, value in failure_headers(record, failure, key, kind, part, destination)
    )
    return Stored(record.key, record.value, int(now * 1000), headers)


@dataclass(slots=True, eq=False)
class SimClient:
    """`on_wait` lets time pass where the service waits inside of a callback; `excused` is asked at each arrival."""

    net: Net
    on_wait: Callable[[float], None]
    excused: Callable[[], bool]
    most: int
    """How many requests may be in flight."""
    rate: float = 0
    """How many may start in a second; 0: as many as you like."""
    route_rate: float = 0
    """The same of the searches alone."""
    delivered: set[Place] = field(default_factory=set)
    answers: list[tuple[int, Answer]] = field(default_factory=list)
    out: dict[int, str] = field(default_factory=dict)
    sent_to: dict[int, str] = field(default_factory=dict)
    """By ticket, the endpoint."""
    known: dict[int, Place] = field(default_factory=dict)
    accepted: dict[int, str] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    """Requests that this instance was told to be accepted: it must never send them again, whatever leaves it."""
    orphans: set[int] = field(default_factory=set)
    """Sends of partitions that have left since: what becomes of them is not this instance's knowledge any more."""
    unsure: set[int] = field(default_factory=set)
    """Sends of partitions whose commits could not be asked since: their records may go again, even beside them."""
    blamed: set[int] = field(default_factory=set)
    """Sends of records that are always answered so: once that is known, that asks nothing of the others."""
    sent_at: defaultdict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    """By endpoint, within the last second, where there is a rate."""
    searched_at: deque[float] = field(default_factory=deque)
    held_until: dict[str, float] = field(default_factory=dict)
    """By destination."""
    held: float = 0.0
    """For how many seconds Bluecore has asked for no requests, in all."""

    @property
    def in_flight(self) -> int:
        return len(self.out) + len(self.answers)

    def send(
        self,
        ticket: int,
        body: bytes,
        idempotency_key: str,
        traceparent: str | None = None,  # noqa: ARG002 - traces are of no account here
        destination: str = "",
    ) -> None:
        world = self.net.world
        place, _ = self.net.oracle.request(idempotency_key)
        if place not in self.net.oracle.retried:  # there may be two copies of it in the retry topic
            if idempotency_key in self.told and not self.net.oracle.is_overtaken(idempotency_key):
                raise self.net.oracle.broke(f"{idempotency_key} is sent again by the process that had delivered it")
            if any(key == idempotency_key and ticket not in self.unsure for ticket, key in self.out.items()):
                raise self.net.oracle.broke(f"{idempotency_key} is sent beside itself")
        self.out[ticket] = idempotency_key
        self.sent_to[ticket] = destination
        self.net.oracle.sent(idempotency_key)
        self._pace(destination)
        if self.route_rate and orjson.loads(body)["event"] == "search":
            self._keep_to(self.route_rate, self.searched_at)
        latency = self.net.bluecore.latency(len(self.out), world.time)
        if latency is None:
            world.after(PUSHED_BACK_SECONDS, lambda: self._answer(ticket, OVERLOADED))
            return
        cut_off = self.excused()

        def arrive() -> None:
            excused = cut_off or self.excused()
            answer = self.net.bluecore.receive(body, idempotency_key, destination, excused=excused)
            world.after(latency / 2, lambda: self._answer(ticket, answer._replace(seconds=latency)))

        world.after(latency / 2, arrive)

    def _pace(self, destination: str) -> None:
        """No second sees more than the configured rate, and nothing goes while Bluecore has asked for none."""
        now = self.net.world.time
        out = sum(self.sent_to[ticket] == destination for ticket in self.out)
        if out > self.most:
            raise self.net.oracle.broke(f"{out} requests are in flight, and {self.most} may be")
        # What is asked of a record that is known to fail while others pass is asked of that record alone.
        held_until = self.held_until.get(destination, 0.0)
        if not self.net.trickles and now < held_until - _ROUNDING:
            raise self.net.oracle.broke(f"a request went {held_until - now:.3f} s before Bluecore wanted any")
        if self.rate:
            self._keep_to(self.rate, self.sent_at[destination])

    def _keep_to(self, rate: float, sent_at: deque[float]) -> None:
        now = self.net.world.time
        sent_at.append(now)
        while sent_at[0] <= now - 1 + _ROUNDING:
            sent_at.popleft()
        if len(sent_at) > rate:
            raise self.net.oracle.broke(f"{len(sent_at)} requests in a second, and {rate} may be")

    def _answer(self, ticket: int, answer: Answer) -> None:
        if answer.status == 202:
            self.accepted[ticket] = self.out[ticket]
        place, last = self.net.oracle.request(self.out.pop(ticket))
        if self.net.oracle.produced[place].kind in TURNED_AWAY:
            self.blamed.add(ticket)
        if answer.status == 202 and last and place not in self.net.oracle.retried and ticket not in self.orphans:
            self.known[ticket] = place
        self.answers.append((ticket, answer))

    def wait(self, seconds: float) -> list[tuple[int, Answer]]:
        if not self.answers:
            self.on_wait(seconds)
        answers, self.answers = self.answers, []
        for ticket, answer in answers:
            if ticket not in self.blamed and (hold := self.net.bluecore.hold_of(answer)) is not None:
                now, where = self.net.world.time, self.sent_to[ticket]
                before = self.held_until.get(where, 0.0)
                self.held += max(0.0, now + hold - max(now, before))
                self.held_until[where] = max(before, now + hold)
        came = {ticket: self.accepted.pop(ticket) for ticket, _ in answers if ticket in self.accepted}
        self.told |= {key for ticket, key in came.items() if ticket not in self.unsure}
        self.delivered.update(self.known.values())
        self.known.clear()
        return answers

    def forget(self, partitions: Sequence[Partition]) -> None:
        """These partitions have left: should they come back, their records are as new."""
        request = self.net.oracle.request
        self.orphans |= {ticket for ticket, key in self.out.items() if request(key)[0][0] in partitions}
        self.known = {ticket: place for ticket, place in self.known.items() if place[0] not in partitions}
        self.delivered -= {place for place in self.delivered if place[0] in partitions}

    def forget_all(self, partitions: Sequence[Partition]) -> None:
        """Without the group's commit it cannot be known whether what was settled here still counts."""
        self.forget(partitions)
        request = self.net.oracle.request
        self.told = {key for key in self.told if request(key)[0][0] not in partitions}
        on_their_way = self.out | self.accepted
        self.unsure |= {ticket for ticket, key in on_their_way.items() if request(key)[0][0] in partitions}

    def close(self) -> None:
        """Nothing is open."""


@dataclass(slots=True, eq=False)
class SimWatch:
    """Follows the retry topic some time behind."""

    net: Net
    positions: dict[Partition, int] = field(default_factory=dict)
    parked: dict[tuple[Partition, int], Parked] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)
    looks_at: float = 0.0

    def __post_init__(self) -> None:
        self.positions = {each: self.net.brokers.position(each) for each in self.net.brokers.of_topic(RETRY)}

    def catch_up(self, number: int) -> None:
        self.asked.append(number)

    def changes(self) -> Sequence[Change]:
        if self.net.world.time < self.looks_at:
            return ()
        lag = self.net.world.random.uniform(0.05, 0.5)
        self.looks_at = self.net.world.time + lag
        found: list[Change] = []
        for partition, position in self.positions.items():
            log = self.net.brokers.log(partition)
            for offset in log.offsets_from(position):
                past, key = log.pasts[offset], dict(log.records[offset].headers).get(ORDERING_KEY_HEADER)
                if past is not None and key is not None:
                    at = (partition, offset)
                    stored = log.records[offset]
                    digest = digest_of(stored.key, stored.value)
                    self.parked[at] = parked = Parked(key, past.origin, past.offset, at, past.parks, digest)
                    found.append(parked)
            self.positions[partition] = log.end
        for at, parked in list(self.parked.items()):
            partition, offset = at
            committed, settled = self.net.brokers.settled_by(partition)
            if offset < committed or offset in settled:
                del self.parked[at]
                found.append(Unparked(parked.key, parked.origin, parked.offset, at))
        found += [CaughtUp(number) for number in self.asked]
        self.asked.clear()
        return found

    def close(self) -> None:
        """No thread to end."""
