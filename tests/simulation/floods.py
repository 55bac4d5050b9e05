"""Runs under load in which most of what a route makes is thrown away: it is held, and the others go on."""

from __future__ import annotations

from dataclasses import replace

from consumer.delivery.flood import FloodPolicy
from tests.simulation.brokers import DEAD
from tests.simulation.load import WIDE, Load, load_of, steady
from tests.simulation.world import START

_POLICY = replace(WIDE, flood=FloodPolicy(0.5, 20, 10))


def unmappable(seed: int) -> Load:
    """Most of what is read cannot be mapped: it is not all thrown away. Where a third is, nothing stops."""
    load = load_of(seed, steady(0.05), _POLICY)
    if seed % 2:
        for number in range(240):
            load.write(f"customer-{number}", kind="unmappable" if number % 3 == 0 else "good", at=number * 0.05)
        load.run(within=20)
        load.expect(not any(opened for *_, opened in load.seen), "a third of dead letters is no flood")
        return load
    apart = 0.1 if seed % 4 else 0.33  # slow or quick, within the window they are as many
    for number in range(round(9 / apart)):
        load.write(f"customer-{number}", kind="unmappable", at=number * apart)
    for number in range(30):
        load.write(f"good-{number}", at=9 + number * 0.1)
    load.write("one-more", kind="unmappable", at=11.5)  # is no flood any more
    dead: list[int] = []
    load.world.after(8.9, lambda: dead.append(len(load.oracle.dead)))
    load.run(within=60)
    load.expect(18 <= dead[0] <= 20, f"{dead[0]} records of a flood were thrown away within 9 seconds")
    return load


def refused(seed: int) -> Load:
    """Bluecore refuses all of one event type, until that is mended: probes tell, also after a restart.

    In some runs the process is restarted meanwhile.
    """
    load = load_of(seed, steady(0.05), _POLICY)
    for number in range(400):
        load.write(f"customer-{number % 40}", at=number * 0.05)
    for number in range(80):
        load.write(f"buyer-{number}", kind="422", events=("purchase",), at=1 + number * 0.1)
    if seed % 3:
        load.world.after(6, load.restart)
    for number in range(5):
        load.write(f"unmappable-{number}", kind="unmappable", at=2.05 + number * 1.5)
    mended = 12 + seed % 4
    load.world.after(mended, lambda: load.bluecore.mended.add("422"))
    load.run(within=mended + 25)
    thrown = load.written(DEAD)
    load.expect(23 <= len(thrown) <= 39, f"{len(thrown)} records were thrown away, of a flood and beside it")
    early = sum(at < mended for at in thrown)
    load.expect(early <= 25, f"{early} records were thrown away while the flood went on")
    probes = sum(
        5 <= at < mended for times in load.tries("buyer").values() for at in (each - START for each in times)
    )
    load.expect(2 <= probes <= 14, f"{probes} probes in {mended - 5} seconds of a flood")
    slowest = max(waited for _, waited in load.accepted(key="customer"))
    load.expect(slowest < (1 if seed % 3 else 0.3), f"{slowest:.1f} s for what is no flood")
    return load
