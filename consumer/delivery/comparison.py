"""A limit that is tried beside the one that stays: measured in turns, until it is clear which is better."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum, auto

from consumer.delivery.measured import Arm, Noise


@dataclass(frozen=True, slots=True)
class ComparisonPolicy:
    """What is worth a higher limit, and how sure that must be.

    `worth`: the share of a rise that must arrive as throughput, for the limit to rise; by `hysteresis` less, for it
    not to fall. `certainty`: in deviations. `least_rise`: seconds. `patience`: rounds before a try is refused;
    `patience_long`: before a doubling is, and before a rise of the latency is a strain: our own lateness passes, such
    as for a burst of new connections. A gain below `-steep_fall` is no such thing. `most_rounds`: then a try is over.
    """

    worth: float = 0.25
    hysteresis: float = 0.1
    certainty: float = 2.0
    least_rise: float = 0.001
    patience: int = 2
    patience_long: int = 3
    steep_fall: float = 0.5
    most_rounds: int = 80


class Comparison(Enum):
    BETTER = auto()
    WORSE = auto()
    UNDECIDED = auto()  # and no more rounds are worth it
    OPEN = auto()


@dataclass(slots=True)
class Try:
    """`up`: a higher limit than the base's. `on`: its turn, and not the base's.

    `hasty`: it was begun for a base that has become slow just now, which may have passed when the try is over.
    """

    arm: Arm
    up: bool
    hasty: bool = False
    rounds: int = 0
    on: bool = True

    def compared(self, base: Arm, noise: Noise, best: float, policy: ComparisonPolicy) -> Comparison:
        """What one more round makes clear. `best`: the best latency known."""
        self.rounds += 1
        lower, higher = (base, self.arm) if self.up else (self.arm, base)
        found = gain(lower, higher, best, policy.least_rise)
        margin = policy.certainty * noise.deviation(lower, higher) / math.log(higher.limit / lower.limit)
        better = found - policy.worth if self.up else policy.worth - policy.hysteresis - found
        if better > margin:
            return Comparison.BETTER
        if better < -margin:
            doubling = self.arm.limit >= 2 * base.limit and found > -policy.steep_fall
            patience = policy.patience_long if doubling else policy.patience
            return Comparison.WORSE if self.rounds >= patience else Comparison.OPEN
        if self.rounds <= policy.most_rounds:
            return Comparison.OPEN
        return Comparison.UNDECIDED if margin > policy.worth else Comparison.WORSE

    def takes_turns(self, base: Arm, patience: int) -> bool:
        """Whether it is the other's turn: the noise of a difference is mostly that of the shorter measurement."""
        arm, other = (self.arm, base) if self.on else (base, self.arm)
        over = arm.answers >= 2 * other.answers and arm.rounds >= patience
        self.on ^= over
        return over

    def confirms(self, base: Arm) -> bool:
        """Whether the base is to be measured anew before this is believed."""
        hasty, self.hasty = self.hasty, False
        if hasty:
            base.forget()
            self.on = False
        return hasty

    def dear(self, base: Arm) -> float:
        """The rounds of throughput that it took: all of it where there was no answer to tell by."""
        share = 1.0
        if self.arm.answers:
            share = max(0.0, math.log(self.arm.mean / base.mean * base.limit / self.arm.limit))
        return (self.rounds + 1) * share


def gain(lower: Arm, higher: Arm, best: float, least_rise: float) -> float:
    """What share of the rise of the limit arrives as throughput: 1 all of it, 0 none, below 0 the throughput falls.

    By Little's law the throughput is the limit over the latency. A latency above the `best` by less than `least_rise`
    has not risen: it is as likely this process that was late.
    """
    if higher.mean - min(best, lower.mean) < least_rise:
        return 1.0
    return 1 - math.log(higher.mean / lower.mean) / math.log(higher.limit / lower.limit)
