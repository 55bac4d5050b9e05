"""Runs under load of three destinations: while two are away, the third has all its events in time."""

from __future__ import annotations

from dataclasses import replace

from tests.simulation.load import WIDE, Load, load_of, steady
from tests.simulation.setting import BRANDS

_EVERY = 0.05
_SECONDS = 20
_DOWN, _BACK = 4, 16
_SLOWEST = 1.0


def one_is_well(seed: int) -> Load:
    """One topic of three: one answers 503, one 429, and the third is none the worse for it."""
    policy = replace(WIDE, rates=BRANDS, ordered_events=frozenset(("customer_patch",)))
    policy = replace(policy, buffered_records=4000 if seed % 2 else policy.buffered_records)
    load = load_of(seed, steady(0.05), policy)
    for number in range(int(_SECONDS / _EVERY)):
        for destination in BRANDS:
            load.write(
                f"{destination or 'well'}-{number % 20}",
                events=("customer_patch",),
                at=number * _EVERY,
                destination=destination,
            )
    # In every second run the brokers take seconds to acknowledge what is set aside, and there is memory for it.
    load.net.late = bool(seed % 2)
    load.world.after(_DOWN, lambda: load.bluecore.away.update(acme="503", zeta="429"))
    load.world.after(_BACK, load.bluecore.away.clear)
    load.run(within=90)
    slowest = max(waited for _, waited in load.accepted(key="well"))
    load.expect(slowest < _SLOWEST, f"{slowest:.1f} s for an event of the destination that is well")
    load.expect(not load.dead_letters(), "an outage made dead letters")
    return load
