"""How each fault is made: a function that does it, and gives what takes it back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from confluent_kafka import Consumer

from consumer.kafka.logging import NullLogger
from consumer.sandbox.faults import FaultPlan, OutagePlan, RateLimitPlan, Scripts
from consumer.sandbox.latencies import FixedLatency
from tests.incidents.lab import DEAD_LETTER, GROUP, OTHER, PARTITIONS, RETRY, USUAL, Lab
from tests.incidents.traffic import CARTS, EVENTS, ORDERS, UNLUCKY

_LONG: Final = 3600.0
_SEEN_SECONDS: Final = 3.0
_FEW_A_SECOND: Final = 0.3
"""So few that what comes of them is no share of the events."""


def _all(*steps: Callable[[], object]) -> Callable[[], object]:
    def one_after_the_other() -> None:
        for step in steps:
            step()

    return one_after_the_other


def outage(step: int) -> Callable[[Lab], Callable[[], object]]:
    def inject(lab: Lab) -> Callable[[], object]:
        lab.faults(outage=OutagePlan(seconds=_LONG, step=step))
        return lab.faults

    return inject


def destination_away(lab: Lab) -> Callable[[], object]:
    """One topic's events go to a namespace of its own, which is away then."""
    usual = lab.instances.settings["routes"]
    routes = [{**route, "destination": OTHER} if route["topic"] == ORDERS else route for route in usual]
    lab.instances.roll_out(destinations={OTHER: {"namespace": OTHER}}, routes=routes)
    lab.faults(namespaces={OTHER: FaultPlan(latency=USUAL, outage=OutagePlan(seconds=_LONG))})
    return _all(lab.faults, lab.all_read, lab.instances.roll_out)


def slow(lab: Lab) -> Callable[[], object]:
    lab.faults(latency=FixedLatency(kind="fixed", seconds=2))
    return lab.faults


def quota(lab: Lab) -> Callable[[], object]:
    lab.faults(rate_limit=RateLimitPlan(per_second=10, per_minute=0), retry_after_seconds=1)
    return lab.faults


def unlucky(lab: Lab) -> Callable[[], object]:
    lab.faults(scripts=Scripts(distinct_id={UNLUCKY: (500,) * 5000}))
    lab.traffic.unlucky = 0.5
    return _all(lab.traffic.reset, lab.faults)


def renamed(lab: Lab) -> Callable[[], object]:
    lab.traffic.schemas = {"search": lab.registry.variant(lab.shop, "search", renamed="search_term")}
    lab.traffic.drop = {"search": "search_term"}
    return lab.traffic.reset


def old(lab: Lab) -> Callable[[], object]:
    lab.traffic.age_seconds = 30 * 3600
    return lab.traffic.reset


def silent(lab: Lab) -> Callable[[], object]:
    lab.traffic.silent = {CARTS}
    return lab.traffic.reset


def hot(lab: Lab) -> Callable[[], object]:
    lab.traffic.hot = 30.0
    return lab.traffic.reset


def second_service(lab: Lab) -> Callable[[], object]:
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


def registry_down(lab: Lab) -> Callable[[], object]:
    lab.traffic.schemas = {"search": lab.registry.variant(lab.shop, "search")}
    lab.registry.stop()
    return _all(lab.registry.start, lab.traffic.reset)


def registry_404(lab: Lab) -> Callable[[], object]:
    lab.traffic.schemas = {"search": lab.registry.variant(lab.shop, "search")}
    lab.registry.knows_nothing = True
    return _all(lambda: setattr(lab.registry, "knows_nothing", False), lab.traffic.reset)


def brokers(lab: Lab) -> Callable[[], object]:
    lab.kafka.pause()
    return lab.kafka.resume


def not_writable(lab: Lab) -> Callable[[], object]:
    lab.setting(DEAD_LETTER, "max.message.bytes", "10")
    lab.traffic.broken = _FEW_A_SECOND
    return _all(lab.traffic.reset, lambda: lab.setting(DEAD_LETTER, "max.message.bytes", "1000000"))


def deleted(lab: Lab) -> Callable[[], object]:
    lab.delete(RETRY)
    lab.faults(scripts=Scripts(distinct_id={UNLUCKY: (500,) * 5000}))
    lab.traffic.unlucky = 1.0
    return _all(lambda: lab.kafka.create_topics({RETRY: PARTITIONS}), lab.traffic.reset, lab.faults)


def frozen(lab: Lab) -> Callable[[], object]:
    lab.instances.freeze(0)
    return lambda: lab.instances.thaw(0)


def stands(lab: Lab) -> Callable[[], object]:
    lab.instances.stand(0)
    return lambda: lab.instances.go_on(0)


def out_of_memory(lab: Lab) -> Callable[[], object]:
    ended = threading.Event()

    def kill() -> None:
        # Prometheus is to see each life of it.
        while not ended.wait(_SEEN_SECONDS):
            if lab.instances.ready(0):
                lab.instances.kill(0)

    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    return _all(ended.set, thread.join, lab.instances.revive)


def limit(lab: Lab) -> Callable[[], object]:
    """What fires during the rollout counts too."""
    delivery = {**lab.instances.settings["delivery"], "rate_limit_per_second": 5}
    thread = threading.Thread(target=lambda: lab.instances.roll_out(delivery=delivery), daemon=True)
    thread.start()
    return _all(thread.join, lab.instances.roll_out)
