"""One instance, one purpose, many records: nothing fails but what the run is about, so more can be promised."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from random import Random
from typing import Any

import orjson
from prometheus_client import CollectorRegistry

from consumer.delivery.concurrency import ConcurrencyPolicy
from consumer.delivery.policy import DeliveryPolicy
from consumer.delivery.throttle import ThrottlePolicy
from consumer.records import OrderClass, Outcome
from consumer.telemetry.metrics import Metrics
from tests.delivery.endpoints import Make, Serve, power
from tests.simulation.beginnings import Beginnings
from tests.simulation.bluecore import Bluecore
from tests.simulation.brokers import DEAD, Brokers, Place, Stored
from tests.simulation.instance import Instance, Mapper
from tests.simulation.kafka import modelled
from tests.simulation.net import Net
from tests.simulation.oracle import Oracle, Produced, PromiseBroken, key_of
from tests.simulation.setting import POLICY, ROUTED, SUBSCRIPTION, TOPIC, Setting, subscription
from tests.simulation.world import START, World

_A_POLL = 100
_IDLE_SECONDS = 3.0

WIDE = replace(
    POLICY, concurrency=ConcurrencyPolicy(maximum=64), buffered_records=400, throttle=ThrottlePolicy(0, 60)
)


def steady(seconds: float) -> Make:
    """However many requests are in flight."""
    return power(1000, 1, seconds)


def uneven(least: float, most: float) -> Make:
    """However many requests are in flight, each takes as long as chance has it."""
    return lambda noise: lambda _in_flight, _now: noise.uniform(least, most)


def load_of(seed: int, make: Make, policy: DeliveryPolicy = WIDE, **differs: Any) -> Load:
    """A run of this policy; `differs`: what else is not as usual in its setting."""
    return Load(seed, Setting(policy=policy, **differs), make(Random(seed)))


class Load:
    """The run. `now` counts its seconds."""

    def __init__(self, seed: int, setting: Setting, latency: Serve, *, tell: bool = False) -> None:
        random.seed(seed)  # tenacity's jitter takes the module's own chances
        self.world = World(seed, tell=tell)
        self.oracle = Oracle(setting.policy.ordering)
        self.brokers = Brokers(dict.fromkeys((*SUBSCRIPTION, DEAD), setting.partitions), setting.limits)
        self.bluecore = Bluecore(self.world, self.oracle, quota=setting.quota, latency=latency)
        self.net = Net(
            self.world,
            self.brokers,
            self.bluecore,
            self.oracle,
            Beginnings(self.brokers, self.oracle, latest=False),
            trickles=False,
            commits_lost=0,
            writes_fail=0,
        )
        self._setting = setting
        self._registry = CollectorRegistry()
        self._metrics = Metrics(self._registry, setting.policy.rates)
        self._steps = 0
        self._may_repeat = 0
        self.instance: Instance
        self.seen: list[tuple[float, int, bool, bool]] = []
        """After each step: the time, the limit, whether the breaker was open, and whether a route was held."""

    @property
    def now(self) -> float:
        return self.world.time - START

    def write(  # noqa: PLR0913 - what a record is
        self,
        key: str,
        *,
        kind: str = "good",
        events: tuple[str, ...] = ("search",),
        topic: str = TOPIC,
        priority: int = 0,
        at: float | None = None,
        destination: str = "",
    ) -> None:
        """A record is produced: now, or `at` this second of the run."""
        if at is not None:
            again = partial(self.write, key, kind=kind, events=events, topic=topic, priority=priority)
            self.world.after(at, partial(again, destination=destination))
            return
        where = [destination] * len(events)
        value = orjson.dumps({"kind": kind, "events": events, "priority": priority, "destinations": where})
        now = self.world.time
        stored = Stored(key.encode(), None if kind == "tombstone" else value, int(now * 1000))
        place = self.brokers.append(topic, stored)
        if kind == "tombstone":
            events = ()
        self.oracle.written(
            place, Produced(stored.key or b"", events, frozenset(), kind, now, destinations=tuple(where))
        )

    def run(self, *, within: float, meanwhile: Callable[[], object] = lambda: None) -> None:
        """Until all is settled; then what holds of every such run is checked.

        Args:
            within: seconds, or it is a promise broken.
            meanwhile: is called after each step.
        """
        with modelled(self.net):
            self._start()
            while left := self._left():
                if self.now > within:
                    raise self.oracle.broke(f"not over after {within:.1f} s: {left}")
                self._go_on(meanwhile)
            self._seconds = self.now
            self._check_rest()
            commits = self._commits()
            while self.now < self._seconds + _IDLE_SECONDS:
                self._go_on(meanwhile)
            self.expect(self._commits() <= commits + 1, "commits are sent though there is nothing to commit")
            self.instance.leave()
        if self.oracle.broken is not None:
            raise self.oracle.broken
        if self.oracle.duplicates > self._may_repeat:
            raise PromiseBroken(f"{self.oracle.duplicates} requests were accepted twice, not {self._may_repeat}")
        self._check_counts()

    def restart(self) -> None:
        """SIGTERM, and another process in its place: it may repeat what takes longer than is waited for."""
        self.instance.leave()
        self._may_repeat += self.instance.engine.requests_in_flight
        self._start()

    def kill(self) -> None:
        """Kill -9, and another process in its place: it may repeat what is in flight, once the rest is committed."""
        self._may_repeat += self.instance.engine.requests_in_flight
        self.instance.crash()
        self._start()

    def _start(self) -> None:
        self.instance = instance = Instance(self.net, "instance", Mapper(), self._setting, self._metrics)
        read = subscription(self._setting.policy)
        instance.gain([each for topic in read for each in self.brokers.of_topic(topic)])

    def _go_on(self, meanwhile: Callable[[], object]) -> None:
        self.world.advance(max(self.world.time, min(self.world.next_at, self.instance.next_step)))
        if self.instance.is_due:
            self._steps += 1
            self.instance.step()
            self._look()
            meanwhile()

    def _commits(self) -> int:
        return sum(each.sent for each in self.instance.consumers)

    def _left(self) -> str:
        if self.world.pending or self.oracle.open:
            return f"{len(self.oracle.open)} records have not ended"
        for topic in SUBSCRIPTION:
            for each in self.brokers.of_topic(topic):
                if self.brokers.position(each) < self.brokers.log(each).end:
                    return f"{each} is committed to {self.brokers.position(each)} of {self.brokers.log(each).end}"
        return self.instance.still_has

    def _look(self) -> None:
        engine, policy = self.instance.engine, self._setting.policy
        gates, held = engine.gates, bool(engine.partitions.held_routes.holding)
        self.seen.append((self.now, gates.concurrency.limit, gates.breaker.open, held))
        if self.oracle.broken is not None:
            raise self.oracle.broken
        if engine.partitions.buffer.memory.records > policy.buffered_records + _A_POLL:
            raise self.oracle.broke(f"{engine.partitions.buffer.memory.records} records are in memory")

    def _check_rest(self) -> None:
        """Between two records or answers the loop rests: a wake-up for nothing is CPU that somebody pays."""
        most = 3 * (len(self.oracle.produced) + len(self.bluecore.answered)) + 20 * self._seconds
        self.expect(self._steps <= most, f"{self._steps} rounds of the loop, where {most:.0f} are plenty")

    def _check_counts(self) -> None:
        """Every event is counted, by what became of it."""
        counted: Counter[tuple[str, str, str]] = Counter()
        for sample in next(each for each in self._registry.collect() if each.name.endswith("_events")).samples:
            labels = sample.labels
            counted[labels["topic"], labels["event_type"], labels["outcome"]] += int(sample.value)
        expected: Counter[tuple[str, str, str]] = Counter()
        for place, record in self.oracle.produced.items():
            expected.update(self._outcomes(place, record))
        told = Counter({key: count for key, count in counted.items() if key[2] != Outcome.RETRY and count})
        if told != expected:
            raise PromiseBroken(
                f"events_total says {dict(told - expected)} too much, {dict(expected - told)} too little"
            )

    def _outcomes(self, place: Place, record: Produced) -> Iterable[tuple[str, str, str]]:
        topic = place[0].topic
        if not record.events:
            yield topic, "", Outcome.SKIPPED
        for number, event in enumerate(record.events):
            taken = self.oracle.times_accepted[key_of(place, number)]
            yield topic, event, Outcome.DELIVERED if taken else Outcome.DEAD_LETTER

    # What was seen

    def accepted(
        self, topics: Iterable[str] = ROUTED, kind: OrderClass | None = None, key: str = ""
    ) -> list[tuple[float, float]]:
        """Of each accepted request, when its record was written, and how long it took from there; seconds.

        Args:
            topics: of these topics.
            kind: of this class; None: of both.
            key: of records whose key begins so.
        """
        found = []
        for at, request, status in self.bluecore.answered:
            place, number = self.oracle.request(request)[0], self.oracle.number(request)
            record = self.oracle.produced[place]
            wanted = place[0].topic in topics and kind in {None, record.class_of(number)}
            if status == 202 and wanted and record.key.startswith(key.encode()):
                found.append((record.at - START, at - record.at))
        return found

    def tries(self, key: str) -> dict[str, list[float]]:
        """When each request of records whose key begins so arrived, by idempotency key."""
        found: defaultdict[str, list[float]] = defaultdict(list)
        for at, request, _ in self.bluecore.answered:
            if self.oracle.produced[self.oracle.request(request)[0]].key.startswith(key.encode()):
                found[request].append(at)
        return found

    def took(self, request: str) -> bool:
        """Whether Bluecore has accepted it."""
        return bool(self.oracle.times_accepted[request])

    def times(self) -> list[float]:
        """When each request arrived, in seconds of the run."""
        return [at - START for at, _, _ in self.bluecore.answered]

    def dead_letters(self) -> list[str]:
        """Of each, what its headers say of the reason and the number of attempts."""
        logs = [self.brokers.log(each).records.values() for each in self.brokers.of_topic(DEAD)]
        headers = [dict(stored.headers) for log in logs for stored in log]
        told = [(each["bluecore.reason"] or b"", each["bluecore.attempts"] or b"") for each in headers]
        return sorted(f"{reason.decode()} {attempts.decode()}" for reason, attempts in told)

    def written(self, topic: str) -> list[float]:
        """When each record of the topic was written, in seconds of the run."""
        logs = [self.brokers.log(each).records.values() for each in self.brokers.of_topic(topic)]
        return sorted(stored.timestamp_ms / 1000 - START for log in logs for stored in log)

    def requests(self) -> list[int]:
        """How many partitions were in each commit that the brokers refused as a whole."""
        return [refused for each in self.instance.consumers for refused in each.too_large]

    def metric(self, name: str) -> float:
        """The value of a metric without labels."""
        found = next(each for each in self._registry.collect() if each.name.endswith(name))
        return sum(sample.value for sample in found.samples)

    def pauses(self) -> int:
        """How often a partition was paused."""
        return sum(each.pauses for each in self.instance.consumers)

    def rate(self, since: float, until: float) -> float:
        """Accepted requests a second."""
        times = [at - START for at, _, status in self.bluecore.answered if status == 202]
        return sum(since <= at < until for at in times) / (until - since)

    def arrived(self, since: float, until: float) -> int:
        """Requests of any outcome."""
        return sum(since <= at - START < until for at, _, _ in self.bluecore.answered)

    @property
    def lasted(self) -> float:
        """Seconds until all was settled."""
        return self._seconds

    def expect(self, kept: object, what: str) -> None:
        if not kept:
            raise self.oracle.broke(what)
