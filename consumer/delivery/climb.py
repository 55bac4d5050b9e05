"""The search for the limit: a base that stays, and now and then a try of a higher or a lower one beside it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from consumer.delivery.comparison import Comparison, ComparisonPolicy, Try
from consumer.delivery.measured import Arm, Noise
from consumer.delivery.pace import Pace, PacePolicy
from consumer.delivery.push_back import Ceiling, PushBackPolicy

_TELLING = 0.1  # the best latency is learnt from means that are off by no more


@dataclass(frozen=True, slots=True)
class ClimbPolicy:
    """When the latency of the base is a sign of strain, and how it is measured.

    `tolerance`: the factor by which it must lie above the one that is borne. `changed`: a round's mean that is off by
    so many deviations and by this share is of an endpoint that has changed. `late`: a higher limit is given up when
    as many answers take so many times as long as they took. `decrease` is for push-back, `pause_rounds` until the
    limit rises again. `memory_rounds`, `least_variance` and `alpha` are of the measurements.
    """

    tolerance: float = 1.15
    changed: tuple[float, float] = (4.0, 0.2)
    late: float = 3.0
    decrease: float = 0.9
    pause_rounds: int = 4
    memory_rounds: int = 48
    least_variance: float = 0.0025
    alpha: float = 0.05
    pace: PacePolicy = field(default_factory=PacePolicy)
    comparison: ComparisonPolicy = field(default_factory=ComparisonPolicy)
    push_back: PushBackPolicy = field(default_factory=PushBackPolicy)


class Climb:
    """Told of each round: as many answers as requests are in flight. Decides the limit of the next."""

    def __init__(self, policy: ClimbPolicy, initial: int, maximum: int) -> None:
        self._policy = policy
        self._maximum = maximum
        self._noise = Noise(policy.least_variance, policy.alpha)
        self._pace = Pace(policy.pace)
        self._ceiling = Ceiling(policy.push_back)
        self._base = Arm(initial)
        self._try: Try | None = None
        self._best = math.inf
        self._borne = 0.0
        self.typical = 0.0
        """The latency to expect; 0 before the first is known."""
        # The first answers of a burst are its quickest.
        self._settling = True
        self._returned = self._falling = False

    @property
    def arm(self) -> Arm:
        """What is measured at present."""
        return self._try.arm if self._try is not None and self._try.on else self._base

    @property
    def trying(self) -> bool:
        """Whether that is a higher limit than the base."""
        return self._try is not None and self._try.on and self._try.up

    def due_within(self, answers: int) -> float:
        """In how many seconds so many answers are there, unless a higher limit that is being tried is too high."""
        if not self.trying:
            return math.inf
        return self._policy.late * answers * self._base.mean / self._base.limit

    def late(self) -> None:
        """They are not."""
        if self._try is not None:
            self._refuse(self._try)

    def round_over(self, latency: float, variance: float, answers: int, now: float) -> None:
        """The mean latency of some answers and its relative variance, while the limit was reached."""
        if self._settling:
            # These were sent while the limit was another.
            self._settling = False
            self._returned = True
            return
        arm, policy = self.arm, self._policy
        self._noise.learn(variance)
        if arm.answers and not self._returned:
            deviations, share = policy.changed
            off = self._noise.off(arm, latency, answers)
            if off > deviations and abs(math.log(latency / arm.mean)) > share:
                arm.forget()
        self._returned = self._falling = False
        arm.add(latency, answers, policy.memory_rounds * arm.limit)
        self.typical = arm.mean
        if self._try is None:
            self._stay(now)
        else:
            self._judge(self._try, now)

    def not_reached(self) -> None:
        """The limit was not reached, or nothing passed: it proves nothing, and what was tried is tried again."""
        self._settling = False
        if self._try is not None:
            self._go_back()

    def pushed_back(self, now: float) -> None:
        """More than this the endpoint does not bear."""
        policy, limit, trying = self._policy, self.arm.limit, self.trying
        if not self._falling:
            self._ceiling.met(limit, now, trying=trying)
        if not trying:
            self._falling = True
            self._base = Arm(max(1, int(limit * policy.decrease)))
        self._pace.pushed_back(max(1, limit - self._base.limit) / self._base.limit, policy.pause_rounds)
        self._go_back()

    def restore(self, limit: int) -> None:
        """What was pushed back had nothing to do with the limit."""
        self._ceiling.passed(limit)
        self._base = Arm(limit)
        self._go_back()

    def _stay(self, now: float) -> None:
        base = self._base
        if base.mean < self._best and (math.isinf(self._best) or self._noise.deviation(base) < _TELLING):
            self._best = base.mean
        strained = self._strained()
        if self._pace.due() or strained:
            self._begin(now, up=self._pace.upwards and not strained, strained=strained)

    def _strained(self) -> bool:
        """Whether the latency has risen above the best known, and above what the base was found worth."""
        base, compared = self._base, self._policy.comparison
        borne = max(self._best, self._borne)
        factor = base.mean / (borne * self._policy.tolerance)
        if factor <= 1 or base.rounds < compared.patience_long or base.mean - borne < compared.least_rise:
            return False
        return math.log(factor) > compared.certainty * self._noise.deviation(base)

    def _begin(self, now: float, *, up: bool, strained: bool = False) -> None:
        base = self._base.limit
        stride = self._pace.widened(self._finest())
        if up:
            wanted = max(base + 1, round(base * (1 + stride)))
            limit = self._ceiling.below(wanted, base, self._maximum, now)
        else:
            limit = max(base // 2, min(base - 1, round(base / (1 + stride))))
            if strained:
                # As many as give this throughput at the best latency, by Little's law; it may be us who are late.
                limit = min(limit, max(base * 2 // 3, math.ceil(base * self._best / self._base.mean)))
            limit = max(1, limit)
        if limit == base:
            self._pace.skipped()
        else:
            self._try = Try(Arm(limit), up, hasty=strained)
            self._settling = True

    def _finest(self) -> float:
        """The stride that can be told from none within half the rounds of a try."""
        policy, limit = self._policy.comparison, self._base.limit
        noise = self._noise.after(policy.most_rounds / 2 * limit)
        return max(1 / limit, 2 * policy.certainty * noise)

    def _judge(self, this: Try, now: float) -> None:
        policy = self._policy.comparison
        comparison = this.compared(self._base, self._noise, self._best, policy)
        if comparison is Comparison.BETTER and not this.confirms(self._base):
            self._accept(this, now)
        elif comparison is Comparison.WORSE:
            self._refuse(this)
        elif comparison is Comparison.UNDECIDED:
            self._pace.undecided(this.dear(self._base))
            self._go_back()
        elif comparison is Comparison.BETTER or this.takes_turns(self._base, policy.patience):
            self._settling = True

    def _accept(self, this: Try, now: float) -> None:
        self._base, self._try = this.arm, None
        self._best = min(self._best, this.arm.mean)
        self._borne = this.arm.mean if this.up else 0.0
        self._ceiling.passed(this.arm.limit)
        self._pace.accepted(up=this.up)
        if this.on:
            self._begin(now, up=this.up)
        else:
            self._settling = True

    def _refuse(self, this: Try) -> None:
        if not this.up and this.arm.answers:
            # Fewer in flight are hardly quicker: so this is the best there is, be it slower than what once was.
            self._best = this.arm.mean
            self._borne = self._base.mean
        self._pace.refused(self._finest(), up=this.up, dear=this.dear(self._base))
        self._go_back()

    def _go_back(self) -> None:
        self.typical = self._base.mean or self.typical
        self._try = None
        self._settling = True
