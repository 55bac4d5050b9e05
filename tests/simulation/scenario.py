"""One run: what is produced, what goes wrong, and when it must all be over."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import orjson

from consumer.records import CONSENTS, Partition
from tests.simulation.bluecore import OUTAGES, Bluecore
from tests.simulation.brokers import Brokers, Stored
from tests.simulation.instance import Instance, Mapper
from tests.simulation.oracle import OTHER, Oracle, Produced, PromiseBroken
from tests.simulation.ports import CONSENT_TOPIC, RETRY, Net
from tests.simulation.world import World

TOPIC = "events"
PARTITIONS = 2
RECORDS = 60
FAULTS_END = 40.0
PATIENCE = 400.0
CONSENT_BOUND = 1.0
"""Virtual seconds: more than a request takes, less than what is put off waits, which is 2 at least."""
_KINDS: tuple[str, ...] = ("good",) * 12 + ("unlucky", "halting", "halting", "poison", "refused", "unmappable")
_KINDS += ("tombstone", "profile", "profile", "profile")
_CALM_KINDS = ("good", "good", "good", "profile")
_SHAPES = (
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
        oracle = Oracle()
        self.net = Net(self.world, Brokers(PARTITIONS), Bluecore(self.world, oracle), oracle)
        self.mapper = Mapper()
        self.instances: list[Instance] = []
        keys = (f"passer-by-{number}".encode() for number in range(99))
        self._passers_by = list({self.net.brokers.partition_for(TOPIC, key): key for key in keys}.values())
        self._rebalancing = False
        self._calm = self.world.chance(0.15)
        """Nothing fails but some customers' profiles: no consent has a reason to wait."""
        self._unclear_owners = False
        """Of two members that take a partition from each other unawares, one may repeat what the other has passed."""
        self._names = iter(range(1000))

    def run(self) -> Oracle:
        """Raises PromiseBroken."""
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
                    instance.step()
                    # Where little passes, records that fail by themselves look like an outage: then all wait.
                    self._calm = self._calm and not instance.engine.gates.breaker.open
        if not self._unclear_owners:
            self.net.oracle.check_consents()
        if self._calm and self.net.oracle.slowest_consent > CONSENT_BOUND:
            raise PromiseBroken(f"a consent waited for {self.net.oracle.slowest_consent:.1f} s, and all was well")
        if self._calm and self.net.oracle.consents_parked:
            raise PromiseBroken(f"{self.net.oracle.consents_parked} consents were parked, and all was well")
        return self.net.oracle

    def _produce(self) -> None:
        for _ in range(RECORDS):
            self.world.after(self.world.random.uniform(0, FAULTS_END * 0.8), self._write)

    def _write(self) -> None:
        rng = self.world.random
        kind = rng.choice(_CALM_KINDS if self._calm else _KINDS)
        key = f"customer-{rng.randint(0, 6)}".encode()
        events = rng.choice(_SHAPES)
        if kind == "halting" and len(events) == 1:
            events *= 2
        if kind == "unlucky":
            events = events[:1]
        of_consents = CONSENTS.issuperset(events) and kind != "tombstone" and rng.random() < 0.5
        self._append(
            CONSENT_TOPIC if of_consents else TOPIC, key, kind, events, 0 if self._calm else rng.choice((0, 0, 0, 1))
        )

    def _append(self, topic: str, key: bytes, kind: str, events: tuple[str, ...], priority: int = 0) -> None:
        value = orjson.dumps({"kind": kind, "events": events, "priority": priority})
        now = self.world.time
        place = self.net.brokers.append(topic, Stored(key, None if kind == "tombstone" else value, int(now * 1000)))
        if kind == "tombstone":
            events = ()
        if kind == "unmappable":
            events = ("unmappable",)
        record = Produced(key, events, frozenset(), kind, now)
        ordered = record.classes - (frozenset() if "customer_patch" in events else {OTHER})
        self.net.oracle.written(place, replace(record, ordered=ordered))

    def _plan_faults(self) -> None:
        rng = self.world.random
        faults: tuple[Callable[[], None], ...] = (
            self._crash,
            self._crash,
            self._leave,
            self._start,
            self._rebalance,
            self._cut_off,
            self._end_sessions,
            lambda: self._phase("down", rng.choice(OUTAGES), ""),
            lambda: self._phase("unsteady", 0.3, 0.0),
            self._break_brokers,
            self._break_registry,
        )
        for _ in range(0 if self._calm else rng.randint(0, 8)):
            self.world.after(rng.uniform(0, FAULTS_END), rng.choice(faults))
        self.world.after(FAULTS_END, self._ensure_one)
        self.world.after(FAULTS_END, self._go_on)

    # What can happen

    def _start(self) -> None:
        if len(self.instances) < 3:
            instance = Instance(self.net, f"instance-{next(self._names)}", self.mapper)
            self.world.tell("start", instance.name)
            self.instances.append(instance)
            self._rebalance()

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
        connected = [each for each in self.instances if not each.source.cut_off]
        if len(connected) > 1:
            instance = self.world.random.choice(connected)
            self.world.tell("cut off", instance.name)
            self._unclear_owners = True
            instance.source.cut_off = True
            instance.excuse_uncommitted(instance.partitions)
            self._rebalance()
            self.world.after(self.world.random.uniform(0.5, 5), lambda: self._reconnect(instance))

    def _reconnect(self, instance: Instance) -> None:
        if instance in self.instances:
            lost = instance.partitions
            instance.service.on_lost(lost)
            instance.source.drop(lost)
            instance.source.cut_off = False
            instance.source.committing = False
            self._rebalance()

    def _end_sessions(self) -> None:
        """All brokers are away for longer than a session: every member loses its partitions, and gets them back."""
        if self._rebalancing:
            return
        self.world.tell("sessions end")
        self._unclear_owners = True
        self._rebalancing = True
        away = [each for each in self.instances if not each.source.cut_off]
        for instance in away:
            instance.source.cut_off = True
        seconds = self.world.random.choice((0.01, 0.05, 0.2, 2, 5))  # the answers of some requests come later
        self.world.after(seconds, lambda: self._begin_sessions(away))

    def _begin_sessions(self, away: list[Instance]) -> None:
        self._rebalancing = False
        for instance in away:
            if instance in self.instances:
                lost = instance.partitions
                instance.service.on_lost(lost)
                instance.source.drop(lost)
                instance.source.cut_off = instance.source.committing = False
                instance.source.gain(lost)
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
        members = [each for each in self.instances if not each.source.cut_off]
        if not members:
            return
        partitions = [each for topic in (TOPIC, CONSENT_TOPIC, RETRY) for each in self.net.brokers.of_topic(topic)]
        target: dict[Partition, Instance] = {each: self.world.random.choice(members) for each in partitions}
        self.world.tell("rebalance", {str(each): owner.name for each, owner in target.items()})
        for member in members:
            moving = [each for each in member.partitions if target[each] is not member]
            if moving:
                member.give_up(moving)
        for member in members:
            # Time has passed while partitions were given up: a member may have gone meanwhile.
            if member in self.instances and not member.source.cut_off:
                gained = [
                    each for each, owner in target.items() if owner is member and each not in member.source.positions
                ]
                member.source.gain(gained)

    def _phase(self, name: str, value: object, calm: object) -> None:
        self.world.tell(name, value)
        setattr(self.net.bluecore, name, value)
        self.world.after(self.world.random.uniform(0.5, 25), lambda: setattr(self.net.bluecore, name, calm))

    def _break_brokers(self) -> None:
        self.net.brokers.broken = True
        self.world.after(self.world.random.uniform(0.5, 10), lambda: setattr(self.net.brokers, "broken", False))

    def _break_registry(self) -> None:
        self.mapper.registry_down = True
        self.world.after(self.world.random.uniform(0.5, 10), lambda: setattr(self.mapper, "registry_down", False))

    def _ensure_one(self) -> None:
        if not self.instances:
            self._start()

    def _go_on(self) -> None:
        """Traffic never stops for good: only what becomes of others shows whose fault a failure is."""
        if self._unfinished():
            for key in self._passers_by:
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
            f"{partition} is committed to {brokers.position(partition)} of {len(log)}"
            for partition, log in brokers.logs.items()
            if partition.topic in {TOPIC, CONSENT_TOPIC, RETRY} and brokers.position(partition) < len(log)
        ]
        return lost[:5] + behind


def run_seed(seed: int, *, tell: bool = False) -> Oracle:
    """Runs one seed to its end. Raises PromiseBroken, and whatever the service itself raises."""
    return Scenario(seed, tell=tell).run()
