"""Runs under load in which something fails: some customers' records, or all requests."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from random import Random

from consumer.delivery.concurrency import ConcurrencyPolicy
from tests.delivery.endpoints import Make
from tests.simulation.bluecore import OUTAGES
from tests.simulation.brokers import DEAD, RETRY
from tests.simulation.load import WIDE, Load, load_of, steady, uneven

_REFUSED_AT_ONCE = ("401", "302", "refused")


def fault_of_keys(seed: int) -> Load:
    """Two customers' records fail for ever: theirs are tried as often as configured, and nobody else notices."""
    load = load_of(seed, steady(0.05), replace(WIDE, breaker=replace(WIDE.breaker, window_seconds=60)))
    for number in range(300):
        load.write(f"customer-{number % 40}", at=number * 0.05)
    for number in range(6):
        load.write(f"failing-{number % 2}", kind="poison", at=1 + number * 0.01)
    # Its first event is taken before the second has failed often enough for the retry topic.
    load.write("half", kind="late", events=("search", "search"), at=1)
    load.write("refused", kind="refused", at=2)
    load.write("unmappable", kind="unmappable", events=("optin",), at=2)
    load.write("tombstone", kind="tombstone", at=2)
    # A profile that fails keeps no consent of its customer waiting.
    for number in range(2):
        load.write(f"failing-profile-{number}", kind="profile", events=("customer_patch",), at=3)
        load.write(f"failing-profile-{number}", kind="profile", events=("unsubscribe",), at=3.1)
    # Of so many that are settled behind one that is not, the map of the commit must tell.
    load.write("failing-2", kind="poison", events=("purchase",), at=4)
    for number in range(400):
        load.write(f"burst-{number}", at=4.01)
    # Traffic goes on: else nobody could tell whose fault a failure is.
    for number in range(140):
        load.write("passer-by", at=15 + number * 0.25)
    # Then there is none: many failures of one customer are still one customer's.
    for _ in range(5):
        load.write("failing-alone", kind="poison", at=52)
    load.run(within=110)
    load.expect(not any(opened for _, _, opened, _ in load.seen), "some customers' failures opened the breaker")
    load.expect(
        min(limit for now, limit, _, _ in load.seen if now < 50) >= 11, "some customers' failures lowered the limit"
    )
    slowest = max(waited for written, waited in load.accepted() if not 0.9 < written < 1.1 and not 4 <= written < 7)
    load.expect(slowest < 0.5, f"{slowest:.1f} s for a record that does not fail")
    load.expect(len(load.tries("half")) == 2, "not each event of a record was sent")
    _check_tries(load)
    return load


def _check_tries(load: Load) -> None:
    policy, tries = WIDE, {key: times for key, times in load.tries("failing").items() if not load.took(key)}
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
    wanted = [f"redeliveries_exhausted {in_all}"] * len(tries) + ["rejected 1", "missing_field 0"]
    load.expect(load.dead_letters() == sorted(wanted), f"the dead letters say {load.dead_letters()}, not {wanted}")


def gaps(seed: int) -> Load:
    """Of each ten requests one takes very long: nothing that is settled beyond it is sent again, whatever happens."""
    many = replace(WIDE, concurrency=ConcurrencyPolicy(maximum=64, initial=64))
    load = load_of(seed, _now_and_then(0.1, 14), many, partitions=1)
    for number in range(500):
        load.write(f"customer-{number}", at=number * 0.01)
    load.world.after(9, load.restart if seed % 4 == 3 else load.kill)
    slow = 0

    def look() -> None:
        nonlocal slow
        slow = load.instance.engine.requests_in_flight if load.now < 8 else slow

    load.run(within=60, meanwhile=look)
    load.expect(slow > 30, f"{slow} requests took long: this run shows nothing")
    return load


def _now_and_then(share: float, seconds: float) -> Make:
    """So many requests take so many seconds, and the others next to none."""
    return lambda noise: lambda _in_flight, _now: seconds if noise.random() < share else 0.02


def without_retries(seed: int) -> Load:
    """Without a retry topic, what has used up its attempts is a dead letter."""
    load = load_of(seed, steady(0.05), replace(WIDE, delays=()))
    for number in range(200):
        load.write(f"customer-{number % 40}", events=("customer_patch",), at=number * 0.05)
    for number in range(3):
        load.write(f"failing-{number}", kind="poison", events=("customer_patch",), at=1 + number)
    load.run(within=16)
    wanted = [f"retries_exhausted {WIDE.attempts}"] * 3
    load.expect(load.dead_letters() == wanted, f"the dead letters say {load.dead_letters()}, not {wanted}")
    return load


def outage(seed: int) -> Load:
    """In an outage only probes go; nothing is charged to a record, and all goes on soon after."""
    rng = Random(seed)
    load = load_of(seed, uneven(0.02, 0.08))
    for number in range(400):
        load.write(f"customer-{number % 90}", at=number * 0.06)
    for number in range(20):
        load.write(f"burst-{number}", at=4.98)  # their answers come one by one, some behind that of a probe
    # They have failed by themselves once, and passed since: what happens to them in the outage is no fault of theirs.
    for number in range(4):
        load.write(f"again-{number}", kind="twice 500", events=("customer_patch",), at=1 + number * 0.1)
        load.write(f"again-{number}", events=("customer_patch",), at=6 + number)
    down, until = 5, 17
    kind = OUTAGES[rng.randrange(len(OUTAGES))]
    load.world.after(down, lambda: setattr(load.bluecore, "down", kind))
    load.world.after(until, lambda: setattr(load.bluecore, "down", ""))
    load.run(within=45)
    tried = load.arrived(down + 2, until)
    load.expect(2 <= tried <= 14, f"{tried} requests in ten seconds of an outage")
    load.expect(load.rate(until, until + 4) > 0, "four seconds after an outage nothing goes")
    failed = sum(load.brokers.log(each).end for topic in (RETRY, DEAD) for each in load.brokers.of_topic(topic))
    load.expect(not failed, f"{failed} records were written to a topic of failures for an outage")
    slow = max(waited for written, waited in load.accepted() if written > until + 4)
    load.expect(slow < 2, f"{slow:.1f} s for a record long after an outage")
    if kind in _REFUSED_AT_ONCE:
        _check_probes(load, down + 0.2, until)
    return load


def _check_probes(load: Load, since: float, until: float) -> None:
    """Each waits at least half of what it may, and that doubles."""
    waits, longest = WIDE.breaker.probes, 0.0
    times = [at for at in load.times() if since <= at < until]
    for number, (before, after) in enumerate(pairwise(times)):
        longest = min(waits.max_seconds, waits.initial_seconds * 2**number)
        load.expect(
            after - before >= longest / 2, f"{after - before:.2f} s to the next probe, and {longest} s may be"
        )
    last = times[-1] - times[-2] if len(times) > 1 else 0.0
    load.expect(last >= waits.max_seconds / 2, f"the waits between the probes do not grow: the last is {last:.2f} s")
