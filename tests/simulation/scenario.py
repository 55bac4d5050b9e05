"""One run: what is produced, what goes wrong, and when it must all be over."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from random import Random
from typing import Any

import orjson
from confluent_kafka import KafkaError

from consumer.delivery.offset_map import encode
from consumer.delivery.offset_ranges import OffsetRanges
from consumer.records import CONSENTS, Failure, Outcome, Partition, Reason, Record, Stage
from tests.simulation.beginnings import Beginnings
from tests.simulation.bluecore import OUTAGES, Bluecore
from tests.simulation.brokers import DEAD, MAP_LIMIT, RETRY, Brokers, Place, Stored
from tests.simulation.instance import RATED, Instance, Mapper
from tests.simulation.kafka import fatal_error, modelled
from tests.simulation.net import Net
from tests.simulation.oracle import OTHER, Oracle, Produced, PromiseBroken, key_of
from tests.simulation.ports import written
from tests.simulation.setting import (
    APIS,
    BRANDS,
    CONSENT_TOPIC,
    POLICY,
    ROUTED,
    SUBSCRIPTION,
    TOPIC,
    URGENT_TOPIC,
    Setting,
    drawn,
)
from tests.simulation.world import World

RECORDS = 60
FAULTS_END = 40.0
PATIENCE = 400.0
WIDE_MAPS = 0.02
MOST_FAILING = 8
RECEIPTS = 0.4
ROUTE_RATES = 0.1
DESTINATIONS = 0.25
SPREAD = 0.3
"""Of the runs with several destinations, those in which each event of a record goes where it likes."""
BY_APIS = 0.1
"""Of the runs with one destination, those in which each event goes by one of its APIs."""
ROUTE_RATE = 4.0
LATE_ANSWERS = 0.3
CONSENT_BOUND = 1.5
"""Virtual seconds: more than a request takes, less than what is put off waits, which is 2 at least."""
_API_OF = {
    "optin": "eligibility",
    "unsubscribe": "eligibility",
    "customer_patch": "customers",
}
_KINDS: tuple[str, ...] = ("good",) * 12 + ("unlucky", "halting", "halting", "poison", "refused", "unmappable")
_KINDS += ("tombstone", "profile", "profile", "profile")
_CALM_KINDS = ("good", "good", "good", "profile")
_SPREAD_SHAPES: tuple[tuple[str, ...], ...] = (
    ("search", "customer_patch"),
    ("customer_patch", "search", "optin"),
    ("customer_patch", "customer_patch"),
    ("unsubscribe", "optin", "search"),
    ("customer_patch", "search", "customer_patch"),
    ("optin",),
    ("customer_patch",),
)
_SHAPES: tuple[tuple[str, ...], ...] = (
    ("optin",),
    ("unsubscribe",),
    ("customer_patch",),
    ("search",),
    ("customer_patch", "unsubscribe"),
    ("optin", "customer_patch"),
    ("search", "optin"),
)


class Scenario:
    """Everything that happens in one run follows from its seed."""

    def __init__(self, seed: int, *, tell: bool = False) -> None:
        random.seed(seed)  # tenacity's jitter takes the module's own chances
        self.world = World(seed, tell=tell)
        self._calm = self.world.chance(0.15)
        """Nothing fails but some customers' profiles: no consent has a reason to wait."""
        self._setting = setting = Setting() if self._calm and self.world.chance(0.7) else drawn(self.world.random)
        if Random(f"receipts of {seed}").random() < RECEIPTS:  # by a chance of its own: all else stays one story
            policy = replace(setting.policy, receipts=True)
            self._setting = setting = replace(setting, policy=policy)
        if Random(f"rates of {seed}").random() < ROUTE_RATES:
            policy = replace(setting.policy, route_rates={RATED: ROUTE_RATE})
            self._setting = setting = replace(setting, policy=policy)
        brands = Random(f"destinations of {seed}")
        self._brands = brands if brands.random() < DESTINATIONS and not self._calm else None
        """Chances of their own, where there are several destinations."""
        spread = Random(f"spread of {seed}")
        self._spread = spread if self._brands is not None and spread.random() < SPREAD else None
        if self._brands is not None:
            policy = replace(setting.policy, rates=BRANDS)
            self._setting = setting = replace(setting, policy=policy, holds=brands.random() < 0.25)
        apis = Random(f"apis of {seed}")
        self._apis = apis if self._brands is None and not self._calm and apis.random() < BY_APIS else None
        """Chances of their own, where there are several APIs of the only destination."""
        if self._apis is not None:
            policy = replace(setting.policy, rates=APIS)
            self._setting = setting = replace(setting, policy=policy, holds=apis.random() < 0.25)
        oracle = Oracle(setting.policy.ordering)
        if setting.policy.receipts:
            oracle.receipts = defaultdict(set)
        brokers = Brokers(dict.fromkeys((*SUBSCRIPTION, DEAD), setting.partitions), setting.limits)
        self.net = Net(
            self.world,
            brokers,
            Bluecore(self.world, oracle, quota=setting.quota, latency=self._latency),
            oracle,
            Beginnings(brokers, oracle, latest=setting.start == "latest"),
            questions_fail=setting.questions_fail,
            new_protocol=setting.new_protocol,
        )
        self.mapper = Mapper(rated=RATED if setting.policy.route_rates else None)
        self.instances: list[Instance] = []
        self._late_chances = Random(f"late answers of {seed}")
        self._rebalancing = False
        self._unclear_owners = False
        """Of two members that take a partition from each other unawares, one may repeat what the other has passed."""
        self._names = iter(range(1000))

    def _latency(self, _in_flight: int, _now: float) -> float:
        return self.world.random.choice((0.005, 0.02, 0.05, 0.3)) + self.net.delay()

    def run(self) -> Oracle:
        """Raises PromiseBroken."""
        with modelled(self.net):
            return self._run()

    def _run(self) -> Oracle:
        self._inherit()
        self._produce()
        for _ in range(self.world.random.randint(1, 3)):
            self._start()
        self._plan_faults()
        deadline = self.world.time + FAULTS_END + PATIENCE
        while not (self.world.time > deadline - PATIENCE and self._over()):
            if self.world.time > deadline:
                raise PromiseBroken(f"not over after {PATIENCE:.0f} s without faults: {self._unfinished()}")
            upcoming = min([self.world.next_at, *(each.next_step for each in self.instances)])
            self.world.advance(max(upcoming, self.world.time))
            for instance in self.world.random.sample(self.instances, len(self.instances)):
                if instance in self.instances and instance.is_due:
                    self._step(instance)
                    # Where little passes, records that fail by themselves look like an outage: then all wait.
                    self._calm = self._calm and not instance.engine.gates.breaker.open
        # A map too wide to be packed notes no half either: two owners in turn may then repeat an older consent.
        forgetful = bool(self.net.inherited)
        if not forgetful and not self._unclear_owners and self._setting.policy.ordering != "none":
            self.net.oracle.check_consents()
        if self._calm and self._unhindered and self.net.oracle.slowest_consent > CONSENT_BOUND:
            raise PromiseBroken(f"a consent waited for {self.net.oracle.slowest_consent:.1f} s, and all was well")
        if self._calm and self.net.oracle.consents_parked:
            raise PromiseBroken(f"{self.net.oracle.consents_parked} consents were parked, and all was well")
        return self.net.oracle

    def _step(self, instance: Instance) -> None:
        instance.step()
        if self.net.oracle.broken is not None:
            raise self.net.oracle.broken
        if instance.ended:
            self.world.tell("ended", instance.name)
            self.instances.remove(instance)
            self._rebalance()
            self.world.after(self.world.random.uniform(0.1, 3), self._restart)

    @property
    def _unhindered(self) -> bool:
        """No limit of ours or of Bluecore's keeps a consent waiting, no order but its own, and no late beginning."""
        setting, policy = self._setting, self._setting.policy
        limited = (
            policy.throttle.rate
            or policy.route_rates
            or setting.quota is not None
            or policy.buffered_bytes < POLICY.buffered_bytes
        )
        begins_at_once = setting.new_protocol and not setting.questions_fail
        return not limited and policy.ordering == "key" and begins_at_once

    def _inherit(self) -> None:
        """What the log and the group hold from before: old records, or a map as large as can be."""
        rng = self.world.random
        if self._setting.start == "latest":
            for _ in range(10):
                self._append(TOPIC, f"customer-{rng.randint(0, 6)}".encode(), "good", ("search",))
            self._inherit_redelivery()
        elif not self._calm and rng.random() < WIDE_MAPS:
            self._inherit_map()

    def _inherit_redelivery(self) -> None:
        """An earlier process has written a record to the retry topic: whatever `latest` says, it is read there."""
        now, net = self.world.time, self.net
        place = self._append(TOPIC, b"customer-0", "good", ("search",))
        stored = net.brokers.log(place[0]).records[place[1]]
        record = Record(*place, stored.key, stored.value, stored.timestamp_ms)
        failure = Failure(Outcome.RETRY, Reason.RETRIES_EXHAUSTED, Stage.DELIVER, "", 500, 3, now, now + 2)
        net.oracle.retried.add(place)
        net.oracle.retried_events.add((place, 0))
        if net.oracle.receipts is not None:
            net.oracle.receipts[key_of(place, 0)].add(Outcome.RETRY)
        net.brokers.append(RETRY, written(record, failure, None, OTHER, None, now))

    def _inherit_map(self) -> None:
        """A log of gaps and some records; as many ranges of it are settled as a map can hold."""
        rng, partition = self.world.random, Partition(TOPIC, 0)
        log, key = self.net.brokers.log(partition), self._key_of(partition)
        # What is read is no gap any more: more lies before the gaps than the memory holds.
        settled = [False] * 45 + [rng.random() < 0.5 for _ in range(MAP_LIMIT * 6)]
        while len(text := encode(0, _ranges(settled)) or " " * (MAP_LIMIT + 1)) > MAP_LIMIT:
            del settled[-24:]
        failing = 0
        for offset, is_settled in enumerate(settled):
            log.end = offset
            if offset < 45 or rng.random() < 0.002:
                kind = "good" if is_settled else rng.choice(_CALM_KINDS)
                # They are redelivered one after the other, each for as long as all delays together.
                kind = "good" if failing >= MOST_FAILING else kind
                failing += kind == "profile"
                self._append(TOPIC, key, kind, ("customer_patch", "optin"))
                if is_settled:
                    self.net.oracle.settled_before((partition, offset))
        log.end = len(settled)
        self.net.brokers.committed[partition] = (0, text)
        self.net.inherited[partition] = _ranges(settled)

    def _key_of(self, partition: Partition) -> bytes:
        keys = (f"customer-{number}".encode() for number in range(99))
        return next(key for key in keys if self.net.brokers.partition_for(partition.topic, key) == partition)

    def _produce(self) -> None:
        for _ in range(RECORDS):
            self.world.after(self.world.random.uniform(0, FAULTS_END * 0.8), self._write)

    def _write(self) -> None:
        rng = self.world.random
        kind = rng.choice(_CALM_KINDS if self._calm else _KINDS)
        key = f"customer-{rng.randint(0, 6)}".encode()
        events = rng.choice(_SHAPES)
        if self._spread is not None:
            events = self._spread.choice(_SPREAD_SHAPES)
        if kind == "halting" and len(events) == 1:
            events *= 2
        if kind == "unlucky":
            events = events[:1]
        topic = URGENT_TOPIC if rng.random() < 0.1 else TOPIC
        if CONSENTS.issuperset(events) and kind != "tombstone" and rng.random() < 0.5:
            topic = CONSENT_TOPIC
        priority = 0 if self._calm else rng.choice((0, 0, 0, 1))
        # No chances are taken for these two, so that what else happens in a seed is what it was without them.
        moment = int(self.world.time * 1000)
        refused = moment // 2 % len(events) if kind == "good" and len(events) > 1 and moment % 2 else None
        by_order = f"order-{moment % 10}".encode() if self._setting.policy.ordering == "customer" else key
        self._append(topic, key, kind, events, priority, refused=None if self._calm else refused, kafka_key=by_order)

    def _append(  # noqa: PLR0913 - a record has that many sides
        self,
        topic: str,
        key: bytes,
        kind: str,
        events: tuple[str, ...],
        priority: int = 0,
        *,
        refused: int | None = None,
        kafka_key: bytes | None = None,
    ) -> Place:
        """A record is produced.

        Args:
            topic: where.
            key: whose it is.
            kind: what becomes of it.
            events: what it is mapped to.
            priority: of its routes.
            refused: which of its events a route refuses.
            kafka_key: its key, where that is not whose it is.
        """
        told: dict[str, Any] = {
            "kind": kind,
            "events": events,
            "priority": priority,
            "customer": key.decode(),
            "refused": refused,
        }
        destinations: tuple[str, ...] = ()
        if kind in {"tombstone", "unmappable"}:
            pass
        elif self._spread is not None:
            destinations = told["destinations"] = tuple(self._spread.choice(tuple(BRANDS)) for _ in events)
        elif self._brands is not None:
            destinations = told["destinations"] = self._addressees(self._brands, events, refused)
        if self._apis is not None:
            told["apis"] = [self._apis.choice(("", _API_OF.get(each, ""))) for each in events]
        now = self.world.time
        value = None if kind == "tombstone" else orjson.dumps(told)
        place = self.net.brokers.append(topic, Stored(kafka_key or key, value, int(now * 1000)))
        if kind == "tombstone":
            events = ()
        if kind == "unmappable":
            events = ("unmappable",) * len(events)
        record = Produced(key, events, frozenset(), kind, now, refused, destinations)
        ordered = record.classes - (frozenset() if "customer_patch" in events else {OTHER})
        self.net.oracle.written(place, replace(record, ordered=ordered))
        return place

    @staticmethod
    def _addressees(rng: Random, events: tuple[str, ...], refused: int | None) -> tuple[str, ...]:
        """Where the events of a record go: all to one, or its consents to one and the others to another."""
        one, other = rng.choice(tuple(BRANDS)), rng.choice(tuple(BRANDS))
        if refused is not None or rng.random() < 0.5:
            other = one
        return tuple(one if event in CONSENTS else other for event in events)

    def _away(self, destination: str, kind: str) -> None:
        """An outage of one destination, or of one API, alone."""
        self.world.tell("away", destination, kind)
        self.net.bluecore.away[destination] = kind

    def _plan_faults(self) -> None:
        rng = self.world.random
        apart, endpoints = (self._brands, BRANDS) if self._apis is None else (self._apis, APIS)
        for _ in range(0 if apart is None else apart.randint(1, 4)):
            assert apart is not None
            begin, where = apart.uniform(0, FAULTS_END - 12), apart.choice(tuple(endpoints))
            kind = apart.choice(OUTAGES if self._apis is None else (*OUTAGES, "token"))
            self.world.after(begin, partial(self._away, where, kind))
            self.world.after(begin + apart.uniform(1, 12), partial(self._away, where, ""))
        faults: tuple[Callable[[], None], ...] = (
            self._crash,
            self._crash,
            self._leave,
            self._start,
            self._rebalance,
            self._rebalance,
            self._cut_off,
            self._end_sessions,
            self._end_sessions,
            self._end_sessions,
            self._fail_for_good,
            self._add_partition,
            lambda: self._phase("down", rng.choice(OUTAGES), ""),
            lambda: self._phase("unsteady", 0.3, 0.0),
            self._break_brokers,
            self._break_registry,
        )
        for _ in range(0 if self._calm else rng.randint(0, 8)):
            self.world.after(rng.uniform(0, FAULTS_END), rng.choice(faults))
        chances = self._late_chances
        for _ in range(0 if self._calm or chances.random() >= LATE_ANSWERS else chances.randint(1, 3)):
            self.world.after(chances.uniform(0, FAULTS_END - 15), self._answer_late)
        self.world.after(FAULTS_END, self._ensure_one)
        self.world.after(FAULTS_END, self._go_on)

    # What can happen

    def _start(self) -> None:
        if len(self.instances) < 3:
            instance = Instance(self.net, f"instance-{next(self._names)}", self.mapper, self._setting)
            self.world.tell("start", instance.name)
            self.instances.append(instance)
            self._rebalance()
            self.world.after(2.5, self._rebalance)  # it may have joined by another protocol meanwhile

    def _crash(self) -> None:
        if self.instances:
            instance = self.instances.pop(self.world.random.randrange(len(self.instances)))
            self.world.tell("crash", instance.name)
            instance.crash()
            self.world.after(self.world.random.uniform(0.1, 3), self._restart)

    def _restart(self) -> None:
        if self.instances:
            self._rebalance()
        else:
            self._start()

    def _leave(self) -> None:
        if self.instances:
            instance = self.instances.pop(self.world.random.randrange(len(self.instances)))
            self.world.tell("leave", instance.name)
            instance.leave()
            self.world.after(self.world.random.uniform(0.1, 1), self._restart)

    def _cut_off(self) -> None:
        """The group gives a member's partitions away before it knows."""
        connected = [each for each in self.instances if not each.cut_off]
        if len(connected) > 1:
            instance = self.world.random.choice(connected)
            self.world.tell("cut off", instance.name)
            self._unclear_owners = True
            instance.cut_off = True
            self.net.excuse_uncommitted(instance.partitions)
            self._rebalance()
            self.world.after(self.world.random.uniform(0.5, 5), lambda: self._reconnect(instance))

    def _reconnect(self, instance: Instance) -> None:
        if instance in self.instances:
            instance.lose()
            self._rebalance()

    def _end_sessions(self) -> None:
        """All brokers are away for longer than a session: every member loses its partitions, and gets them back."""
        if self._rebalancing:
            return
        self.world.tell("sessions end")
        self._unclear_owners = True
        self._rebalancing = True
        away = [each for each in self.instances if not each.cut_off]
        for instance in away:
            instance.cut_off = True
        seconds = self.world.random.choice((0.01, 0.05, 0.2, 2, 5))  # the answers of some requests come later
        self.world.after(seconds, lambda: self._begin_sessions(away))

    def _begin_sessions(self, away: list[Instance]) -> None:
        self._rebalancing = False
        for instance in away:
            if instance in self.instances:
                instance.gain(instance.lose())
        self._rebalance()

    def _rebalance(self) -> None:
        """Sticky and cooperative: only what has to move is taken back."""
        if self._rebalancing:
            self.world.after(0.1, self._rebalance)
            return
        self._rebalancing = True
        try:
            self._move()
        finally:
            self._rebalancing = False

    def _move(self) -> None:
        members = [each for each in self.instances if each.joinable]
        if not members:
            return
        partitions = [each for topic in SUBSCRIPTION for each in self.net.brokers.of_topic(topic)]
        target: dict[Partition, Instance] = {each: self.world.random.choice(members) for each in partitions}
        self.world.tell("rebalance", {str(each): owner.name for each, owner in target.items()})
        for instance in self.instances:
            if not (instance.joinable or instance.cut_off or instance.ended):
                self.net.excuse_uncommitted(instance.partitions)  # it was fenced, and is at its last requests
        for member in members:
            moving = [each for each in member.partitions if target[each] is not member]
            if moving:
                member.give_up(moving)
        for member in members:
            # Time has passed while partitions were given up: a member may have gone meanwhile.
            if member in self.instances and member.joinable:
                held = set(member.partitions)
                member.gain([each for each, owner in target.items() if owner is member and each not in held])

    def _phase(self, name: str, value: object, calm: object) -> None:
        self.world.tell(name, value)
        setattr(self.net.bluecore, name, value)
        self.world.after(self.world.random.uniform(0.5, 25), lambda: setattr(self.net.bluecore, name, calm))

    def _break_brokers(self) -> None:
        self.net.brokers.broken = True
        self.world.after(self.world.random.uniform(0.5, 10), lambda: setattr(self.net.brokers, "broken", False))

    def _answer_late(self) -> None:
        """Answers and acknowledgements are late, many writes fail, and partitions go and come back meanwhile."""
        chances, seconds = self._late_chances, self._late_chances.uniform(3, 15)
        self.world.tell("answers are late")
        self.net.late, self.net.writes_fail = True, chances.choice((0.03, 0.5))
        for _ in range(chances.randint(1, 6)):
            self.world.after(chances.uniform(0, seconds), self._hand_over)
        self.world.after(seconds, self._answer_in_time)

    def _answer_in_time(self) -> None:
        self.net.late, self.net.writes_fail = False, 0.03

    def _hand_over(self) -> None:
        """A member gives all its partitions up, and may have them again at once."""
        if self._rebalancing:
            return
        self._rebalancing = True
        try:
            for member in list(self.instances):
                if member in self.instances and member.joinable and self._late_chances.random() < 0.7:
                    self.world.tell("gives all up", member.name)
                    given = member.partitions
                    member.give_up(given)
                    if member in self.instances and member.joinable:
                        member.gain(given)
        finally:
            self._rebalancing = False

    def _break_registry(self) -> None:
        self.mapper.registry_down = True
        self.world.after(self.world.random.uniform(0.5, 10), lambda: setattr(self.mapper, "registry_down", False))

    def _fail_for_good(self) -> None:
        """A client of an instance's cannot go on: the process has to end, and to leave the group."""
        candidates = [each for each in self.instances if each.joinable]
        if candidates:
            instance = self.world.random.choice(candidates)
            self.world.tell("fatal", instance.name)
            consumer = instance.consumer_of(self.world.random.choice(SUBSCRIPTION))
            consumer.fatal = fatal_error(KafkaError.FENCED_INSTANCE_ID)
            self.world.after(3, lambda: self._check_ended(instance))

    def _check_ended(self, instance: Instance) -> None:
        if self._rebalancing:
            self.world.after(1, lambda: self._check_ended(instance))  # nobody's loop goes on while one drains
        elif instance in self.instances:
            raise self.net.oracle.broke(f"{instance.name} lives on after a fatal error, and reads nothing")

    def _add_partition(self) -> None:
        """Nothing in it can be from before, whatever `auto.offset.reset` says."""
        topic, counts = self.world.random.choice(ROUTED), self.net.brokers.counts
        self.world.tell("a partition is added", topic)
        counts[topic] += 1
        self.net.beginnings.added(Partition(topic, counts[topic] - 1))
        self.world.after(self.world.random.uniform(0.1, 3), self._rebalance)

    def _ensure_one(self) -> None:
        if not self.instances:
            self._start()

    def _go_on(self) -> None:
        """Traffic never stops for good: only what becomes of others shows whose fault a failure is."""
        if self._unfinished():
            brokers, keys = self.net.brokers, [f"passer-by-{number}".encode() for number in range(99)]
            for key in {brokers.owners.get(brokers.partition_for(TOPIC, key)): key for key in keys}.values():
                self._append(TOPIC, key, "good", ("search",))
            self.world.after(2, self._go_on)

    # When it is over

    def _over(self) -> bool:
        return (
            not self.net.oracle.open
            and not self._unfinished()
            and not any(each.client.in_flight for each in self.instances)
        )

    def _unfinished(self) -> list[str]:
        oracle, brokers = self.net.oracle, self.net.brokers
        lost = [f"{place} has not ended" for place in oracle.open]
        behind = [
            f"{each} is committed to {brokers.position(each)} of {brokers.log(each).end}"
            for topic in SUBSCRIPTION
            for each in brokers.of_topic(topic)
            if brokers.position(each) < brokers.log(each).end
        ]
        unmarked = [
            f"{each} has no commit: where it begins would be decided again"
            for topic in ROUTED
            for each in brokers.of_topic(topic)
            if each not in brokers.committed and not self._setting.questions_fail
        ]
        kept = [f"{each.name} {what}" for each in self.instances if (what := each.still_has)]
        return lost[:5] + behind[:5] + unmarked[:5] + kept


def _ranges(settled: list[bool]) -> OffsetRanges:
    return OffsetRanges.from_offsets(offset for offset, is_settled in enumerate(settled) if is_settled)
