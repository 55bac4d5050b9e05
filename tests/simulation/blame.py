"""Runs under load about whose fault an answer is: the record's, or the endpoint's; and what age makes of both."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from random import Random

from consumer.age import AgeLimit
from consumer.delivery.breaker import BreakerPolicy
from consumer.records import Reason
from tests.simulation.bluecore import OUTAGES, REFUSALS, TURNED_AWAY
from tests.simulation.brokers import DEAD, RETRY
from tests.simulation.load import WIDE, Load, load_of, steady

_OUTAGES = (*OUTAGES[1:], OUTAGES[0], "500")
_KNOWN = 6.0
"""By then it is known whose fault an answer is."""
_AGE, _WRITTEN, _UNTIL = 12.0, 2.5, 24.0


def turned_away(seed: int) -> Load:
    """One customer's records are always answered as if the endpoint were at fault, while others pass.

    That is no outage, and holds nobody up; the records end like those of a 5xx.
    """
    kind = TURNED_AWAY[seed % len(TURNED_AWAY)]
    load = load_of(seed, steady(0.05), replace(WIDE, breaker=replace(WIDE.breaker, window_seconds=60)))
    load.write("pushed", kind="429")  # it leads the queue
    load.write("disliked", kind=kind)
    for number in range(500):
        load.write(f"customer-{number % 40}", at=number * 0.05)
    for number in range(3):
        load.write("disliked", kind=kind, at=1 + number * 3)
    load.run(within=100)
    opened = sum(now and not before for (*_, before, _), (*_, now, _) in pairwise(load.seen))
    load.expect(opened <= 2, f"one customer's {kind} opened the breaker {opened} times")
    late = max(waited for written, waited in load.accepted() if written > _KNOWN)
    load.expect(late < 0.5, f"{late:.1f} s for a record beside one that is always answered {kind}")
    early = max(waited for written, waited in load.accepted() if written <= _KNOWN)
    load.expect(early < 4, f"{early:.1f} s for a record while it was not known whose fault {kind} is")
    in_all = WIDE.attempts * (1 + len(WIDE.delays))
    wanted = [f"{Reason.REDELIVERIES_EXHAUSTED} {in_all}"] * 5
    load.expect(load.dead_letters() == wanted, f"the dead letters say {load.dead_letters()}, not {wanted}")
    return load


def judged(seed: int) -> Load:
    """What Bluecore will never take is a dead letter at once; what it may take later is tried again."""
    rng = Random(seed)
    load = load_of(seed, steady(0.05), replace(WIDE, breaker=BreakerPolicy(failures=100, window_seconds=60)))
    for number in range(240):
        load.write(f"customer-{number % 40}", at=number * 0.05)
    refused = [*REFUSALS, rng.choice(REFUSALS)]
    for number, kind in enumerate(refused):
        load.write(f"refused-{number}", kind=kind, at=1 + number * 0.1)
    again = ["408", "425", "500", "501", "503", "418", "timeout"]
    for number, kind in enumerate(again):
        load.write(f"again-{number}", kind=f"twice {kind}", events=("customer_patch",), at=2 + number * 0.1)
    load.run(within=20)
    wanted = [f"{Reason.REJECTED} 1"] * len(refused)
    load.expect(load.dead_letters() == wanted, f"the dead letters say {load.dead_letters()}, not {wanted}")
    tries = load.tries("again")
    load.expect(all(len(times) == 3 for times in tries.values()), f"what may pass later was tried {tries}")
    return load


def age(seed: int) -> Load:
    """In an outage nothing is charged, but the record that is tried ends when it is too old: not before, and soon."""
    outage = _OUTAGES[seed % len(_OUTAGES)]
    load = load_of(seed, steady(0.05), replace(WIDE, max_age=AgeLimit(_AGE)))
    for number in range(20):
        load.write(f"before-{number}", at=number * 0.05)
    load.world.after(2, lambda: setattr(load.bluecore, "down", outage))
    load.world.after(_UNTIL, lambda: setattr(load.bluecore, "down", ""))
    load.write("old", events=("customer_patch",), at=_WRITTEN)
    for number in range(20):
        load.write(f"young-{number}", at=_UNTIL - 2 + number * 0.05)
    load.run(within=40)
    _check_age(load, _WRITTEN + _AGE, 2 * WIDE.breaker.probes.max_seconds)
    return load


def age_alone(seed: int) -> Load:
    """A redelivery fails while there is no other traffic: whose fault it is cannot be told, but its age ends it."""
    load = load_of(seed, steady(0.05), replace(WIDE, max_age=AgeLimit(_AGE)))
    for number in range(80):
        load.write(f"customer-{number % 40}", at=number * 0.05)
    load.write("failing", kind="poison", events=("customer_patch",), at=0.5)
    load.run(within=40)
    tries = sum(map(len, load.tries("failing").values()))
    load.expect(tries <= 2 * WIDE.attempts + _AGE / WIDE.delays[0], f"a record that waits was tried {tries} times")
    _check_age(load, 0.5 + _AGE, WIDE.delays[0] + WIDE.backoff.max_seconds)
    return load


def known_by_itself(seed: int) -> Load:
    """Where customers are known to fail, their new records are put off, though nobody else passes meanwhile.

    In half of the runs an outage comes between: it is over as soon as they fail by themselves again.
    """
    load = load_of(seed, steady(0.05))
    for number in range(80):
        load.write(f"customer-{number % 40}", at=number * 0.05)
    for number in range(3):
        load.write(f"failing-{number}", kind="poison", at=0.5)
        load.write(f"failing-{number}", kind="poison", at=20.1)
    if seed % 2 == 0:
        load.world.after(20, lambda: setattr(load.bluecore, "down", "401"))
        load.world.after(22, lambda: setattr(load.bluecore, "down", ""))
    for number in range(1200):
        load.write(f"customer-{number % 40}", at=30 + number * 0.05)
    load.run(within=95)
    put_off = load.written(RETRY)
    load.expect(len(put_off) == 6, f"{len(put_off)} records are in the retry topic, and six failed")
    load.expect(put_off[-1] < 30, f"the last was put off at {put_off[-1]:.1f} s")
    return load


def _check_age(load: Load, old: float, longest: float) -> None:
    told, ended = load.dead_letters(), load.written(DEAD)
    load.expect(len(told) == 1 and told[0].startswith(Reason.TOO_OLD), f"dead letters: {told}; one was too old")
    load.expect(old <= ended[0] <= old + longest, f"what was too old at {old:.1f} s ended at {ended[0]:.1f} s")
