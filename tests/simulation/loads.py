"""What the runs under load are about, one function each: what is written, how Bluecore bears it, what must hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from consumer.backoff import Backoff
from consumer.delivery.breaker import BreakerPolicy
from consumer.delivery.concurrency import ConcurrencyPolicy
from consumer.delivery.flood import FloodPolicy
from consumer.delivery.policy import DeliveryPolicy
from consumer.delivery.throttle import ThrottlePolicy
from tests.delivery.endpoints import Make, failing, power, refusing, workers
from tests.simulation.bluecore import FORMS, OUTAGES, Quota
from tests.simulation.brokers import DEAD, RETRY
from tests.simulation.load import Load
from tests.simulation.setting import CONSENT_TOPIC, POLICY, TOPIC, URGENT_TOPIC, Setting

WIDE = replace(
    POLICY, concurrency=ConcurrencyPolicy(maximum=64), buffered_records=400, throttle=ThrottlePolicy(0, 60)
)
_TOLD = ("headers", "x-headers", "members", "items", "policy")


def steady(seconds: float) -> Make:
    """However many requests are in flight."""
    return power(1000, 1, seconds)


def _load(seed: int, make: Make, policy: DeliveryPolicy = WIDE, quota: Quota | None = None) -> Load:
    return Load(seed, Setting(policy=policy, quota=quota), make(Random(seed)))


def rate(seed: int) -> Load:
    """A configured rate is reached and, as every client checks, not exceeded."""
    rng = Random(seed)
    limit = rng.choice((7, 20, 60, 150))
    throttle = ThrottlePolicy(limit, 60)
    load = _load(seed, steady(rng.choice((0.02, 0.08))), replace(WIDE, throttle=throttle))
    records = limit * 8
    for number in range(records):
        load.write(f"customer-{number}")
    load.run(within=1.05 * records / throttle.refill + 1.5)
    return load


def quota(seed: int) -> Load:
    """A quota is used up and not fought, in whichever form Bluecore tells of it."""
    rng = Random(seed)
    form, (most, seconds) = FORMS[seed % len(FORMS)], rng.choice(((60, 5), (40, 4)))
    policy = replace(WIDE, throttle=ThrottlePolicy(0, 60, Backoff(0.5, 2)))
    load = _load(seed, steady(0.05), policy, Quota(most, seconds, form))
    windows = 4
    for number in range(most * windows):
        load.write(f"customer-{number}")
    load.run(within=(windows + 1) * (seconds + 1) + 4)
    refused = load.bluecore.pushed_back
    most_refused = 0 if form in _TOLD else (windows + 1) * (policy.concurrency.maximum if form != "none" else most)
    load.expect(refused <= most_refused, f"{refused} requests were one too many, told by {form}")
    return load


_ENDPOINTS: tuple[tuple[Make, float, float, tuple[int, int]], ...] = (
    (power(8, 2, 0.06), 133, 22, (5, 13)),
    (steady(0.3), 213, 14, (40, 64)),
    (refusing(24, 0.15), 160, 16, (17, 26)),
    (workers(16, lambda noise: noise.expovariate(8)), 128, 22, (10, 50)),
    (failing(0.03, 0.15), 410, 14, (32, 64)),
)
"""How it serves, what the best limit brings, for how long it is watched, and between which limits it ends."""


def climb(seed: int) -> Load:
    """The limit moves to where the endpoint gives the most, and stays there."""
    make, best, seconds, (lowest, highest) = _ENDPOINTS[seed % len(_ENDPOINTS)]
    # What is refused of a round that was too large comes back at once, and in a row: here that is no outage.
    load = _load(seed, make, replace(WIDE, breaker=BreakerPolicy(failures=100)))
    records = int(best * seconds)
    for number in range(records):
        load.write(f"customer-{number}")
    load.run(within=2.5 * seconds + 60)
    found = load.rate(seconds / 2, seconds * 0.95)
    load.expect(found >= 0.8 * best, f"{found:.0f} requests a second, where {best} are to be had")
    limits = sorted(limit for now, limit, _, _ in load.seen if seconds / 2 < now < seconds * 0.95)
    usual = limits[len(limits) // 2]
    load.expect(lowest <= usual <= highest, f"the limit stays at {usual}, not between {lowest} and {highest}")
    return load


def priority(seed: int) -> Load:
    """Behind a queue of seconds, what is urgent goes first, and so do consents."""
    rng = Random(seed)
    load = _load(seed, steady(0.05), replace(WIDE, throttle=ThrottlePolicy(40, 60), buffered_records=300))
    for number in range(320):
        load.write(f"customer-{number}")
    for number in range(12):
        at = rng.uniform(0.5, 8)
        load.write(f"urgent-{number}", topic=URGENT_TOPIC, priority=2, at=at)
        load.write(f"consent-{number}", events=("unsubscribe",), topic=CONSENT_TOPIC, at=rng.uniform(0.5, 8))
        load.write(f"both-{number}", events=("search", "optin"), topic=CONSENT_TOPIC, at=at)
    load.run(within=14)
    for topics, bound in (((URGENT_TOPIC,), 0.3), ((CONSENT_TOPIC,), 8.5)):
        slowest = max(waited for _, waited in load.accepted(topics))
        load.expect(slowest <= bound, f"{slowest:.1f} s for a record of {topics}, and {bound} at most")
    consents = [
        at - load.oracle.produced[place].at
        for at, key, _ in load.bluecore.answered
        for place in [load.oracle.request(key)[0]]
        if place[0].topic == CONSENT_TOPIC
        and load.oracle.produced[place].class_of(load.oracle.number(key)).value == "consent"
    ]
    load.expect(max(consents) <= 0.5, f"{max(consents):.1f} s for a consent")
    return load


def fault_of_keys(seed: int) -> Load:
    """Two customers' records fail for ever: theirs are tried as often as configured, and nobody else notices."""
    load = _load(seed, steady(0.05))
    for number in range(300):
        load.write(f"customer-{number % 40}", at=number * 0.05)
    for number in range(6):
        load.write(f"failing-{number % 2}", kind="poison", at=1 + number * 0.01)
    load.write("refused", kind="refused", at=2)
    load.write("unmappable", kind="unmappable", at=2)
    load.write("tombstone", kind="tombstone", at=2)
    # Traffic goes on: else nobody could tell whose fault a failure is.
    for number in range(120):
        load.write("passer-by", at=15 + number * 0.25)
    load.run(within=60)
    load.expect(not any(opened for _, _, opened, _ in load.seen), "one customer's failures opened the breaker")
    load.expect(min(limit for _, limit, _, _ in load.seen) >= 12, "two customers' failures lowered the limit")
    slowest = max(waited for _, waited in load.accepted())
    load.expect(slowest < 0.3, f"{slowest:.1f} s for a record that does not fail")
    _check_tries(load)
    return load


def _check_tries(load: Load) -> None:
    policy, tries = WIDE, load.tries("failing")
    in_all = policy.attempts * (1 + len(policy.delays))
    for key, times in tries.items():
        load.expect(len(times) == in_all, f"{key} was tried {len(times)} times, not {in_all}")
        for number in range(1, in_all):
            waited, redelivery = times[number] - times[number - 1], number // policy.attempts
            if number % policy.attempts:
                load.expect(waited <= policy.backoff.max_seconds + 0.2, f"{key}: {waited:.1f} s to the next attempt")
            else:
                delay = policy.delays[redelivery - 1]
                fits = delay <= waited <= delay + 0.8
                load.expect(fits, f"{key}: {waited:.1f} s to redelivery {redelivery}, not {delay}")
    letters = [load.brokers.log(each).records.values() for each in load.brokers.of_topic(DEAD)]
    told = sorted(
        (headers[b"bluecore.reason".decode()] or b"").decode() + ":" + (headers["bluecore.attempts"] or b"").decode()
        for stored in letters
        for headers in (dict(each.headers) for each in stored)
    )
    wanted = sorted([f"redeliveries_exhausted:{in_all}"] * len(tries) + ["rejected:1", "missing_field:0"])
    load.expect(told == wanted, f"the dead letters say {told}, not {wanted}")


def outage(seed: int) -> Load:
    """In an outage only probes go; nothing is charged to a record, and all goes on soon after."""
    rng = Random(seed)
    load = _load(seed, steady(0.05))
    for number in range(400):
        load.write(f"customer-{number % 90}", at=number * 0.06)
    down, until = 5, 17
    load.world.after(down, lambda: setattr(load.bluecore, "down", OUTAGES[rng.randrange(len(OUTAGES))]))
    load.world.after(until, lambda: setattr(load.bluecore, "down", ""))
    load.run(within=45)
    tried = load.arrived(down + 2, until)
    load.expect(2 <= tried <= 14, f"{tried} requests in ten seconds of an outage")
    load.expect(load.rate(until, until + 4) > 0, "four seconds after an outage nothing goes")
    failed = sum(load.brokers.log(each).end for topic in (RETRY, DEAD) for each in load.brokers.of_topic(topic))
    load.expect(not failed, f"{failed} records were written to a topic of failures for an outage")
    slow = max(waited for written, waited in load.accepted() if written > until + 4)
    load.expect(slow < 2, f"{slow:.1f} s for a record long after an outage")
    return load


def flood(seed: int) -> Load:
    """Most of what is read cannot be mapped: it is not all thrown away. Where a third is, nothing stops."""
    policy = replace(WIDE, flood=FloodPolicy(0.5, 20, 10))
    load = _load(seed, steady(0.05), policy)
    if seed % 2:
        for number in range(240):
            load.write(f"customer-{number}", kind="unmappable" if number % 3 == 0 else "good", at=number * 0.05)
        load.run(within=20)
        load.expect(not any(opened for *_, opened in load.seen), "a third of dead letters is no flood")
        return load
    for number in range(60):
        load.write(f"customer-{number}", kind="unmappable")
    for number in range(30):
        load.write(f"good-{number}", at=9 + number * 0.1)
    dead: list[int] = []
    load.world.after(8.9, lambda: dead.append(len(load.oracle.dead)))
    load.run(within=60)
    load.expect(20 <= dead[0] <= 32, f"{dead[0]} records of a flood were thrown away within 9 seconds")
    return load


def memory(seed: int) -> Load:
    """What is read and not settled is bounded, by records or by bytes, and reading goes on in time."""
    records, size = (60, 64 << 20) if seed % 2 else (400, 4200)
    load = _load(seed, steady(0.5), replace(WIDE, buffered_records=records, buffered_bytes=size))
    for number in range(700):
        load.write(f"customer-{number}", topic=(TOPIC, URGENT_TOPIC)[number % 2])
    most = [0, 0]

    def look() -> None:
        budget = load.instance.engine.partitions.memory
        most[0], most[1] = max(most[0], budget.records), max(most[1], budget.bytes)

    load.run(within=14, meanwhile=look)
    load.expect(most[0] <= 160 + 30, f"{most[0]} records were in memory")
    load.expect(load.pauses() <= 60, f"partitions were paused {load.pauses()} times")
    return load


LOADS: tuple[Callable[[int], Load], ...] = (
    rate,
    quota,
    climb,
    priority,
    fault_of_keys,
    outage,
    flood,
    memory,
)
