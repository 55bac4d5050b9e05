"""The faults: how each is made and taken back, and which alert names its cause."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from confluent_kafka import Consumer

from consumer.kafka.logging import NullLogger
from consumer.sandbox.faults import FixedLatency, OutagePlan, RateLimitPlan, Scripts
from tests.incidents.lab import DEAD_LETTER, GROUP, PARTITIONS, RETRY, Lab
from tests.incidents.traffic import CARTS, EVENTS, UNLUCKY

_LONG: Final = 3600.0
_SEEN_SECONDS: Final = 3.0


@dataclass(frozen=True, slots=True)
class Fault:
    """One incident.

    Attributes:
        name: in a word.
        what: for the table.
        alerts: those that name its cause; one of them must be the first.
        also: alerts that are true beside them, and may come before or later.
        inject: makes it, and gives what takes it back.
    """

    name: str
    what: str
    alerts: tuple[str, ...]
    inject: Callable[[Lab], Callable[[], object]]
    also: tuple[str, ...] = field(default=())


def _all(*steps: Callable[[], object]) -> Callable[[], object]:
    def one_after_the_other() -> None:
        for step in steps:
            step()

    return one_after_the_other


def _outage(step: int) -> Callable[[Lab], Callable[[], object]]:
    def inject(lab: Lab) -> Callable[[], object]:
        lab.faults(outage=OutagePlan(seconds=_LONG, step=step))
        return lab.faults

    return inject


def _slow(lab: Lab) -> Callable[[], object]:
    lab.faults(latency=FixedLatency(kind="fixed", seconds=2))
    return lab.faults


def _quota(lab: Lab) -> Callable[[], object]:
    lab.faults(rate_limit=RateLimitPlan(per_second=10, per_minute=0), retry_after_seconds=1)
    return lab.faults


def _unlucky(lab: Lab) -> Callable[[], object]:
    lab.faults(scripts=Scripts(distinct_id={UNLUCKY: (500,) * 5000}))
    lab.traffic.unlucky = 0.5
    return _all(lab.traffic.reset, lab.faults)


def _renamed(lab: Lab) -> Callable[[], object]:
    lab.traffic.schemas = {"search": lab.registry.variant(lab.shop, "search", renamed="search_term")}
    lab.traffic.drop = {"search": "search_term"}
    return lab.traffic.reset


def _old(lab: Lab) -> Callable[[], object]:
    lab.traffic.age_seconds = 30 * 3600
    return lab.traffic.reset


def _silent(lab: Lab) -> Callable[[], object]:
    lab.traffic.silent = {CARTS}
    return lab.traffic.reset


def _hot(lab: Lab) -> Callable[[], object]:
    lab.traffic.hot = 30.0
    return lab.traffic.reset


def _second_service(lab: Lab) -> Callable[[], object]:
    """It reads our topics with our group, and throws away what it gets."""
    options = {"bootstrap.servers": lab.kafka.bootstrap, "group.id": GROUP, "group.protocol": "consumer"}
    ended = threading.Event()

    def read() -> None:
        with Consumer(options | {"logger": NullLogger(), "client.id": "another-service"}) as consumer:
            consumer.subscribe(list(EVENTS))
            while not ended.is_set():
                consumer.poll(0.2)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    return _all(ended.set, thread.join)


def _registry_down(lab: Lab) -> Callable[[], object]:
    lab.traffic.schemas = {"search": lab.registry.variant(lab.shop, "search")}
    lab.registry.stop()
    return _all(lab.registry.start, lab.traffic.reset)


def _registry_404(lab: Lab) -> Callable[[], object]:
    lab.traffic.schemas = {"search": lab.registry.variant(lab.shop, "search")}
    lab.registry.knows_nothing = True
    return _all(lambda: setattr(lab.registry, "knows_nothing", False), lab.traffic.reset)


def _brokers(lab: Lab) -> Callable[[], object]:
    lab.kafka.pause()
    return lab.kafka.resume


def _not_writable(lab: Lab) -> Callable[[], object]:
    lab.setting(DEAD_LETTER, "max.message.bytes", "10")
    lab.traffic.broken = 1.0
    return _all(lab.traffic.reset, lambda: lab.setting(DEAD_LETTER, "max.message.bytes", "1000000"))


def _deleted(lab: Lab) -> Callable[[], object]:
    lab.delete(RETRY)
    lab.faults(scripts=Scripts(distinct_id={UNLUCKY: (500,) * 5000}))
    lab.traffic.unlucky = 1.0
    return _all(lambda: lab.kafka.create_topics({RETRY: PARTITIONS}), lab.traffic.reset, lab.faults)


def _frozen(lab: Lab) -> Callable[[], object]:
    lab.instances.freeze(0)
    return lambda: lab.instances.thaw(0)


def _stands(lab: Lab) -> Callable[[], object]:
    lab.instances.stand(0)
    return lambda: lab.instances.go_on(0)


def _out_of_memory(lab: Lab) -> Callable[[], object]:
    ended = threading.Event()

    def kill() -> None:
        # Prometheus is to see each life of it.
        while not ended.wait(_SEEN_SECONDS):
            if lab.instances.ready(0):
                lab.instances.kill(0)

    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    return _all(ended.set, thread.join, lab.instances.revive)


def _limit(lab: Lab) -> Callable[[], object]:
    lab.instances.restart(rate_limit_per_second=5)
    return lab.instances.restart


DEAD_LETTERS: Final = "BluecoreDeadLetters"
FAULTS: Final = (
    Fault("bluecore_down", "Bluecore answers 503 to everything", ("BluecoreOutage",), _outage(503)),
    Fault("bluecore_slow", "Bluecore answers after 2 s", ("BluecoreAnswersSlowly",), _slow),
    Fault("bluecore_401", "Bluecore refuses the key", ("BluecoreCredentialsRefused",), _outage(401)),
    Fault(
        "quota",
        "Bluecore takes 10 events a second, then 429",
        ("BluecoreQuotaTooLow", "BluecoreThrottles"),
        _quota,
    ),
    Fault("one_refused", "one customer's events are failed for ever", (DEAD_LETTERS,), _unlucky),
    Fault(
        "field_renamed",
        "a producer renames a required field",
        ("BluecoreDeadLetterFlood",),
        _renamed,
        also=(DEAD_LETTERS,),
    ),
    Fault(
        "old_events", "a producer sends events of 30 hours ago", ("BluecoreEventsArriveOld",), _old, (DEAD_LETTERS,)
    ),
    Fault("producer_stops", "a producer stops", ("BluecoreTopicQuiet",), _silent),
    Fault("hot_customer", "one customer has as many events as all others", ("BluecoreHotKey",), _hot),
    Fault("second_service", "a second service in the group", ("BluecorePartitionsElsewhere",), _second_service),
    Fault("registry_down", "the registry is down, and a new schema comes", ("BluecoreRegistryDown",), _registry_down),
    Fault(
        "registry_404",
        "the registry answers 404 to everything",
        ("BluecoreSchemaUnknown",),
        _registry_404,
        also=("BluecoreUndecodable", "BluecoreDeadLetterFlood"),
    ),
    Fault("brokers_paused", "the brokers do not answer", ("BluecoreKafkaDown",), _brokers, ("BluecoreBrokerDown",)),
    Fault(
        "dead_letters_unwritable",
        "the dead-letter topic takes no records",
        ("BluecoreDeadLettersNotWritten",),
        _not_writable,
        also=("BluecoreUndecodable",),
    ),
    Fault(
        "retry_deleted",
        "the retry topic is deleted",
        ("BluecoreTopicUnreadable", "BluecoreDeadLettersNotWritten"),
        _deleted,
        also=(DEAD_LETTERS,),
    ),
    Fault("instance_frozen", "one of two instances is stopped (SIGSTOP)", ("BluecoreConsumerStalled",), _frozen),
    Fault("loop_stands", "one's loop stands, and its page answers", ("BluecoreConsumerStalled",), _stands),
    Fault(
        "out_of_memory",
        "one is killed again and again",
        ("BluecoreRestarts",),
        _out_of_memory,
        ("BluecoreRebalances",),
    ),
    Fault("limit_too_low", "`rate_limit_per_second: 5` by mistake", ("BluecoreLimitBinds",), _limit),
)


@contextmanager
def made(fault: Fault, lab: Lab) -> Iterator[None]:
    """The fault, taken back when the block ends."""
    back = fault.inject(lab)
    try:
        yield
    finally:
        back()
